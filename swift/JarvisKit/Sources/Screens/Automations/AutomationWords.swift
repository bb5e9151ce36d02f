import Design
import Features
import Models
import SwiftUI

extension AutomationRunState {
  var title: LocalizedStringKey {
    switch self {
    case .queued: "Waiting"
    case .running: "Running"
    case .done: "Done"
    case .failed: "Failed"
    case .skipped: "Passed over"
    case .cancelled: "Cancelled"
    case .unknown: "Unknown"
    }
  }

  var symbol: String {
    switch self {
    case .queued: "clock"
    case .running: "arrow.triangle.2.circlepath"
    case .done: "checkmark.circle"
    case .failed: "exclamationmark.triangle"
    case .skipped: "forward"
    case .cancelled: "stop.circle"
    case .unknown: "questionmark.circle"
    }
  }

  var tint: Color {
    switch self {
    case .running: Palette.accent
    case .done: Palette.good
    case .failed: Palette.bad
    case .queued, .skipped, .cancelled, .unknown: Palette.calm
    }
  }
}

extension AutomationRunTrigger {
  var title: LocalizedStringKey {
    switch self {
    case .event: "Something happened"
    case .schedule: "By schedule"
    case .condition: "A goal crossed the line"
    case .manual: "By hand"
    case .retry: "Tried again"
    case .unknown: "Unknown"
    }
  }
}

extension AutomationRunReason {
  var sentence: LocalizedStringKey {
    switch self {
    case .busy: "An earlier run was under way."
    case .full: "As many runs as allowed were under way or waiting."
    case .condition: "A condition did not hold."
    case .ownEvent: "Its event came of the rule itself."
    case .depth: "Too many rules set each other off."
    case .rate: "It ran 60 times within an hour."
    case .restarted: "A later run took its place."
    case .ended: "It was stopped, or the rule was switched off."
    case .action: "An action failed."
    case .interrupted: "It was broken off too often."
    case .unknown: "It did not run."
    }
  }
}

extension AutomationStepKind {
  var title: LocalizedStringKey {
    switch self {
    case .goalCondition: "A goal's number"
    case .timeCondition: "Time"
    case .notification: "Notification"
    case .dataUpdate: "Change in Jarvis"
    case .apiCall: "Call to another service"
    case .aiTask: "Task for the assistant"
    case .unknown: "Something this app does not know"
    }
  }

  var symbol: String {
    switch self {
    case .goalCondition: "target"
    case .timeCondition: "clock"
    case .notification: "bell"
    case .dataUpdate: "square.and.pencil"
    case .apiCall: "network"
    case .aiTask: "sparkles"
    case .unknown: "questionmark.circle"
    }
  }
}

extension AutomationStepState {
  var title: LocalizedStringKey {
    switch self {
    case .running: "Running"
    case .waiting: "Is tried again"
    case .done: "Done"
    case .notMet: "Did not hold"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    case .unknown: "Unknown"
    }
  }
}

extension AutomationMode {
  var title: LocalizedStringKey {
    switch self {
    case .single: "Pass over"
    case .restart: "Stop it and begin anew"
    case .queued: "Wait for it"
    case .parallel: "Run beside it"
    case .unknown: "Unknown"
    }
  }
}

extension GoalMetric {
  var title: LocalizedStringKey {
    switch self {
    case .value: "Value"
    case .percent: "Percent done"
    case .safeDays: "Days of rest left"
    case .streak: "Streak"
    case .strength: "Strength"
    case .daysSinceEntry: "Days since the last entry"
    case .unknown: "Unknown"
    }
  }
}

extension Comparison {
  var title: LocalizedStringKey {
    switch self {
    case .above: "Above"
    case .below: "Below"
    case .unknown: "Unknown"
    }
  }

  var sign: String { self == .above ? ">" : "<" }
}

