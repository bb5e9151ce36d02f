import Apollo
import ApolloAPI
import Foundation

public protocol WebSocketURLSession: Sendable {}
extension URLSession: WebSocketURLSession {}

public protocol OperationMessageIdCreator: Sendable {}
public struct ApolloSequencedOperationMessageIdCreator: OperationMessageIdCreator {
  public init() {}
}

public actor WebSocketTransport: SubscriptionNetworkTransport, NetworkTransport {
  public enum Error: Swift.Error {
    case unrecognizedMessage
    case connectionClosed
    case graphQLErrors([GraphQLError])
  }

  public struct Configuration: Sendable {
    public init(
      reconnectionInterval: TimeInterval = -1, requestBodyCreator: any JSONRequestBodyCreator = DefaultRequestBodyCreator(),
      connectingPayload: JSONEncodableDictionary? = nil,
      operationMessageIdCreator: any OperationMessageIdCreator = ApolloSequencedOperationMessageIdCreator(),
      pingInterval: TimeInterval? = nil, clientAwarenessMetadata: ClientAwarenessMetadata = ClientAwarenessMetadata()
    ) {}
  }

  public init(
    urlSession: any WebSocketURLSession, store: ApolloStore, endpointURL: URL, configuration: Configuration = Configuration()
  ) {}

  public func updateConnectingPayload(_ payload: JSONEncodableDictionary?, reconnectIfConnected: Bool = false) {}
  public func pause() {}
  public func resume() {}

  public nonisolated func send<Query: GraphQLQuery>(
    query: Query, fetchBehavior: FetchBehavior, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Query>, any Swift.Error> { fatalError() }

  public nonisolated func send<Mutation: GraphQLMutation>(
    mutation: Mutation, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Mutation>, any Swift.Error> { fatalError() }

  public nonisolated func send<Subscription: GraphQLSubscription>(
    subscription: Subscription, fetchBehavior: FetchBehavior, requestConfiguration: RequestConfiguration
  ) throws -> SubscriptionStream<GraphQLResponse<Subscription>> { fatalError() }
}
