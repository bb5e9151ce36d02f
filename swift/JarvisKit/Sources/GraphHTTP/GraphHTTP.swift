import Foundation
import Graph
import Models

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The graph over HTTP, with nothing but URLSession: persisted operations by POST, subscriptions as Server-Sent Events. It runs everywhere
/// Foundation does; the apps use Apollo iOS, for its cache and WebSocket.
public struct GraphHTTP: Sendable {
  let endpoint: URL
  let session: URLSession
  let authorization: @Sendable () async throws -> String?
  let heardAt: @Sendable (Date) async -> Void

  /// - Parameters:
  ///   - endpoint: e.g. `https://jarvis.example/graphql`.
  ///   - authorization: the access token for a request, or nil for one without.
  ///   - heardAt: told the server's time with each answer that has it, to the second.
  public init(
    endpoint: URL, configuration: URLSessionConfiguration = .ephemeral,
    authorization: @escaping @Sendable () async throws -> String? = { nil },
    heardAt: @escaping @Sendable (Date) async -> Void = { _ in }
  ) {
    self.endpoint = endpoint
    self.session = URLSession(configuration: configuration)
    self.authorization = authorization
    self.heardAt = heardAt
  }

  public var client: GraphClient {
    GraphClient(execute: { try await self.execute($0) }, subscribe: { self.subscribe($0) })
  }

  func urlRequest(_ request: Request, accept: String, withBody: Bool) async throws -> URLRequest {
    var result = URLRequest(url: endpoint, timeoutInterval: 30)
    result.httpMethod = "POST"
    result.setValue("application/json", forHTTPHeaderField: "content-type")
    result.setValue(accept, forHTTPHeaderField: "accept")
    if let token = try await authorization() { result.setValue("Bearer \(token)", forHTTPHeaderField: "authorization") }
    if let key = request.idempotencyKey { result.setValue(key, forHTTPHeaderField: "idempotency-key") }
    var body: [String: JSONValue] = [
      "operationName": .string(request.operation.name),
      "variables": request.variables,
      "extensions": ["persistedQuery": ["version": 1, "sha256Hash": .string(request.operation.hash)]],
    ]
    if withBody { body["query"] = .string(request.operation.body) }
    result.httpBody = try JSON.encode(JSONValue.object(body))
    return result
  }

  func execute(_ request: Request) async throws -> Answer {
    do {
      return try await send(request, withBody: false)
    } catch GraphFault.refused(_, message: "PersistedQueryNotFound") {
      // The server is older than this document, or newer: it is told the document itself.
      return try await send(request, withBody: true)
    }
  }

  private func send(_ request: Request, withBody: Bool) async throws -> Answer {
    let prepared = try await urlRequest(request, accept: "application/graphql-response+json, application/json", withBody: withBody)
    let (data, response): (Data, URLResponse)
    do {
      (data, response) = try await session.data(for: prepared)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw GraphFault.offline
    }
    guard let http = response as? HTTPURLResponse else { throw GraphFault.unreadable("The answer is not HTTP.") }
    if let date = http.value(forHTTPHeaderField: "date").flatMap(Self.date(ofHeader:)) { await heardAt(date) }
    return try Self.answer(data, status: http.statusCode, retryAfter: http.value(forHTTPHeaderField: "retry-after").flatMap(Double.init))
  }

  /// What a body with this status means. A proxy between may answer with a page of its own: then only the status counts.
  static func answer(_ data: Data, status: Int, retryAfter: TimeInterval?) throws(GraphFault) -> Answer {
    do {
      return try Answer(body: data)
    } catch {
      switch (status, error) {
      case (401, _): throw GraphFault.unauthenticated
      case (429, _): throw GraphFault.rateLimited(retryAfter: error.retryAfter ?? retryAfter)
      case (500..., .server(let message, let seconds)): throw GraphFault.server(message: message, retryAfter: seconds ?? retryAfter)
      case (500..., _): throw GraphFault.server(message: "Status \(status).", retryAfter: retryAfter)
      default: throw error
      }
    }
  }

  static func date(ofHeader text: String) -> Date? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return formatter.date(from: text)
  }
}
