import Apollo
@_spi(Unsafe) import ApolloAPI
import Foundation
import Graph

/// Runs one of the operations that Apollo generated; `Operations.swift`, which is generated with them, has one for each name, with the names of
/// the variables.
struct Runner: Sendable {
  let execute: @Sendable (Request, ApolloClient, _ keptAt: Date?) async throws -> Answer

  /// - Note: Only what may be kept goes through the cache: neither what syncs the copy nor an answer that has a secret in it. Apollo's own
  ///   policy of asking the network first would answer out of the cache whatever went wrong, and say nothing of the fault when it has none.
  static func query<Base: GraphQLQuery>(_: Base.Type, _ names: [String]) -> Runner where Base.ResponseFormat == SingleResponseFormat {
    Runner { request, client, keptAt in
      let query = BridgedQuery<Base>(request: request, names: names)
      let configuration = RequestConfiguration(requestTimeout: 30, writeResultsToCache: request.mayBeKept)
      do {
        return try Answer(await client.fetch(query: query, cachePolicy: .networkOnly, requestConfiguration: configuration), keptAt: nil)
      } catch {
        let fault = GraphFault.of(error)
        guard request.mayBeKept, fault as? GraphFault == .offline, let kept = try? await client.fetch(query: query, cachePolicy: .cacheOnly)
        else { throw fault }
        return try Answer(kept, keptAt: keptAt)
      }
    }
  }

  static func mutation<Base: GraphQLMutation>(_: Base.Type, _ names: [String]) -> Runner where Base.ResponseFormat == SingleResponseFormat {
    Runner { request, client, _ in
      let configuration = RequestConfiguration(requestTimeout: 30, writeResultsToCache: false)
      let mutation = BridgedMutation<Base>(request: request, names: names)
      return try Answer(await client.perform(mutation: mutation, requestConfiguration: configuration), keptAt: nil)
    }
  }
}

/// Follows one of the subscriptions that Apollo generated.
struct Follower: Sendable {
  let subscribe: @Sendable (Request, ApolloClient, AsyncThrowingStream<Answer, any Error>.Continuation) async throws -> Void

  static func subscription<Base: GraphQLSubscription>(_: Base.Type, _ names: [String]) -> Follower {
    Follower { request, client, continuation in
      let subscription = BridgedSubscription<Base>(request: request, names: names)
      let configuration = RequestConfiguration(writeResultsToCache: false)
      let stream = try client.subscribe(subscription: subscription, cachePolicy: .networkOnly, requestConfiguration: configuration)
      for try await response in stream { continuation.yield(try Answer(response, keptAt: nil)) }
    }
  }
}
