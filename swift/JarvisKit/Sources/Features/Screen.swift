import Foundation
import Graph
import Models

/// What a person is told instead of, or beside, what they wanted to see.
public enum Problem: Equatable, Sendable {
  case offline
  case signedOut
  case busy(retryIn: TimeInterval?)
  case server
  /// The server's own sentence about what cannot be done.
  case refused(String)
  /// This app and the server do not understand each other: the app wants an update.
  case outdated

  public init(_ error: any Error) {
    switch error {
    case let error as UserError: self = .refused(error.message)
    case GraphFault.offline: self = .offline
    case GraphFault.unauthenticated: self = .signedOut
    case GraphFault.rateLimited(let seconds): self = .busy(retryIn: seconds)
    case GraphFault.server: self = .server
    case GraphFault.refused(_, let message): self = .refused(message)
    default: self = .outdated
    }
  }
}

/// Everything that a screen needs to know to draw itself.
public enum Screen<Value: Sendable & Equatable>: Sendable, Equatable {
  /// What stands beside content that is not all there is, or not of now.
  public enum Notice: Sendable, Equatable {
    case offline(since: Date)
    case stale(since: Date, Problem)
    /// A part of the server was away: what it owns is missing.
    case partial
  }

  case loading
  case empty
  case content(Value, Notice?)
  case failed(Problem)

  public var value: Value? { if case .content(let value, _) = self { value } else { nil } }
}
