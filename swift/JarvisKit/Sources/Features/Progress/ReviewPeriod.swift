import Foundation
import Models

/// A stretch of days to look back on.
public struct ReviewPeriod: Hashable, Sendable {
  public enum Length: String, CaseIterable, Sendable, Identifiable {
    case week, month, quarter, year

    public var id: Self { self }
    /// How its days are taken together, as the graph names it.
    var bucket: String {
      switch self {
      case .week, .month: "DAY"
      case .quarter: "WEEK"
      case .year: "MONTH"
      }
    }
  }

  public let length: Length
  public let first: LocalDate
  public let last: LocalDate

  /// The period that a day lies in.
  /// - Parameter firstWeekday: 1 (Sunday) to 7, as `Calendar` counts.
  public init(_ length: Length, around day: LocalDate, firstWeekday: Int) {
    self.length = length
    switch length {
    case .week:
      first = day.adding(days: -(((day.weekday - firstWeekday) % 7 + 7) % 7))
      last = first.adding(days: 6)
    case .month: (first, last) = Self.months(from: day.year * 12 + day.month - 1, 1, day)
    case .quarter: (first, last) = Self.months(from: day.year * 12 + (day.month - 1) / 3 * 3, 3, day)
    case .year: (first, last) = Self.months(from: day.year * 12, 12, day)
    }
  }

  /// So many months from one on, counted from the year 0.
  private static func months(from month: Int, _ count: Int, _ day: LocalDate) -> (LocalDate, LocalDate) {
    func beginning(_ month: Int) -> LocalDate { LocalDate(year: month / 12, month: month % 12 + 1, day: 1) ?? day }
    return (beginning(month), beginning(month + count).adding(days: -1))
  }

  /// The one so many of its length later; earlier when negative.
  public func moved(by count: Int, firstWeekday: Int) -> ReviewPeriod {
    var period = self
    for _ in 0..<abs(count) {
      let day = count > 0 ? period.last.adding(days: 1) : period.first.adding(days: -1)
      period = ReviewPeriod(length, around: day, firstWeekday: firstWeekday)
    }
    return period
  }

  public func contains(_ day: LocalDate) -> Bool { day >= first && day <= last }

  var range: JSONValue { ["from": .string(first.description), "to": .string(last.description)] }
}
