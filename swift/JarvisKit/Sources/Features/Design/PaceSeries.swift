import Foundation
import Models

/// What the chart of a goal draws: where it was each day, the line that it should follow, and what it is heading for.
public struct PaceSeries: Equatable, Sendable {
  public struct Point: Equatable, Sendable, Identifiable {
    public let day: LocalDate
    public let value: Double
    public var id: LocalDate { day }

    public init(day: LocalDate, value: Double) {
      self.day = day
      self.value = value
    }
  }

  /// A day of the goal's series, as the graph gives it.
  public struct Day: Equatable, Sendable {
    public let day: LocalDate
    public let value: Amount
    public let isSkipped: Bool

    public init(day: LocalDate, value: Amount, isSkipped: Bool = false) {
      self.day = day
      self.value = value
      self.isSkipped = isSkipped
    }
  }

  /// The line from start to target (`GoalLine`).
  public struct Plan: Equatable, Sendable {
    public let start: LocalDate
    public let startValue: Amount
    public let deadline: LocalDate?
    public let targetValue: Amount?
    /// Change per day.
    public let rate: Amount?

    public init(start: LocalDate, startValue: Amount, deadline: LocalDate? = nil, targetValue: Amount? = nil, rate: Amount? = nil) {
      self.start = start
      self.startValue = startValue
      self.deadline = deadline
      self.targetValue = targetValue
      self.rate = rate
    }

    /// Where it should be on a day: on the line, which is level before its start and after its deadline.
    public func value(on day: LocalDate) -> Double {
      let from = startValue.approximation
      let passed = Double(max(0, start.days(to: day)))
      if let deadline, let target = targetValue?.approximation {
        let length = Double(start.days(to: deadline))
        return length <= 0 ? target : from + (target - from) * min(1, passed / length)
      }
      let days = deadline.map { min(passed, Double(max(0, start.days(to: $0)))) } ?? passed
      return from + (rate?.approximation ?? 0) * days
    }
  }

  /// Oldest first. Of what adds up, the running total.
  public let actual: [Point]
  /// The ends of the line within what is shown, with its corner at the deadline; empty without a plan.
  public let plan: [Point]
  public let target: Double?
  public let days: ClosedRange<LocalDate>
  /// What the vertical axis spans: everything drawn, and a twentieth above and below.
  public let values: ClosedRange<Double>
  /// How far the latest value is above the line on its day; negative below. Nil without either.
  public let ahead: Double?

  public var isEmpty: Bool { actual.isEmpty }

  /// - Parameters:
  ///   - series: the goal's days, in any order. Skipped ones are left out.
  ///   - adds: whether values add up toward the target; otherwise the latest one counts.
  ///   - current: the value now. A running total is reckoned back from it, for the series may begin after the goal did; without it, from
  ///     the start value.
  ///   - today: the person's day. The line is drawn to it, or to the deadline when that is at most as far ahead as the goal is old.
  public init(series: [Day], adds: Bool, current: Amount? = nil, plan: Plan? = nil, target: Amount? = nil, today: LocalDate) {
    let days = series.filter { !$0.isSkipped }.sorted { $0.day < $1.day }
    var points: [Point] = []
    if adds {
      let sum = days.reduce(Amount(0)) { $0 + $1.value }
      var total = current.map { $0 - sum } ?? plan?.startValue ?? 0
      for day in days {
        total = total + day.value
        points.append(Point(day: day.day, value: total.approximation))
      }
    } else {
      points = days.map { Point(day: $0.day, value: $0.value.approximation) }
    }
    actual = points

    let first = min(plan?.start ?? today, points.first?.day ?? today, today)
    var last = max(today, points.last?.day ?? today)
    if let deadline = plan?.deadline, deadline > last {
      let age = max(14, first.days(to: today))
      last = min(deadline, today.adding(days: age))
    }
    self.days = first...max(last, first.adding(days: 1))
    self.plan =
      plan.map { plan in
        let corners = [plan.start, plan.deadline].compactMap { $0 }.filter { $0 > first && $0 < last }
        let ends = ([max(first, min(plan.start, last))] + corners + [max(last, first.adding(days: 1))])
        return Set(ends).sorted().map { Point(day: $0, value: plan.value(on: $0)) }
      } ?? []
    self.target = target?.approximation ?? plan?.targetValue?.approximation
    ahead = if let plan, let latest = points.last { latest.value - plan.value(on: latest.day) } else { nil }

    var drawn = points.map(\.value) + self.plan.map(\.value)
    // The target is drawn when it does not press everything else together.
    if let goal = self.target, let low = drawn.min(), let high = drawn.max(), Self.isNear(goal, low...high) { drawn.append(goal) }
    values = Self.span(drawn)
  }

  private static func isNear(_ goal: Double, _ range: ClosedRange<Double>) -> Bool {
    let reach = max(range.upperBound - range.lowerBound, abs(range.upperBound) * 0.5, 1) * 2
    return goal >= range.lowerBound - reach && goal <= range.upperBound + reach
  }

  /// The values with some room; never empty, and from 0 on when all are 0 or more and the room would go below.
  static func span(_ drawn: [Double]) -> ClosedRange<Double> {
    let finite = drawn.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let room = high > low ? (high - low) / 20 : max(abs(high) / 20, 0.5)
    return (low >= 0 ? max(0, low - room) : low - room)...(high + room)
  }

  /// Whether the target lies within what is drawn.
  public var showsTarget: Bool { target.map(values.contains) ?? false }
}
