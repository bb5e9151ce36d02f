import Apollo
import ApolloAPI
import ApolloSQLite
import ApolloWebSocket
import Foundation
import Graph
import Session

/// The graph on Apollo iOS 2: persisted operations over HTTP, subscriptions over one WebSocket (graphql-transport-ws), and a normalized cache
/// in SQLite that answers for the server when it cannot be reached, where a request allows it.
///
/// Written to Apollo's published interface, and type-checked against stand-ins for it: nobody has run it yet. `GraphHTTP` does the same
/// without Apollo, and is what the tests run against the real server.
public struct ApolloGraph: Sendable {
  private let apollo: ApolloClient
  private let socket: Socket
  private let session: SessionKeeper?
  private let cacheFile: URL?
  private let owner: CacheOwner

  /// - Parameters:
  ///   - endpoint: e.g. `https://jarvis.example/graphql`; the socket is at the same address, as `wss`.
  ///   - cacheFile: where the cache lies; nil keeps it in memory. One that cannot be used is begun anew.
  ///   - session: whose tokens go along. The client that signs in and exchanges tokens is another, without one: no token may get into a cache.
  public init(endpoint: URL, cacheFile: URL?, session: SessionKeeper?, configuration: URLSessionConfiguration = .ephemeral) {
    let cache = cacheFile.flatMap(Self.cache(in:))
    let store = ApolloStore(cache: cache ?? InMemoryNormalizedCache())
    let urlSession = URLSession(configuration: configuration)
    let http = RequestChainNetworkTransport(
      urlSession: urlSession, interceptorProvider: Interceptors(session: session), store: store, endpointURL: endpoint,
      apqConfig: AutoPersistedQueryConfiguration(autoPersistQueries: true))
    // It does not connect again by itself: who follows a subscription opens it anew, after what was seen.
    let transport = WebSocketTransport(
      urlSession: urlSession, store: store, endpointURL: endpoint.asSocket,
      configuration: WebSocketTransport.Configuration(reconnectionInterval: -1, pingInterval: 20))
    socket = Socket(transport, session: session)
    apollo = ApolloClient(
      networkTransport: SplitNetworkTransport(queryTransport: http, mutationTransport: http, subscriptionTransport: transport),
      store: store)
    self.session = session
    self.cacheFile = cache == nil ? nil : cacheFile
    owner = CacheOwner(note: self.cacheFile?.appendingPathExtension("owner")) { [apollo] in try await apollo.clearCache() }
  }

  public var client: GraphClient {
    GraphClient(execute: { try await self.execute($0) }, subscribe: { self.subscribe($0) })
  }

  /// Closes the socket while the app is in the background; streams wait.
  public func pause() async { await socket.pause() }

  /// Opens the socket again.
  public func resume() async { await socket.resume() }

  /// Forgets everything that is in the cache: somebody signed out.
  public func clear() async throws { try await owner.forget() }

  private func execute(_ request: Request) async throws -> Answer {
    guard let runner = Operations.runners[request.operation.name] else { throw Self.unknown(request) }
    var request = request
    if request.mayBeKept { request.mayBeKept = await mayUseCache() }
    do {
      return try await runner.execute(request, apollo, lastWritten)
    } catch {
      throw GraphFault.of(error)
    }
  }

  private func subscribe(_ request: Request) -> AsyncThrowingStream<Answer, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          guard let follower = Operations.followers[request.operation.name] else { throw Self.unknown(request) }
          try await socket.authorize()
          try await follower.subscribe(request, apollo, continuation)
          continuation.finish()
        } catch {
          continuation.finish(throwing: GraphFault.of(error))
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Whether the cache is that of whoever is signed in now; what somebody else left in it goes first.
  private func mayUseCache() async -> Bool {
    guard case .signedIn(let userID) = await session?.state else { return false }
    return (try? await owner.become(userID)) != nil
  }

  private static func unknown(_ request: Request) -> GraphFault {
    .unreadable("\(request.operation.name) was not generated: run \"npm run codegen:ios\".")
  }

  /// When the cache was written to last: nothing in it is newer.
  private var lastWritten: Date? {
    guard let cacheFile else { return nil }
    return ["", "-wal"].compactMap { suffix in
      try? FileManager.default.attributesOfItem(atPath: cacheFile.path + suffix)[.modificationDate] as? Date
    }.max()
  }

  private static func cache(in file: URL) -> SQLiteNormalizedCache? {
    if let cache = try? SQLiteNormalizedCache(fileURL: file, shouldVacuumOnClear: true) { return cache }
    for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
    return try? SQLiteNormalizedCache(fileURL: file, shouldVacuumOnClear: true)
  }
}

/// The one socket, which is never opened without a token: what is acknowledged without one stays nobody's.
actor Socket {
  private let transport: WebSocketTransport
  private let session: SessionKeeper?
  private var mayOpen: Bool

  init(_ transport: WebSocketTransport, session: SessionKeeper?) {
    self.transport = transport
    self.session = session
    mayOpen = session == nil
  }

  /// Sees to it that the next connection has a token that works. One that is open ends with its own.
  func authorize() async throws {
    guard let session else { return }
    await transport.updateConnectingPayload(["authorization": "Bearer \(try await session.accessToken())"])
    mayOpen = true
  }

  func pause() async { await transport.pause() }

  /// Streams that waited go on, or end when their token has: then whoever follows them opens them anew.
  func resume() async {
    try? await authorize()
    if mayOpen { await transport.resume() }
  }
}

/// Whose answers the cache has: nobody is shown those of somebody else.
actor CacheOwner {
  private let note: URL?
  private let clear: @Sendable () async throws -> Void
  private var userID: String?

  /// - Parameter note: a file that remembers it; nil for a cache that ends with the process.
  init(note: URL?, clear: @escaping @Sendable () async throws -> Void) {
    self.note = note
    self.clear = clear
    userID = note.flatMap { try? String(contentsOf: $0, encoding: .utf8) }
  }

  /// Empties the cache when it was another's.
  func become(_ userID: String) async throws {
    guard userID != self.userID else { return }
    try await clear()
    try note.map { try Data(userID.utf8).write(to: $0, options: .atomic) }
    self.userID = userID
  }

  func forget() async throws {
    try await clear()
    try note.map { try Data().write(to: $0, options: .atomic) }
    userID = nil
  }
}

extension URL {
  /// The same address for a WebSocket.
  var asSocket: URL {
    var components = URLComponents(url: self, resolvingAgainstBaseURL: false)
    components?.scheme = scheme == "http" ? "ws" : "wss"
    return components?.url ?? self
  }
}