extension AutomationFault {
  var sentence: LocalizedStringKey {
    switch self {
    case .nameMissing: "Give it a name."
    case .nameTooLong: "The name has at most 100 characters."
    case .triggerMissing: "Say what sets it off."
    case .actionMissing: "Say what it does."
    case .tooMany: "There are too many of these."
    case .runsOutOfRange: "1 to 20 runs."
    case .goalMissing: "Choose a goal."
    case .notANumber: "This is not a number."
    case .minutesOutOfRange: "At most 30 days."
    case .eventMissing: "Choose what happens."
    case .filterMissing: "Each filter needs a field and at least one value."
    case .timeMissing: "Set a time or a day."
    case .schedule(let fault): fault.sentence
    case .titleMissing: "Give it a title."
    case .textTooLong: "The text is too long."
    case .documentMissing: "Write a mutation."
    case .variablesNoObject: "The variables are no JSON object."
    case .notAnAddress: "Give an address that begins with https://, without a name or password."
    case .headerUnreadable: "Write each header as “Name: value”."
    case .bodyWithGet: "GET takes no body."
    case .promptMissing: "Say what the assistant is to do."
    }
  }
}

extension SchedulePlan.Fault {
  var sentence: LocalizedStringKey {
    switch self {
    case .noWeekday: "Choose at least one day."
    case .dayOutOfRange: "Choose a day from 1 to 31."
    case .textMissing: "Write a schedule."
    case .textTooLong: "At most 500 characters."
    }
  }
}

// MARK: - Parts of rules in words

extension GoalLine {
  /// `Run: Days of rest left < 1`.
  var words: Text {
    (title.map { Text(verbatim: $0) } ?? Text("A goal that is gone")) + Text(verbatim: ": ") + Text(metric.title)
      + Text(verbatim: " \(comparison.sign) \(line)")
  }
}

extension AutomationTrigger {
  var symbol: String {
    switch self {
    case .schedule: "calendar"
    case .event: "bolt"
    case .goal: "target"
    }
  }

  var words: Text {
    switch self {
    case .schedule(let plan, _): return Text(plan.title)
    case .event(let name, _): return Text("When this happens: \(name)")
    case .goal(let line, let minutes):
      guard minutes > 0 else { return line.words }
      let time = Duration.seconds(minutes * 60).formatted(.units(allowed: [.days, .hours, .minutes], width: .wide))
      return line.words + Text(verbatim: ", ") + Text("for \(time)")
    }
  }

  /// What stands below, in small.
  var detail: String? {
    switch self {
    case .schedule(_, let timeZone): timeZone
    case .event(_, let filters):
      filters.isEmpty
        ? nil
        : filters.map { "\($0.field): \($0.values.split(whereSeparator: \.isNewline).joined(separator: ", "))" }.joined(separator: "\n")
    case .goal: nil
    }
  }
}

extension AutomationCondition {
  var symbol: String {
    switch self {
    case .goal: "target"
    case .time: "clock"
    }
  }

  var words: Text {
    switch self {
    case .goal(let line): return line.words
    case .time(let from, let to, let weekdays):
      var parts: [Text] = []
      switch (from, to) {
      case (let from?, let to?): parts.append(Text("\(from.shown) to \(to.shown)"))
      case (let from?, nil): parts.append(Text("From \(from.shown)"))
      case (nil, let to?): parts.append(Text("Until \(to.shown)"))
      case (nil, nil): break
      }
      if !weekdays.isEmpty {
        let symbols = Calendar.current.shortStandaloneWeekdaySymbols
        parts.append(Text(verbatim: weekdays.sorted().map { symbols[$0.calendarNumber - 1] }.formatted(.list(type: .and))))
      }
      return parts.dropFirst().reduce(parts.first ?? Text("Always")) { $0 + Text(verbatim: ", ") + $1 }
    }
  }
}

extension AutomationAction {
  var kind: AutomationStepKind {
    switch self {
    case .notification: .notification
    case .dataUpdate: .dataUpdate
    case .apiCall: .apiCall
    case .aiTask: .aiTask
    }
  }

  /// What it does it with, as the person wrote it.
  var detail: String {
    switch self {
    case .notification(let action): action.body.isEmpty ? action.title : "\(action.title)\n\(action.body)"
    case .dataUpdate(let action): action.document
    case .apiCall(let action): "\(action.method.rawValue) \(action.url)"
    case .aiTask(let action): action.prompt
    }
  }
}
