import Foundation
import Models

/// The days of a habit as a calendar of weeks, the latest at the end.
public struct StreakGrid: Equatable, Sendable {
  public struct Cell: Equatable, Sendable, Identifiable {
    public enum State: Equatable, Sendable {
      /// Before the habit began, or after today.
      case outside
      /// Nothing was logged.
      case empty
      /// Today, with nothing logged yet.
      case open
      case skipped
      /// Something was logged: how much of what a day asks for, from 0 (exclusive) to 1.
      case done(Double)
    }
    public let day: LocalDate
    public let state: State
    public var id: LocalDate { day }
  }

  /// Columns of seven days each, from the first day of the week.
  public let weeks: [[Cell]]

  /// - Parameters:
  ///   - days: what was logged, in any order.
  ///   - target: what a day asks for; without one, anything more than 0 is all of it.
  ///   - start: the habit's first day.
  ///   - count: how many weeks, at least 1.
  ///   - firstWeekday: 1 (Sunday) to 7, as `Calendar` counts.
  public init(days: [PaceSeries.Day], target: Amount? = nil, start: LocalDate, today: LocalDate, weeks count: Int, firstWeekday: Int) {
    let byDay = Dictionary(days.map { ($0.day, $0) }) { $1 }
    let intoWeek = ((today.weekday - firstWeekday) % 7 + 7) % 7
    let first = today.adding(days: -intoWeek - 7 * (max(1, count) - 1))
    let whole = target.map(\.approximation).flatMap { $0 > 0 ? $0 : nil }
    func state(_ day: LocalDate) -> Cell.State {
      // What was logged is shown, also when it lies before the start that the goal has by now.
      if let entry = byDay[day] {
        if entry.isSkipped { return .skipped }
        let value = entry.value.approximation
        if value > 0 { return .done(whole.map { min(1, value / $0) } ?? 1) }
      }
      if day < start || day > today { return .outside }
      return day == today ? .open : .empty
    }
    weeks = (0..<max(1, count)).map { week in
      (0..<7).map { weekday in
        let day = first.adding(days: week * 7 + weekday)
        return Cell(day: day, state: state(day))
      }
    }
  }

  /// Days on which something was logged.
  public var doneCount: Int { weeks.joined().count { if case .done = $0.state { true } else { false } } }
  /// Days that counted: from the start until today, without those skipped and without today while it is open.
  public var judgedCount: Int {
    weeks.joined().count {
      switch $0.state {
      case .done, .empty: true
      case .outside, .open, .skipped: false
      }
    }
  }
}
