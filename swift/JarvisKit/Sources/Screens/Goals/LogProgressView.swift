import Design
import Features
import Models
import SwiftUI
import Sync

/// Logs a value for a goal, or changes one that was logged. Without a goal, the person chooses one first.
public struct LogProgressView: View {
  @Environment(\.dismiss) private var dismiss
  @State private var chosen: ObjectID?
  private let goal: ObjectID?
  private let entry: ObjectID?
  private let engine: SyncEngine
  private let day: DayClock

  public init(goal: ObjectID?, entry: ObjectID? = nil, engine: SyncEngine, day: DayClock) {
    self.goal = goal
    self.entry = entry
    self.engine = engine
    self.day = day
  }

  public var body: some View {
    NavigationStack {
      Group {
        if let goal = goal ?? chosen {
          LogProgressForm(LogProgressModel(goal: goal, entry: entry, engine: engine, day: day))
        } else {
          GoalChoice(engine: engine, day: day) { chosen = $0 }
        }
      }
      .toolbar { ToolbarItem(placement: .cancellationAction) { Button("Cancel", role: .cancel) { dismiss() } } }
    }
    .presentationDetents([.medium, .large])
  }
}

/// Which goal something is logged for: the most urgent first.
private struct GoalChoice: View {
  @State private var model: GoalsModel
  private let choose: @MainActor (ObjectID) -> Void

  init(engine: SyncEngine, day: DayClock, choose: @escaping @MainActor (ObjectID) -> Void) {
    _model = State(initialValue: GoalsModel(engine: engine, day: day))
    self.choose = choose
  }

  private var goals: [GoalsModel.Goal] {
    model.sections.flatMap(\.goals).filter { $0.status == .active && $0.card.kind != .milestone }
  }

  var body: some View {
    ScreenStateView(model.screen, retry: { await model.copy.refresh() }) { content in
      List(goals) { goal in
        Button {
          choose(goal.id)
        } label: {
          GoalRow(goal: goal, area: content.area(goal.area))
        }
        .buttonStyle(.plain)
      }
      .overlay { if goals.isEmpty { EmptyState("No goal to log for", symbol: "target", message: "None of your goals runs right now.") } }
    } empty: {
      EmptyState("No goals yet", symbol: "target", message: "Make a goal first, then log your progress.")
    }
    .navigationTitle("Log progress")
    .searchable(text: $model.filter.search, prompt: "Search goals")
    .task { await model.copy.show() }
  }
}

private struct LogProgressForm: View {
  @State private var model: LogProgressModel
  @State private var isSaved = false
  @FocusState private var isValueFocused: Bool
  @Environment(\.dismiss) private var dismiss

  init(_ model: LogProgressModel) { _model = State(initialValue: model) }

  var body: some View {
    Form {
      Section {
        HStack {
          TextField("Value", text: $model.text).font(Typography.figure).focused($isValueFocused).numberKeys()
          if let unit = model.unit { Text(verbatim: unit).foregroundStyle(Palette.secondary) }
        }
        if model.isNew, let last = model.last {
          Button("As last time: \(last.shown(unit: model.unit))") { model.repeatLast() }
        }
        mistake
      } header: {
        Text(verbatim: model.goalTitle)
      }
      Section {
        DayPicker("Day", day: $model.date, latest: model.latestDate)
        TextField("Note", text: $model.note, axis: .vertical)
      } footer: {
        Text("Without a network it is kept on this device, and sent later by itself.")
      }
    }
    .formStyle(.grouped)
    .navigationTitle(model.isNew ? Text("Log progress") : Text("Change entry"))
    .toolbar {
      ToolbarItem(placement: .confirmationAction) { Button("Save") { Task { await save() } }.disabled(model.text.isEmpty) }
    }
    .task {
      await model.load()
      isValueFocused = true
    }
    .sensoryFeedback(.success, trigger: isSaved)
    .sensoryFeedback(trigger: model.outcome) { _, new in if case .kept = new { nil } else { new == nil ? nil : .error } }
  }

  @ViewBuilder private var mistake: some View {
    switch model.outcome {
    case .notANumber: MistakeLabel(text: Text("This is not a number."))
    case .noteTooLong(let limit): MistakeLabel(text: Text("The note may have \(limit.formatted()) characters."))
    case .tooLate: MistakeLabel(text: Text("Progress counts for today, or tomorrow at the latest."))
    case .notSaved: MistakeLabel(text: Text("It could not be kept on this device. Free some space and try again."))
    case .kept, nil: EmptyView()
    }
  }

  private func save() async {
    await model.save()
    guard case .kept = model.outcome else { return }
    isSaved = true
    dismiss()
  }
}

/// Says that a day does not count.
struct SkipDayView: View {
  let today: LocalDate
  let skip: @MainActor (LocalDate, String) async -> Void
  @State private var day: LocalDate
  @State private var note = ""
  @Environment(\.dismiss) private var dismiss

  init(today: LocalDate, skip: @escaping @MainActor (LocalDate, String) async -> Void) {
    self.today = today
    self.skip = skip
    _day = State(initialValue: today)
  }

  var body: some View {
    NavigationStack {
      Form {
        Section {
          DayPicker("Day", day: $day, latest: today.adding(days: 365))
          TextField("Why?", text: $note, axis: .vertical)
        } footer: {
          Text("A skipped day is neither kept nor missed: your streak stays.")
        }
      }
      .formStyle(.grouped)
      .navigationTitle("Skip a day")
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel", role: .cancel) { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button("Skip") {
            Task {
              await skip(day, note)
              dismiss()
            }
          }
        }
      }
    }
    .presentationDetents([.medium, .large])
  }
}

/// Makes a milestone, or changes one.
struct MilestoneFormView: View {
  let model: GoalModel
  let milestone: GoalModel.Milestone?
  let today: LocalDate
  @State private var title: String
  @State private var text: String
  @State private var due: LocalDate?
  @Environment(\.dismiss) private var dismiss

  init(model: GoalModel, milestone: GoalModel.Milestone?, today: LocalDate) {
    self.model = model
    self.milestone = milestone
    self.today = today
    _title = State(initialValue: milestone?.title ?? "")
    _text = State(initialValue: milestone?.description ?? "")
    _due = State(initialValue: milestone?.dueDate)
  }

  private var isTooLong: Bool { title.unicodeScalars.count > 200 || text.unicodeScalars.count > 10_000 }

  var body: some View {
    NavigationStack {
      Form {
        TextField("What is to be reached?", text: $title)
        TextField("Description", text: $text, axis: .vertical)
        OptionalDayPicker("Due", day: $due, first: today)
        if isTooLong { MistakeLabel(text: Text("This is too long.")) }
      }
      .formStyle(.grouped)
      .navigationTitle(milestone == nil ? Text("New milestone") : Text("Change milestone"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel", role: .cancel) { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button("Save") { Task { if await save() { dismiss() } } }
            .disabled(title.trimmingCharacters(in: .whitespaces).isEmpty || isTooLong)
        }
      }
    }
    .presentationDetents([.medium, .large])
  }

  private func save() async -> Bool {
    guard let milestone else { return await model.addMilestone(title, description: text, due: due) }
    return await model.change(milestone, title: title, description: text, due: due)
  }
}

extension View {
  /// The keyboard for numbers, where there is one on the screen.
  func numberKeys() -> some View {
    #if canImport(UIKit)
      keyboardType(.numbersAndPunctuation)
    #else
      self
    #endif
  }
}
