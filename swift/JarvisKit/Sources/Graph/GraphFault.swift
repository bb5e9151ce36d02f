import Foundation
import Models

/// Why there is no answer, as far as what to do about it differs.
public enum GraphFault: Error, Equatable, Sendable {
  /// Nobody answered. A change may have been done all the same: it has to be sent again with its key.
  case offline
  /// The token is missing, has ended or was revoked.
  case unauthenticated
  /// Too much for now; try again after so many seconds.
  case rateLimited(retryAfter: TimeInterval?)
  /// The server could not, this time.
  case server(message: String, retryAfter: TimeInterval?)
  /// The server will not, however often it is asked: `code` is one of the graph's.
  case refused(code: String, message: String)
  /// What came is not what was asked for: another server, or another version of it.
  case unreadable(String)

  /// Whether the same request may do better later.
  public var passes: Bool {
    switch self {
    case .offline, .rateLimited, .server: true
    case .unauthenticated, .refused, .unreadable: false
    }
  }

  public var retryAfter: TimeInterval? {
    switch self {
    case .rateLimited(let seconds): seconds
    case .server(_, let seconds): seconds
    default: nil
    }
  }

  /// What the first telling error of an answer means.
  public init(_ problems: [GraphProblem]) {
    let worst = problems.first { $0.code == "UNAUTHENTICATED" } ?? problems.first
    guard let problem = worst else {
      self = .unreadable("An answer without data and without errors.")
      return
    }
    switch problem.code {
    case "UNAUTHENTICATED": self = .unauthenticated
    case "RATE_LIMITED": self = .rateLimited(retryAfter: problem.retryAfter)
    case "UPSTREAM_FAILED", "INTERNAL_SERVER_ERROR":
      self = .server(message: problem.message, retryAfter: problem.retryAfter)
    case let code?: self = .refused(code: code, message: problem.message)
    case nil: self = .unreadable(problem.message)
    }
  }
}

/// An entry of an answer's `errors`.
public struct GraphProblem: Decodable, Equatable, Sendable {
  public let message: String
  public let code: String?
  public let retryAfter: TimeInterval?
  public let requestID: String?

  public init(message: String, code: String?, retryAfter: TimeInterval? = nil, requestID: String? = nil) {
    self.message = message
    self.code = code
    self.retryAfter = retryAfter
    self.requestID = requestID
  }

  private enum Keys: String, CodingKey { case message, extensions }
  private enum Extensions: String, CodingKey { case code, retryAfter, requestId }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    message = try container.decode(String.self, forKey: .message)
    let extensions = try? container.nestedContainer(keyedBy: Extensions.self, forKey: .extensions)
    code = try? extensions?.decode(String.self, forKey: .code)
    retryAfter = try? extensions?.decode(Double.self, forKey: .retryAfter)
    requestID = try? extensions?.decode(String.self, forKey: .requestId)
  }
}
