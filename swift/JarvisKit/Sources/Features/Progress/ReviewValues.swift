import Foundation
import Models

/// A stretch of days in review, as the server tells it.
public struct ReviewValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public let analytics: Analytics?
    public let achievements: Achievements?
  }
  public struct Analytics: Decodable, Sendable, Equatable {
    public let progress: [Progress]
    public let trends: [Trend]
  }
  public struct Progress: Decodable, Sendable, Equatable {
    public struct Goal: Decodable, Sendable, Equatable {
      public let id: ObjectID
      public let title: String
      public let unit: String?
      public let kind: GoalKind
      public let direction: Direction
      public let cumulative: Bool
    }
    public struct Bucket: Decodable, Sendable, Equatable {
      public let start: LocalDate
      public let sum: Amount
      public let mean: Amount
      public let days: Int
      public let skippedDays: Int
      public let entries: Int
    }
    public let goal: Goal
    public let buckets: [Bucket]
  }
  public struct Trend: Decodable, Sendable, Equatable {
    public struct Goal: Decodable, Sendable, Equatable { public let id: ObjectID }
    public let goal: Goal
    public let direction: TrendDirection?
    public let changePercent: Double?
  }
  public struct Achievements: Decodable, Sendable, Equatable { public let nodes: [Achievement] }
  /// Whether more is wanted, or less.
  public enum Direction: String, OpenEnum {
    case atLeast = "AT_LEAST"
    case atMost = "AT_MOST"
    case unknown
  }
  public enum GoalKind: String, OpenEnum {
    case numeric = "NUMERIC"
    case habit = "HABIT"
    case milestone = "MILESTONE"
    case custom = "CUSTOM"
    case unknown
  }
  public let viewer: Viewer?
}

/// Where something is heading, when that is sure.
public enum TrendDirection: String, OpenEnum {
  case rising = "RISING"
  case falling = "FALLING"
  case steady = "STEADY"
  case unknown
}

/// Something that was earned.
public struct Achievement: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let name: AchievementName
  public let localDate: LocalDate
  public let earnedAt: Date
  public let goal: Named?
}

/// What a screen shows of a stretch of days.
public struct Review: Equatable, Sendable {
  /// What one goal came to.
  public struct Row: Equatable, Sendable, Identifiable {
    public struct Bar: Equatable, Sendable, Identifiable {
      public let start: LocalDate
      public let value: Double
      public var id: LocalDate { start }
    }
    public enum Change: Equatable, Sendable {
      /// For the better, by so many percent.
      case better(Double)
      case worse(Double)
      /// By less than one percent.
      case same
    }
    public let id: ObjectID
    public let title: String
    public let unit: String?
    /// The sum of what adds up; of other goals, the mean of the days with entries.
    public let value: Amount
    public let isSum: Bool
    public let bars: [Bar]
    public let entryCount: Int
    /// Against as many days before; nil when there is nothing to compare with.
    public let change: Change?
    public let trend: TrendDirection?
  }

  /// Goals with entries, those with the most of them first.
  public let rows: [Row]
  public let entryCount: Int
  public let skippedDayCount: Int
  /// Days on which anything was logged; nil when days were taken together.
  public let activeDayCount: Int?
  /// What was earned in it, the latest first.
  public let earned: [Achievement]

  public var betterCount: Int { rows.count { if case .better = $0.change { true } else { false } } }
  public var worseCount: Int { rows.count { if case .worse = $0.change { true } else { false } } }
  public var isEmpty: Bool { rows.isEmpty && earned.isEmpty }

  init(_ value: ReviewValue, of period: ReviewPeriod) {
    let progress = value.viewer?.analytics?.progress ?? []
    let trends = Dictionary((value.viewer?.analytics?.trends ?? []).map { ($0.goal.id, $0) }) { $1 }
    rows = progress.compactMap { Row($0, trends[$0.goal.id]) }.sorted {
      ($1.entryCount, $0.title, $0.id) < ($0.entryCount, $1.title, $1.id)
    }
    let buckets = progress.flatMap(\.buckets)
    entryCount = buckets.reduce(0) { $0 + $1.entries }
    skippedDayCount = buckets.reduce(0) { $0 + $1.skippedDays }
    activeDayCount = period.length.bucket == "DAY" ? Set(buckets.filter { $0.entries > 0 }.map(\.start)).count : nil
    earned = (value.viewer?.achievements?.nodes ?? []).filter { period.contains($0.localDate) }
  }
}

extension Review.Row {
  /// Nil for a goal without entries in the time.
  init?(_ progress: ReviewValue.Progress, _ trend: ReviewValue.Trend?) {
    let goal = progress.goal
    let buckets = progress.buckets.filter { $0.entries > 0 }
    guard !buckets.isEmpty else { return nil }
    id = goal.id
    title = goal.title
    unit = goal.unit
    isSum = goal.cumulative || goal.kind == .habit
    let days = buckets.reduce(0) { $0 + $1.days }
    let sum = buckets.reduce(Amount(0)) { $0 + $1.sum }
    value = isSum || days == 0 ? sum : Amount(sum.value / Decimal(days))
    bars = buckets.map { [isSum] in Bar(start: $0.start, value: (isSum ? $0.sum : $0.mean).approximation) }
    entryCount = buckets.reduce(0) { $0 + $1.entries }
    self.trend = trend?.direction
    change = trend?.changePercent.flatMap { percent in
      guard percent.isFinite, goal.direction != .unknown else { return nil }
      if abs(percent) < 1 { return .same }
      return (percent > 0) == (goal.direction == .atLeast) ? .better(abs(percent)) : .worse(abs(percent))
    }
  }
}
