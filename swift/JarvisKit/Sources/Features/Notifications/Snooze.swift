import Foundation
import Models

/// A time to which something can be put off.
public struct Snooze: Hashable, Sendable, Identifiable {
  public enum Choice: String, Hashable, Sendable, CaseIterable { case inAnHour, tonight, inTheMorning, nextWeek }

  public let choice: Choice
  public let until: Date
  public var id: Choice { choice }

  /// Minutes after midnight.
  static let evening = 20 * 60
  static let morning = 8 * 60
  /// Before five o'clock it is still the night of the day before, whenever the person's days begin: "in the morning" is a few hours away.
  private static let endOfNight = 5 * 60

  /// What makes sense to choose at this moment, the soonest first: an evening that has begun is not offered, nor the same time twice.
  public static func choices(_ day: DayClock) -> [Snooze] {
    let now = day.now()
    let today = LocalDate(now, in: day.timeZone, dayStartMinutes: endOfNight)
    let hour = Snooze(choice: .inAnHour, until: now.addingTimeInterval(3600))
    let others = [
      Snooze(choice: .tonight, until: day.instant(today, minutes: evening)),
      Snooze(choice: .inTheMorning, until: day.instant(today.adding(days: 1), minutes: morning)),
      Snooze(choice: .nextWeek, until: day.instant(today.adding(days: 7 - Weekday(today).rawValue), minutes: morning)),
    ]
    return others.reduce(into: [hour]) { chosen, next in
      if let last = chosen.last, next.until > last.until { chosen.append(next) }
    }
  }
}

/// A day of the week, from Monday.
public enum Weekday: Int, Hashable, Sendable, CaseIterable, Comparable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  private static let names = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]

  public init(_ date: LocalDate) {
    let days = LocalDate(daysSince1970: 4).days(to: date)  // from a Monday
    self = Self.allCases[(days % 7 + 7) % 7]
  }

  /// As the schema writes it.
  init?(name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self = Self.allCases[place]
  }

  var name: String { Self.names[rawValue] }
  /// As `Calendar` numbers it: 1 is Sunday.
  public var calendarNumber: Int { (rawValue + 1) % 7 + 1 }

  public static func < (a: Weekday, b: Weekday) -> Bool { a.rawValue < b.rawValue }
}

extension DayClock {
  /// The instant at which the person's clock shows so many minutes after midnight. A time that the change to summer time leaves out is as
  /// much later.
  func instant(_ date: LocalDate, minutes: Int) -> Date {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = DateComponents(year: date.year, month: date.month, day: date.day, hour: minutes / 60, minute: minutes % 60)
    return calendar.date(from: parts) ?? now()
  }

  /// The person's day now.
  public var today: LocalDate { LocalDate(now(), in: timeZone, dayStartMinutes: dayStartMinutes) }
}

/// A time of the person's clock.
public struct TimeOfDay: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// After midnight, 0 to 1439.
  public let minutes: Int

  /// What lies outside of a day is brought into it.
  public init(minutes: Int) { self.minutes = min(max(minutes, 0), 1439) }

  /// Nil for what is not written as `HH:MM`.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 2], parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    minutes = hour * 60 + minute
  }

  /// The time that the clock shows there at this instant: what a picker of times gives.
  public init(_ instant: Date, in timeZone: TimeZone) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = calendar.dateComponents([.hour, .minute], from: instant)
    minutes = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
  }

  /// An instant at which the clock shows it there, for a picker of times: on a day in winter, when no clock changes.
  public func instant(in timeZone: TimeZone) -> Date {
    let winter = LocalDate(daysSince1970: 0)
    return DayClock(now: { .distantPast }, timeZone: timeZone).instant(winter, minutes: minutes)
  }

  public var description: String {
    func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(padded(minutes / 60)):\(padded(minutes % 60))"
  }

  public static func < (a: TimeOfDay, b: TimeOfDay) -> Bool { a.minutes < b.minutes }
}
