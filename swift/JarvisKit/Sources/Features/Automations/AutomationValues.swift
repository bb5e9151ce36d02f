import Foundation
import Models

/// What a trigger means while an earlier run of the rule is under way.
public enum AutomationMode: String, OpenEnum, CaseIterable {
  /// It is passed over.
  case single = "SINGLE"
  /// The earlier run is ended.
  case restart = "RESTART"
  /// It waits its turn.
  case queued = "QUEUED"
  /// It begins at once.
  case parallel = "PARALLEL"
  case unknown

  /// Whether more than one run may be under way or wait.
  public var takesSeveral: Bool { self == .queued || self == .parallel }
}

public enum AutomationRunState: String, OpenEnum, CaseIterable {
  case queued = "QUEUED"
  case running = "RUNNING"
  case done = "DONE"
  case failed = "FAILED"
  /// It did nothing; the reason says why.
  case skipped = "SKIPPED"
  case cancelled = "CANCELLED"
  case unknown
}

/// What set a run off.
public enum AutomationRunTrigger: String, OpenEnum, CaseIterable {
  case event = "EVENT"
  case schedule = "SCHEDULE"
  case condition = "CONDITION"
  case manual = "MANUAL"
  case retry = "RETRY"
  case unknown
}

/// Why a run was passed over, ended early or failed.
public enum AutomationRunReason: String, OpenEnum, CaseIterable {
  case busy = "BUSY"
  case full = "FULL"
  case condition = "CONDITION"
  case ownEvent = "OWN_EVENT"
  case depth = "DEPTH"
  case rate = "RATE"
  case restarted = "RESTARTED"
  case ended = "ENDED"
  case action = "ACTION"
  case interrupted = "INTERRUPTED"
  case unknown
}

/// Kinds of conditions and actions.
public enum AutomationStepKind: String, OpenEnum, CaseIterable {
  case goalCondition = "GOAL_CONDITION"
  case timeCondition = "TIME_CONDITION"
  case notification = "NOTIFICATION"
  case dataUpdate = "DATA_UPDATE"
  case apiCall = "API_CALL"
  case aiTask = "AI_TASK"
  case unknown

  public var isCondition: Bool { self == .goalCondition || self == .timeCondition }
}

/// What became of a condition or an action.
public enum AutomationStepState: String, OpenEnum, CaseIterable {
  case running = "RUNNING"
  /// It failed by something that may pass, and is tried again.
  case waiting = "WAITING"
  case done = "DONE"
  case notMet = "NOT_MET"
  case failed = "FAILED"
  case cancelled = "CANCELLED"
  case unknown
}

/// The numbers of a goal that a rule can look at.
public enum GoalMetric: String, OpenEnum, CaseIterable {
  case value = "VALUE"
  case percent = "PERCENT"
  case safeDays = "SAFE_DAYS"
  case streak = "STREAK"
  case strength = "STRENGTH"
  case daysSinceEntry = "DAYS_SINCE_ENTRY"
  case unknown
}

public enum Comparison: String, OpenEnum, CaseIterable {
  case above = "ABOVE"
  case below = "BELOW"
  case unknown
}

public enum HttpMethod: String, OpenEnum, CaseIterable {
  case get = "GET"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case unknown
}

/// A run of a rule as lists show it.
public struct AutomationRunRow: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let state: AutomationRunState
  public let trigger: AutomationRunTrigger
  /// Name of the event that set it off.
  public let event: String?
  /// The time on the wall clock that its schedule named, `YYYY-MM-DDTHH:MM`.
  public let localOccurrence: String?
  /// The number that crossed the line.
  public let value: Amount?
  public let reason: AutomationRunReason?
  /// The reason as the server's sentence.
  public let message: String?
  /// When it is tried again after something that may pass.
  public let retryAt: Date?
  public let createdAt: Date
  public let startedAt: Date?
  public let endedAt: Date?

  public var canBeCancelled: Bool { state == .queued || state == .running }
  public var canBeRetried: Bool { state == .failed || state == .cancelled }
  public var isOver: Bool { !canBeCancelled && state != .unknown }
}

/// A rule as lists show it.
public struct AutomationRuleRow: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let name: String
  public let description: String?
  public internal(set) var active: Bool
  public let mode: AutomationMode
  /// Why it was switched off by itself.
  public let disabledReason: String?
  public let nextRunAt: Date?
  public let lastRun: AutomationRunRow?
  public internal(set) var version: Int
}

/// An event that rules can wait for.
public struct AutomationEventType: Decodable, Sendable, Hashable, Identifiable {
  public let name: String
  public let subjectType: String
  /// Names of the values that filters and texts can use.
  public let fields: [String]

  public var id: String { name }
}

/// A goal that rules can look at.
public struct AutomationGoal: Decodable, Sendable, Hashable, Identifiable {
  public let id: ObjectID
  public let title: String
  public let unit: String?
}
