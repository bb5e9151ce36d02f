import Foundation
import Models

/// How a schedule is written.
public enum ScheduleKind: String, OpenEnum, CaseIterable {
  /// A recurrence rule of iCalendar (RFC 5545, section 3.3.10).
  case rrule = "RRULE"
  /// The five fields of cron.
  case cron = "CRON"
  case unknown
}

/// A schedule as a person sets it: the usual ones by picking, any other as the text of a recurrence rule or of cron.
public struct SchedulePlan: Hashable, Sendable {
  public enum Pattern: Hashable, Sendable {
    case daily
    case weekly(Set<Weekday>)
    /// On a day of the month, 1 to 31; a month that is shorter is left out.
    case monthly(day: Int)
    case rule(String)
    case cron(String)
  }

  /// What keeps it from being a schedule. Whether a text is one, only the server can say.
  public enum Fault: Hashable, Sendable { case noWeekday, dayOutOfRange, textMissing, textTooLong }

  public static let longestText = 500

  public var pattern: Pattern
  /// The time of the day, for those that are picked.
  public var time: TimeOfDay

  public init(_ pattern: Pattern = .daily, at time: TimeOfDay = TimeOfDay(minutes: 7 * 60)) {
    self.pattern = pattern
    self.time = time
  }

  /// Reads what is stored. What cannot be picked stays a text.
  /// - Parameter start: the time of a rule that names none.
  public init(kind: ScheduleKind, text: String, start: TimeOfDay? = nil) {
    time = start ?? TimeOfDay(minutes: 7 * 60)
    if kind == .cron {
      pattern = .cron(text)
      return
    }
    pattern = .rule(text)
    guard let (picked, at) = Self.picked(text, start: time) else { return }
    pattern = picked
    time = at
  }

  private static let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

  /// The pattern and time of a rule that this app could have written; nil for every other.
  private static func picked(_ text: String, start: TimeOfDay) -> (Pattern, TimeOfDay)? {
    var parts: [String: String] = [:]
    for part in text.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1).map { String($0).uppercased() }
      guard sides.count == 2, parts.updateValue(sides[1], forKey: sides[0]) == nil else { return nil }
    }
    var time = start
    if let hour = parts.removeValue(forKey: "BYHOUR") {
      guard let hour = Int(hour), let minute = Int(parts.removeValue(forKey: "BYMINUTE") ?? "\(start.minutes % 60)"),
        (0..<24).contains(hour),
        (0..<60).contains(minute)
      else { return nil }
      time = TimeOfDay(minutes: hour * 60 + minute)
    }
    if parts["INTERVAL"] == "1" { parts["INTERVAL"] = nil }
    let frequency = parts.removeValue(forKey: "FREQ")
    switch (frequency, parts.count) {
    case ("DAILY", 0): return (.daily, time)
    case ("WEEKLY", 1):
      guard let names = parts["BYDAY"]?.split(separator: ",").map(String.init) else { return nil }
      let places = names.compactMap { days.firstIndex(of: $0) }
      return places.count == names.count ? (.weekly(Set(places.map { Weekday.allCases[$0] })), time) : nil
    case ("MONTHLY", 1):
      guard let day = parts["BYMONTHDAY"].flatMap({ Int($0) }), (1...31).contains(day) else { return nil }
      return (.monthly(day: day), time)
    default: return nil
    }
  }

  public var kind: ScheduleKind { if case .cron = pattern { .cron } else { .rrule } }

  /// The rule, or the five fields.
  public var text: String {
    let at = ";BYHOUR=\(time.minutes / 60);BYMINUTE=\(time.minutes % 60)"
    return switch pattern {
    case .daily: "FREQ=DAILY" + at
    case .weekly(let days): "FREQ=WEEKLY;BYDAY=" + days.sorted().map { Self.days[$0.rawValue] }.joined(separator: ",") + at
    case .monthly(let day): "FREQ=MONTHLY;BYMONTHDAY=\(day)" + at
    case .rule(let text), .cron(let text): text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  public var fault: Fault? {
    switch pattern {
    case .daily: nil
    case .weekly(let days): days.isEmpty ? .noWeekday : nil
    case .monthly(let day): (1...31).contains(day) ? nil : .dayOutOfRange
    case .rule, .cron: text.isEmpty ? .textMissing : text.utf16.count > Self.longestText ? .textTooLong : nil
    }
  }
}
