import Foundation
import Models

/// How a ring is drawn that shows how far something has come.
public struct RingFigure: Equatable, Sendable {
  /// The filled part of the ring, 0 to 1. Nil when there is nothing to measure against.
  public let filled: Double?
  /// The part of a second lap, 0 to 1, for what went beyond the whole; it stays at 1 from twice the whole on.
  public let beyond: Double

  /// - Parameter percent: 100 is the whole; below 0 counts as 0.
  public init(percent: Double?) {
    guard let percent, percent.isFinite else {
      filled = nil
      beyond = 0
      return
    }
    filled = min(1, max(0, percent / 100))
    beyond = min(1, max(0, percent / 100 - 1))
  }

  /// - Parameter fraction: 1 is the whole.
  public init(fraction: Double?) { self.init(percent: fraction.map { $0 * 100 }) }
}

/// A percentage as the apps write it: rounded to whole ones, but neither to 100 nor to 0 while it is not that.
public func shownPercent(_ percent: Double) -> Int {
  guard percent.isFinite else { return 0 }
  let rounded = Int(min(max(percent, -99_999), 99_999).rounded())
  if rounded == 100 && percent < 100 { return 99 }
  if rounded == 0 && percent > 0 { return 1 }
  return rounded
}

/// How firm a habit is, from its strength as the server reckons it (Loop Habit Tracker's score).
public struct StrengthFigure: Equatable, Sendable {
  public enum Level: Int, CaseIterable, Sendable, Comparable {
    case starting, forming, growing, firm, rooted

    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// 0 to 1.
  public let value: Double
  public let level: Level

  /// Nil for what is no habit. A daily habit that is kept perfectly is `growing` after 13 days and `rooted` after 30.
  public init?(_ strength: Double?) {
    guard let strength, strength.isFinite else { return nil }
    value = min(1, max(0, strength))
    level = Level(rawValue: min(4, Int(value * 5 + 1e-9))) ?? .rooted
  }

  /// How much of each of five bars is filled, 0 to 1.
  public var bars: [Double] { Level.allCases.map { min(1, max(0, value * 5 - Double($0.rawValue))) } }
}

extension Amount {
  /// The number as people of this language write it, with at most so many digits behind the sign, and its unit behind it, on the same line.
  public func shown(unit: String? = nil, digits: Int = 2, locale: Locale = .current) -> String {
    let number = value.formatted(.number.precision(.fractionLength(0...digits)).locale(locale))
    guard let unit, !unit.isEmpty else { return number }
    return "\(number)\u{a0}\(unit)"
  }
}

extension LocalDate {
  /// Noon of the day, by a calendar's time zone: what formatters and charts are given, on which no change of the clocks falls.
  public func noon(in timeZone: TimeZone = .current) -> Date {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = DateComponents(year: year, month: month, day: day, hour: 12)
    return calendar.date(from: parts) ?? Date(timeIntervalSince1970: Double(LocalDate(daysSince1970: 0).days(to: self)) * 86_400 + 43_200)
  }

  /// The day of the week, 1 (Sunday) to 7, as `Calendar` counts.
  public var weekday: Int {
    let days = LocalDate(daysSince1970: 0).days(to: self)  // 1970-01-01 was a Thursday.
    return ((days + 4) % 7 + 7) % 7 + 1
  }
}
