import Foundation
import Models

/// What a person makes of an accepted result.
public struct IntegrationDraft: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case goal, note, rule
  }
  /// Kinds of goals that can be made of a result: the other presets need more than it says.
  public enum GoalKind: String, CaseIterable, Hashable, Sendable {
    case habit = "HABIT"
    case numeric = "NUMERIC"
    case milestone = "MILESTONE"
  }
  public enum Period: String, CaseIterable, Hashable, Sendable {
    case day = "DAY"
    case week = "WEEK"
    case month = "MONTH"
  }
  /// What keeps it from being made.
  public enum Fault: Hashable, Sendable {
    case titleMissing, titleTooLong, timesOutOfRange, targetNotANumber, areaMissing, textMissing, textTooLong, schedule(SchedulePlan.Fault)
  }

  public var kind = Kind.goal
  /// Of the goal; of what the rule tells.
  public var title: String
  /// What the goal is about; what the rule tells.
  public var text: String
  public var goalKind = GoalKind.habit
  public var times = 3
  public var period = Period.week
  /// As it is typed.
  public var target = ""
  public var unit = ""
  public var deadline: LocalDate?
  /// Needed for a note.
  public var lifeAreaID: ObjectID?
  public var note: String
  public var schedule = SchedulePlan(.weekly([.monday]), at: TimeOfDay(minutes: 9 * 60))

  /// Suggests what the result says.
  public init(_ result: ResearchResultRow) {
    title = String(result.title.prefix(200))
    text = String(result.summary.prefix(2000))
    note = "\(result.title)\n\n\(result.summary)"
  }

  private var trimmedTitle: String { title.trimmingCharacters(in: .whitespacesAndNewlines) }
  private var trimmedText: String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
  private var trimmedNote: String { note.trimmingCharacters(in: .whitespacesAndNewlines) }

  public func faults(locale: Locale = .current) -> Set<Fault> {
    var faults: Set<Fault> = []
    if kind != .note {
      if trimmedTitle.isEmpty { faults.insert(.titleMissing) }
      // The server counts in UTF-16.
      if trimmedTitle.utf16.count > 200 { faults.insert(.titleTooLong) }
      if trimmedText.utf16.count > (kind == .goal ? 10_000 : 2_000) { faults.insert(.textTooLong) }
    }
    switch kind {
    case .goal:
      if goalKind == .habit, !(1...1000).contains(times) { faults.insert(.timesOutOfRange) }
      if goalKind == .numeric, Amount(typed: target, locale: locale) == nil { faults.insert(.targetNotANumber) }
    case .note:
      if lifeAreaID == nil { faults.insert(.areaMissing) }
      if trimmedNote.isEmpty { faults.insert(.textMissing) }
      if trimmedNote.utf16.count > 10_000 { faults.insert(.textTooLong) }
    case .rule:
      if let fault = schedule.fault { faults.insert(.schedule(fault)) }
    }
    return faults
  }

  /// The member of the mutation's input that says what to make.
  func input(locale: Locale) -> (name: String, value: JSONValue) {
    switch kind {
    case .goal:
      var goal: [String: JSONValue] = ["title": .string(trimmedTitle), "kind": .string(goalKind.rawValue)]
      if !trimmedText.isEmpty { goal["description"] = .string(trimmedText) }
      if let lifeAreaID { goal["lifeAreaId"] = .string(lifeAreaID.rawValue) }
      if let deadline { goal["deadline"] = .string(deadline.description) }
      switch goalKind {
      case .habit: goal["frequency"] = ["times": .int(times), "period": .string(period.rawValue)]
      case .numeric:
        if let target = Amount(typed: target, locale: locale) { goal["targetValue"] = .string(target.description) }
        let unit = unit.trimmingCharacters(in: .whitespaces)
        if !unit.isEmpty { goal["unit"] = .string(String(unit.prefix(50))) }
      case .milestone: break
      }
      return ("goal", .object(goal))
    case .note: return ("lifeAreaNote", ["lifeAreaId": .string(lifeAreaID?.rawValue ?? ""), "text": .string(trimmedNote)])
    case .rule:
      var rule: [String: JSONValue] = [
        "name": .string(String(trimmedTitle.prefix(100))), "title": .string(trimmedTitle),
        schedule.kind == .cron ? "cron" : "rrule": .string(schedule.text),
      ]
      if !trimmedText.isEmpty { rule["body"] = .string(trimmedText) }
      return ("automationRule", .object(rule))
    }
  }
}
