import Foundation
import Models

/// How the device's copy stands, as a screen says it.
public struct SyncStatus: Equatable, Sendable {
  public enum Phase: Equatable, Sendable {
    case idle
    case sending
    case fetching
    /// Everything is loaded anew: the copy is new, or was too old to be brought up to date.
    case loadingEverything
    /// Something is away; the next attempt is at this instant, by the device's clock.
    case waiting(until: Date, for: Hindrance)
    /// Nothing is sent or fetched until somebody signs in again. What waits is kept.
    case signedOut
    /// The store belongs to somebody else, cannot be used, or the server does not speak as expected.
    case stopped(String)
  }

  /// What an attempt waits for.
  public enum Hindrance: Equatable, Sendable {
    case network
    /// The server is away, or asks for patience.
    case server
    /// The server chokes on a change; everything else is up to date.
    case change
  }

  public var phase: Phase
  /// Changes that the server does not have yet, those that wait for the person included.
  public var pending: Int
  /// Changes that wait for the person: conflicts, and what the server refused.
  public var needPerson: Int
  /// When the copy was last known to be complete.
  public var completeAt: Date?

  public init(phase: Phase = .idle, pending: Int = 0, needPerson: Int = 0, completeAt: Date? = nil) {
    self.phase = phase
    self.pending = pending
    self.needPerson = needPerson
    self.completeAt = completeAt
  }
}

/// How the person settles a conflict, or what was refused.
public enum Choice: Equatable, Sendable {
  /// Their own change, on top of what the other one did.
  case keepMine
  /// The other one; their own changes of this object are given up.
  case keepTheirs
  /// Of their own change only these fields.
  case keepMineOnly(fields: Set<String>)
}
