import Foundation
import Graph
import Models

/// Keeps somebody signed in: hands out access tokens and exchanges them in time, once for all who ask at the same moment.
public actor SessionKeeper {
  public enum State: Equatable, Sendable {
    case unknown
    case signedOut
    /// The server ended the session: signed out elsewhere, revoked, or unused for too long.
    case ended
    case signedIn(userID: String)
  }

  /// Without authorization.
  public nonisolated let graph: GraphClient
  private let store: any TokenStore
  private let surroundings: Surroundings
  private var tokens: Tokens?
  private var exchange: Task<Tokens, any Error>?
  private var offset: TimeInterval = 0
  public private(set) var state = State.unknown

  /// - Parameter graph: without authorization: signing in and refreshing need none.
  public init(graph: GraphClient, store: any TokenStore, surroundings: Surroundings) {
    self.graph = graph
    self.store = store
    self.surroundings = surroundings
  }

  /// The server's time, as far as it is known.
  public var serverNow: Date { surroundings.now().addingTimeInterval(offset) }

  /// Notes the time that the server told with an answer.
  public func heard(serverTime: Date) { offset = serverTime.timeIntervalSince(surroundings.now()) }

  /// Takes up the session that the store has.
  @discardableResult
  public func resume() async throws -> State {
    tokens = try await store.load()
    if case .ended = state, tokens == nil { return state }
    state = tokens.map { .signedIn(userID: $0.userID) } ?? .signedOut
    return state
  }

  /// A token that works now, as far as can be told here.
  /// - Throws: `GraphFault.unauthenticated` when nobody is signed in, `.offline` and the like when a new one cannot be had now.
  public func accessToken() async throws -> String {
    if tokens == nil { try await resume() }
    guard let tokens else { throw GraphFault.unauthenticated }
    if tokens.usedUntil > surroundings.now(), tokens.usedUntil.timeIntervalSince(surroundings.now()) <= 3600 { return tokens.accessToken }
    return try await renew(rejected: tokens.accessToken)
  }

  /// A token other than the one that the server turned down.
  public func renew(rejected: String) async throws -> String {
    if let exchange { return try await exchange.value.accessToken }
    if let tokens, tokens.accessToken != rejected { return tokens.accessToken }
    let task = Task { try await self.refresh(rejected: rejected) }
    exchange = task
    defer { exchange = nil }
    return try await task.value.accessToken
  }

  private func refresh(rejected: String) async throws -> Tokens {
    // Another process, e.g. a widget, may have exchanged the token: a refresh token counts once.
    guard let kept = try await store.load() else {
      try await end(.signedOut)
      throw GraphFault.unauthenticated
    }
    if kept.accessToken != rejected {
      tokens = kept
      return kept
    }
    do {
      let request = Request(Document.refreshSession, ["input": ["refreshToken": .string(kept.refreshToken)]])
      return try await take(try await graph.change(request, as: AuthPayload.self))
    } catch  where error is UserError || error as? GraphFault == .unauthenticated {
      // It was spent meanwhile: what another process has put there, or a new sign-in, is not thrown away.
      if let others = try await store.load(), others.refreshToken != kept.refreshToken {
        tokens = others
        state = .signedIn(userID: others.userID)
        return others
      }
      try await end(.ended)
      throw GraphFault.unauthenticated
    }
  }

  private func take(_ payload: AuthPayload) async throws -> Tokens {
    let new = try payload.tokens(now: surroundings.now(), serverNow: serverNow)
    // In memory first: the old refresh token is spent, and when the Keychain fails this process goes on.
    tokens = new
    state = .signedIn(userID: new.userID)
    try await store.save(new)
    return new
  }

  private func end(_ state: State) async throws {
    tokens = nil
    self.state = state
    try await store.save(nil)
  }

  /// Signs in with what Sign in with Apple gave.
  /// - Throws: `UserError` with what is wrong, `GraphFault`.
  @discardableResult
  public func signIn(_ credential: AppleCredential, device: DeviceDescription) async throws -> String {
    let input = try credential.input(device: device, timeZone: surroundings.timeZone())
    return try await take(try await graph.change(Request(Document.signInWithApple, ["input": input]), as: AuthPayload.self)).userID
  }

  /// Signs in as anybody: a server in development only.
  @discardableResult
  public func signInForDevelopment(email: String, device: DeviceDescription) async throws -> String {
    let input: JSONValue = [
      "email": .string(email), "timeZone": .string(surroundings.timeZone().identifier), "device": device.signInInput,
    ]
    return try await take(try await graph.change(Request(Document.signInForDevelopment, ["input": input]), as: AuthPayload.self)).userID
  }

  /// Signs out here, and at the server when it can be reached.
  public func signOut(by graph: GraphClient) async throws {
    _ = try? await graph.execute(Request(Document.signOut))
    try await end(.signedOut)
  }
}

extension GraphClient {
  /// This graph for somebody who is signed in: a token that the server turns down is exchanged, and the request sent once more.
  public func kept(by session: SessionKeeper) -> GraphClient {
    let base = self
    return GraphClient(
      execute: { request in
        let token = try await session.accessToken()
        do {
          return try await base.execute(request)
        } catch GraphFault.unauthenticated {
          _ = try await session.renew(rejected: token)
          return try await base.execute(request)
        }
      },
      subscribe: { request in
        AsyncThrowingStream { continuation in
          let task = Task {
            do {
              let token = try await session.accessToken()
              do {
                for try await answer in base.subscribe(request) { continuation.yield(answer) }
              } catch GraphFault.unauthenticated {
                _ = try await session.renew(rejected: token)
                // Who follows opens it again, after what was seen.
                throw GraphFault.offline
              }
              continuation.finish()
            } catch {
              continuation.finish(throwing: error)
            }
          }
          continuation.onTermination = { _ in task.cancel() }
        }
      })
  }
}
