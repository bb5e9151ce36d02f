import Apollo
import ApolloAPI
import Foundation
import Graph
import Session

/// What stands between Apollo and the network: keys, persisted operations, tokens, and pages that are no answers.
struct Interceptors: InterceptorProvider {
  let session: SessionKeeper?

  func graphQLInterceptors<Operation: GraphQLOperation>(for operation: Operation) -> [any GraphQLInterceptor] {
    [KeyInterceptor()] + DefaultInterceptorProvider.shared.graphQLInterceptors(for: operation)
  }

  func httpInterceptors<Operation: GraphQLOperation>(for operation: Operation) -> [any HTTPInterceptor] {
    [AnswerInterceptor(), TokenInterceptor(session: session)]
  }
}

/// Sends a mutation's key along: sent again with it, it is done once.
struct KeyInterceptor: GraphQLInterceptor {
  func intercept<Request: GraphQLRequest>(
    request: Request, next: NextInterceptorFunction<Request>
  ) async throws -> InterceptorResultStream<Request> {
    var request = request
    if let key = (request.operation as? any Bridged)?.request.idempotencyKey { request.addHeader(name: "idempotency-key", value: key) }
    return await next(request)
  }
}

/// Sends a token along. One that the server turns down is exchanged, once for all that wait for it, and the request sent once more.
struct TokenInterceptor: HTTPInterceptor {
  let session: SessionKeeper?

  func intercept(request: URLRequest, next: NextHTTPInterceptorFunction) async throws -> HTTPResponse {
    guard let session else { return try await next(request) }
    let token = try await session.accessToken()
    let response = try await next(request.authorized(by: token))
    if let date = response.response.serverTime { await session.heard(serverTime: date) }
    guard response.response.statusCode == 401 else { return response }
    return try await next(request.authorized(by: try await session.renew(rejected: token)))
  }
}

/// Lets only answers of a graph pass, whatever their status; what else came is told by its status.
struct AnswerInterceptor: HTTPInterceptor {
  func intercept(request: URLRequest, next: NextHTTPInterceptorFunction) async throws -> HTTPResponse {
    let response = try await next(request)
    let http = response.response
    let type = http.value(forHTTPHeaderField: "content-type") ?? ""
    guard type.contains("json") || type.hasPrefix("multipart/") else {
      throw GraphFault(status: http.statusCode, retryAfter: http.value(forHTTPHeaderField: "retry-after").flatMap(Double.init))
    }
    return response
  }
}

extension URLRequest {
  func authorized(by token: String) -> URLRequest {
    var request = self
    request.setValue("Bearer \(token)", forHTTPHeaderField: "authorization")
    return request
  }
}

extension HTTPURLResponse {
  /// The server's time, to the second.
  var serverTime: Date? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return value(forHTTPHeaderField: "date").flatMap(formatter.date(from:))
  }
}
