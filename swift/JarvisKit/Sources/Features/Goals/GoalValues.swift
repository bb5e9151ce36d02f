import Foundation
import Models

/// Which preset a goal is.
public enum GoalKind: String, OpenEnum, CaseIterable {
  /// A number moves toward a target.
  case numeric = "NUMERIC"
  /// Something done so often per period.
  case habit = "HABIT"
  /// Steps to be reached one by one.
  case milestone = "MILESTONE"
  case custom = "CUSTOM"
  case unknown
}

/// Whether a goal runs, rests or has ended.
public enum GoalStatus: String, OpenEnum, CaseIterable {
  case active = "ACTIVE"
  case completed = "COMPLETED"
  case paused = "PAUSED"
  case cancelled = "CANCELLED"
  case unknown

  /// Its history stays, and it asks nothing any more.
  public var isOver: Bool { self == .completed || self == .cancelled }
}

/// On which side of the target it is good.
public enum GoalDirection: String, OpenEnum, CaseIterable {
  case atLeast = "AT_LEAST"
  case atMost = "AT_MOST"
  case unknown
}

/// What several entries of one day come to.
public enum DayAggregation: String, OpenEnum, CaseIterable {
  case sum = "SUM"
  case last = "LAST"
  case min = "MIN"
  case max = "MAX"
  case mean = "MEAN"
  case unknown
}

public enum PeriodUnit: String, OpenEnum, CaseIterable {
  case day = "DAY"
  case week = "WEEK"
  case month = "MONTH"
  case year = "YEAR"
  case unknown
}

/// What a day without entries means.
public enum MissingDays: String, OpenEnum, CaseIterable {
  /// Nothing was done.
  case zero = "ZERO"
  /// It is not known.
  case noData = "NO_DATA"
  case unknown
}

/// Where a goal is beside its line, in one word.
public enum PaceStatus: String, OpenEnum, CaseIterable {
  case ahead = "AHEAD"
  case onTrack = "ON_TRACK"
  case behind = "BEHIND"
  case reached = "REACHED"
  case missed = "MISSED"
  case notStarted = "NOT_STARTED"
  case paused = "PAUSED"
  case noLine = "NO_LINE"
  case closed = "CLOSED"
  case unknown
}

/// How urgent a goal is, the most urgent first.
public enum Urgency: String, OpenEnum, CaseIterable {
  case today = "TODAY"
  case tomorrow = "TOMORROW"
  case soon = "SOON"
  case thisWeek = "THIS_WEEK"
  case safe = "SAFE"
  case none = "NONE"
  case unknown

  var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

/// Where an entry came from.
public enum EntrySource: String, OpenEnum, CaseIterable {
  case manual = "MANUAL"
  case appleHealth = "APPLE_HEALTH"
  case api = "API"
  case automation = "AUTOMATION"
  case imported = "IMPORT"
  case unknown
}

/// When a goal will be reached if it goes on like this.
public enum ForecastKind: String, OpenEnum, CaseIterable {
  case reached = "REACHED"
  case noTarget = "NO_TARGET"
  case insufficientData = "INSUFFICIENT_DATA"
  case notOnTrend = "NOT_ON_TREND"
  case onTrend = "ON_TREND"
  case unknown
}

/// How often something is to be done.
public struct Frequency: Decodable, Hashable, Sendable {
  public var times: Int
  public var period: PeriodUnit
  public var interval: Int

  public init(times: Int, period: PeriodUnit, interval: Int) {
    self.times = times
    self.period = period
    self.interval = interval
  }
}

/// A goal as lists show it: from an answer, or from the device's copy, where what was just made has no pace yet.
public struct GoalCard: Decodable, Sendable, Equatable, Identifiable {
  public struct Pace: Decodable, Sendable, Equatable {
    public let status: PaceStatus
    /// Whole days in which one may do nothing.
    public let safeDays: Int?
    /// What is due, in the server's words.
    public let dueText: String?
    public let urgency: Urgency

    private enum CodingKeys: CodingKey { case status, safeDays, dueText, urgency }

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      status = try values.decodeIfPresent(PaceStatus.self, forKey: .status) ?? .unknown
      safeDays = try values.decodeIfPresent(Int.self, forKey: .safeDays)
      dueText = try values.decodeIfPresent(String.self, forKey: .dueText)
      urgency = try values.decodeIfPresent(Urgency.self, forKey: .urgency) ?? .none
    }
  }
  public struct Streak: Decodable, Sendable, Equatable {
    public let period: PeriodUnit?
    public let current: Int
    public let best: Int
  }
  public let id: ObjectID
  public let title: String
  public let kind: GoalKind
  public let status: GoalStatus
  public let unit: String?
  public internal(set) var currentValue: Amount?
  public let targetValue: Amount?
  public let deadline: LocalDate?
  /// How far it has come, in percent; may exceed 100.
  public internal(set) var percent: Double?
  public let pace: Pace?
  public let streak: Streak?
  /// How firm the habit is, 0 to 1.
  public let strength: Double?

  /// How urgent it is; goals that rest or have ended ask nothing.
  public var urgency: Urgency { status == .active ? pace?.urgency ?? .none : .none }

  /// How much of the way is done, from 0 to 1, for drawing.
  public var fraction: Double? { percent.map { min(1, max(0, $0 / 100)) } }

  private enum CodingKeys: CodingKey {
    case id, title, kind, status, unit, currentValue, targetValue, deadline, percent, pace, streak, strength
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    id = try values.decode(ObjectID.self, forKey: .id)
    title = try values.decodeIfPresent(String.self, forKey: .title) ?? ""
    kind = try values.decodeIfPresent(GoalKind.self, forKey: .kind) ?? .unknown
    status = try values.decodeIfPresent(GoalStatus.self, forKey: .status) ?? .active
    unit = try values.decodeIfPresent(String.self, forKey: .unit)
    currentValue = try values.decodeIfPresent(Amount.self, forKey: .currentValue)
    targetValue = try values.decodeIfPresent(Amount.self, forKey: .targetValue)
    deadline = try values.decodeIfPresent(LocalDate.self, forKey: .deadline)
    percent = try values.decodeIfPresent(Double.self, forKey: .percent)
    pace = try values.decodeIfPresent(Pace.self, forKey: .pace)
    streak = try values.decodeIfPresent(Streak.self, forKey: .streak)
    strength = try values.decodeIfPresent(Double.self, forKey: .strength)
  }
}
