import Foundation
import Models

/// When what is due: a plain function of what happened.
public struct DeviceSchedule: Sendable {
  /// Seconds between two syncs of what tells its changes by itself, in case it did not.
  public var interval: TimeInterval
  public var retry: RetryPolicy

  public init(interval: TimeInterval = 3_600, retry: RetryPolicy = RetryPolicy(base: 30, limit: 3_600)) {
    self.interval = interval
    self.retry = retry
  }

  /// When a provider is to be synced next; nil while it is not to be. What lies in the past is due.
  public func due(_ state: DeviceState, now: Date) -> Date? {
    guard state.connection != nil, !state.isPaused else { return nil }
    switch state.problem {
    // Signing in, or connecting anew, brings the next one.
    case .signedOut?, .gone?: return nil
    default: break
    }
    // An attempt in the future was made while the clock was wrong.
    guard let last = state.attemptedAt, last <= now else { return now }
    if state.hasChanges, state.problem == nil { return now }
    guard let problem = state.problem, problem.passes else { return last.addingTimeInterval(interval) }
    return last.addingTimeInterval(retry.delay(attempt: state.failures - 1, retryAfter: nil, random: 0.5))
  }
}

/// How what a provider sends stands, as it is kept on the device.
public struct DeviceState: Codable, Equatable, Sendable {
  /// Nil while it is not connected.
  public var connection: ObjectID?
  /// An id that a connection is being made with, while it is not known whether the server has it.
  var connecting: ObjectID?
  /// The version of the connection, which a change of it names.
  var version: Int?
  public var isPaused = false
  public var attemptedAt: Date?
  public var succeededAt: Date?
  /// Attempts in a row that did not work.
  public var failures = 0
  public var problem: DeviceProblem?
  /// Types of measurements that did not get through, with why; empty for others.
  public var problems: [String: DeviceProblem] = [:]
  /// What the latest sync that worked sent.
  public var latest = DeviceSummary()
  /// What was not taken since the person last looked.
  public var refused = Refusals()
  /// Calendars or lists that the person leaves out.
  public var excluded: Set<String> = []
  /// The device said that something changed.
  public var hasChanges = false

  public init(excluding excluded: Set<String> = []) { self.excluded = excluded }
}
