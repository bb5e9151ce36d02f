import Design
import Features
import Models
import SwiftUI

extension GoalKind {
  var text: Text {
    switch self {
    case .numeric: Text("Number")
    case .habit: Text("Habit")
    case .milestone: Text("Milestones")
    case .custom: Text("Custom")
    case .unknown: Text("Other")
    }
  }

  /// What it is for, where the person chooses.
  var explanation: Text {
    switch self {
    case .numeric: Text("A number moves toward a target, like kilometres run or money saved.")
    case .habit: Text("Something you do again and again, like three times a week.")
    case .milestone: Text("Steps that you reach one by one.")
    case .custom: Text("You decide how values count.")
    case .unknown: Text("This app is too old for this kind of goal.")
    }
  }

  var symbol: String {
    switch self {
    case .numeric: "chart.line.uptrend.xyaxis"
    case .habit: "repeat"
    case .milestone: "flag"
    case .custom: "slider.horizontal.3"
    case .unknown: "questionmark"
    }
  }
}

extension GoalStatus {
  var text: Text {
    switch self {
    case .active: Text("Active")
    case .completed: Text("Completed")
    case .paused: Text("Paused")
    case .cancelled: Text("Archived")
    case .unknown: Text("Other")
    }
  }
}

extension PaceStatus {
  var text: Text {
    switch self {
    case .ahead: Text("Ahead")
    case .onTrack: Text("On track")
    case .behind: Text("Behind")
    case .reached: Text("Reached")
    case .missed: Text("Missed")
    case .notStarted: Text("Not started")
    case .paused: Text("Paused")
    case .noLine: Text("No plan")
    case .closed: Text("Archived")
    case .unknown: Text("Other")
    }
  }

  var symbol: String {
    switch self {
    case .ahead: "hare"
    case .onTrack: "checkmark"
    case .behind: "tortoise"
    case .reached: "flag.checkered"
    case .missed: "xmark"
    case .notStarted: "calendar"
    case .paused: "pause"
    case .noLine, .closed, .unknown: "minus"
    }
  }

  var tint: Color {
    switch self {
    case .ahead, .onTrack, .reached: Palette.good
    case .behind: Palette.warning
    case .missed: Palette.bad
    case .notStarted, .paused, .noLine, .closed, .unknown: Palette.calm
    }
  }
}

extension GoalDirection {
  var text: Text {
    switch self {
    case .atLeast: Text("At least the target")
    case .atMost: Text("At most the target")
    case .unknown: Text("Other")
    }
  }
}

extension DayAggregation {
  var text: Text {
    switch self {
    case .sum: Text("Their sum")
    case .last: Text("The latest")
    case .min: Text("The smallest")
    case .max: Text("The largest")
    case .mean: Text("Their average")
    case .unknown: Text("Other")
    }
  }
}

extension MissingDays {
  var text: Text {
    switch self {
    case .zero: Text("Nothing was done")
    case .noData: Text("Not known")
    case .unknown: Text("Other")
    }
  }
}

extension PeriodUnit {
  /// Of rates and frequencies: per what.
  var text: Text {
    switch self {
    case .day: Text("Day")
    case .week: Text("Week")
    case .month: Text("Month")
    case .year: Text("Year")
    case .unknown: Text("Other")
    }
  }

  static var choices: [PeriodUnit] { [.day, .week, .month, .year] }
}

extension EntrySource {
  var text: Text {
    switch self {
    case .manual: Text("Logged by hand")
    case .appleHealth: Text("Apple Health")
    case .api: Text("Another program")
    case .automation: Text("Automation")
    case .imported: Text("Imported")
    case .unknown: Text("Other")
    }
  }
}

extension Frequency {
  /// E.g. `3 times a week`.
  var text: Text {
    let timesCount = times
    return switch (period, interval) {
    case (.day, 1): Text("\(timesCount) times a day")
    case (.week, 1): Text("\(timesCount) times a week")
    case (.month, 1): Text("\(timesCount) times a month")
    case (.year, 1): Text("\(timesCount) times a year")
    case (.week, _): Text("\(timesCount) times every \(interval.formatted()) weeks")
    case (.month, _): Text("\(timesCount) times every \(interval.formatted()) months")
    case (.year, _): Text("\(timesCount) times every \(interval.formatted()) years")
    case (.day, _), (.unknown, _): Text("\(timesCount) times every \(interval.formatted()) days")
    }
  }
}

extension GoalsModel.Section.Name {
  var title: LocalizedStringKey {
    switch self {
    case .today: "Today"
    case .thisWeek: "This week"
    case .later: "Later"
    case .paused: "Paused"
    case .ended: "Ended"
    case .all: "All goals"
    }
  }
}

extension GoalsModel.Order {
  var text: Text {
    switch self {
    case .urgency: Text("Urgency")
    case .title: Text("Title")
    case .deadline: Text("Deadline")
    case .newest: Text("Newest first")
    }
  }
}

extension GoalsModel.Filter.Phase {
  var text: Text {
    switch self {
    case .current: Text("Current")
    case .ended: Text("Ended")
    case .all: Text("All")
    }
  }
}

extension GoalForm.Mistake {
  var text: Text {
    switch self {
    case .missing: Text("This is needed.")
    case .tooLong(let limit): Text("At most \(limit.formatted()) characters.")
    case .notANumber: Text("This is not a number.")
    case .outOfRange(let low, let high): Text("Between \(low.formatted()) and \(high.formatted()).")
    case .tooLarge: Text("This number is too large.")
    case .zero: Text("A rate of 0 leads nowhere.")
    case .beforeStart: Text("The end lies before the start.")
    case .oneTooMany: Text("Give two of deadline, target and rate: the third follows.")
    case .notAnAddress: Text("This is not a web address.")
    }
  }
}

extension LifeAreaForm.Mistake {
  var text: Text {
    switch self {
    case .missing: Text("This is needed.")
    case .tooLong(let limit): Text("At most \(limit.formatted()) characters.")
    case .notAColor: Text("This is not a colour.")
    case .noOptions: Text("Add something to choose from.")
    case .twice: Text("Another field has this name.")
    }
  }
}

extension LifeAreaKind {
  var text: Text {
    switch self {
    case .health: Text("Health")
    case .finance: Text("Finance")
    case .learning: Text("Learning")
    case .work: Text("Work")
    case .goals: Text("Goals")
    case .productivity: Text("Productivity")
    case .unknown: Text("Other")
    }
  }

  /// The symbol of areas without one of their own.
  var symbol: String {
    switch self {
    case .health: "heart"
    case .finance: "banknote"
    case .learning: "book"
    case .work: "briefcase"
    case .goals: "target"
    case .productivity: "checklist"
    case .unknown: "square.grid.2x2"
    }
  }

  static var choices: [LifeAreaKind] { allCases.filter { $0 != .unknown } }
}

extension CustomField.Kind {
  var text: Text {
    switch self {
    case .text: Text("Text")
    case .number: Text("Number")
    case .boolean: Text("Yes or no")
    case .date: Text("Date")
    case .select: Text("Choice")
    case .url: Text("Web address")
    case .unknown: Text("Other")
    }
  }

  static var choices: [CustomField.Kind] { allCases.filter { $0 != .unknown } }
}

extension CustomField.Filled {
  var text: Text {
    switch value {
    case .text(let text): Text(verbatim: optionLabel ?? text)
    case .number(let amount): Text(verbatim: amount.shown(unit: field.unit, digits: 10))
    case .boolean(let flag): flag ? Text("Yes") : Text("No")
    case .date(let day): Text(verbatim: day.shown)
    }
  }
}
