import Design
import Features
import Models
import SwiftUI

/// When the person is reminded, and of what.
public struct RemindersScreen: View {
  private let account: Account
  @State private var model: RemindersModel
  @State private var editor: ReminderEditor?

  /// - Parameter goal: only those of this goal.
  public init(_ account: Account, goal: ObjectID? = nil) {
    self.account = account
    _model = State(initialValue: account.parts.reminders(goal: goal) { account.clock.day })
  }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: model.list.refresh) { _ in
      List {
        ForEach(model.reminders) { reminder in
          ReminderRow(reminder: reminder, model: model) { editor = model.editor(for: reminder) }
        }
        MoreRow(model: model.list)
      }
      .refreshable { await model.list.refresh() }
    } empty: {
      EmptyState("No reminders yet", symbol: "alarm", message: "Choose a time, and Jarvis tells you what you wanted to do.") {
        Button("New Reminder") { editor = model.editor(for: nil) }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Reminders")
    .toolbar { ToolbarItem(placement: .primaryAction) { Button("New Reminder", systemImage: "plus") { editor = model.editor(for: nil) } } }
    .sheet(item: $editor) { editor in ReminderEditorView(editor: editor, goals: model.goals, clock: account.clock.day) }
    .problemAlert(model.work)
    .task { await model.list.open() }
  }
}

private struct ReminderRow: View {
  let reminder: Reminder
  let model: RemindersModel
  let edit: @MainActor () -> Void

  var body: some View {
    HStack(spacing: Spacing.medium) {
      Button(action: edit) {
        VStack(alignment: .leading, spacing: Spacing.tight) {
          title.font(Typography.cardTitle).foregroundStyle(Palette.primary)
          (Text(verbatim: reminder.time?.words ?? "") + Text(verbatim: " · ") + reminder.days.words)
            .font(Typography.detail).foregroundStyle(Palette.secondary)
          if let next = reminder.nextOccurrenceAt, reminder.active {
            Text("Next: \(next.formatted(.relative(presentation: .named)))").font(Typography.caption).foregroundStyle(Palette.secondary)
          }
        }
        .frame(maxWidth: .infinity, alignment: .leading)
        .contentShape(Rectangle())
      }
      .buttonStyle(.plain)
      Toggle("Active", isOn: Binding(get: { reminder.active }, set: { on in Task { await model.setActive(reminder, on) } })).labelsHidden()
    }
    .swipeActions {
      Button("Delete", systemImage: "trash", role: .destructive) { Task { await model.delete(reminder) } }
    }
    .contextMenu {
      Button("Edit", systemImage: "pencil", action: edit)
      Button("Delete", systemImage: "trash", role: .destructive) { Task { await model.delete(reminder) } }
    }
    .sensoryFeedback(.selection, trigger: reminder.active)
  }

  private var title: Text {
    if let message = reminder.message { return Text(verbatim: message) }
    if let goal = reminder.goal { return Text(verbatim: goal.title) }
    return Text("Reminder")
  }
}

extension TimeOfDay {
  /// As the person's language writes it.
  var words: String {
    var style = Date.FormatStyle(date: .omitted, time: .shortened)
    style.timeZone = .gmt
    return instant(in: .gmt).formatted(style)
  }
}

extension Weekday {
  /// Its name in the person's language.
  var words: String { Calendar.current.standaloneWeekdaySymbols[calendarNumber - 1] }
}

extension ReminderDays {
  var words: Text {
    switch self {
    case .everyDay: Text("Every day")
    case .weekdays(let days): Text(verbatim: days.sorted().map(\.words).formatted(.list(type: .and)))
    case .once(let date): Text("Once, \(date.words)")
    case .beforeDeadline(let dayCount): Text("\(dayCount) days before the deadline")
    }
  }
}

/// A reminder that is being written or changed.
struct ReminderEditorView: View {
  @Bindable var editor: ReminderEditor
  let goals: () async -> [Reminder.Goal]
  let clock: DayClock
  @State private var found: [Reminder.Goal] = []
  @State private var savedCount = 0
  @Environment(\.dismiss) private var dismiss

  init(editor: ReminderEditor, goals: @escaping () async -> [Reminder.Goal], clock: DayClock) {
    _editor = Bindable(wrappedValue: editor)
    self.goals = goals
    self.clock = clock
  }

  private enum Days: Hashable { case everyDay, weekdays, once, beforeDeadline }

  var body: some View {
    NavigationStack {
      Form {
        Section {
          TextField("What should Jarvis remind you of?", text: $editor.draft.message, axis: .vertical)
          Picker("Goal", selection: $editor.draft.goal) {
            Text("None").tag(Reminder.Goal?.none)
            ForEach(goalChoices) { goal in Text(verbatim: goal.title).tag(Reminder.Goal?.some(goal)) }
          }
          Picker("Kind", selection: $editor.draft.kind) {
            Text("To do it").tag(ReminderKind.toDo)
            Text("To log it").tag(ReminderKind.toLog)
          }
        } footer: {
          VStack(alignment: .leading) { ForEach(faults, id: \.self) { fault in fault.words } }.foregroundStyle(Palette.warning)
        }
        Section("When") {
          DatePicker("Time", selection: time, displayedComponents: .hourAndMinute).environment(\.timeZone, .gmt)
          Picker("Days", selection: days) {
            Text("Every day").tag(Days.everyDay)
            Text("On weekdays of your choice").tag(Days.weekdays)
            Text("Once").tag(Days.once)
            Text("Before the deadline").tag(Days.beforeDeadline)
          }
          switch editor.draft.days {
          case .everyDay: EmptyView()
          case .weekdays(let chosen):
            ForEach(Weekday.allCases, id: \.self) { day in
              Toggle(isOn: contains(day, chosen)) { Text(verbatim: day.words) }
            }
          case .once: DatePicker("Day", selection: date, displayedComponents: .date).environment(\.timeZone, .gmt)
          case .beforeDeadline(let dayCount):
            Stepper(value: count, in: 0...365) { Text("\(dayCount) days before the deadline") }
          }
        }
        Section {
          Toggle("Only when you are behind", isOn: $editor.draft.followPace)
          Toggle("Active", isOn: $editor.draft.active)
        } footer: {
          Text("When you are on pace with the goal, the reminder stays away.")
        }
        if let conflict = editor.conflict {
          Section {
            Button("Keep Mine") { Task { if await editor.keepMine() { finish() } } }
            Button("Take the Other One", role: .destructive) { editor.takeTheirs() }
          } header: {
            Text("Changed on another device")
          } footer: {
            Text("There it is now: \(conflict.message ?? conflict.goal?.title ?? "")")
          }
        }
      }
      .formStyle(.grouped)
      .navigationTitle(editor.reminder == nil ? Text("New Reminder") : Text("Reminder"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button("Save") { Task { if await editor.save() { finish() } } }.disabled(!editor.canSave)
        }
      }
      .problemAlert(editor.work)
      .sensoryFeedback(.success, trigger: savedCount)
      .task { found = await goals() }
    }
  }

  private func finish() {
    savedCount += 1
    dismiss()
  }

  private var goalChoices: [Reminder.Goal] {
    guard let goal = editor.draft.goal, !found.contains(goal) else { return found }
    return [goal] + found
  }

  private var faults: [ReminderDraft.Fault] { editor.faults.sorted { $0.hashValue < $1.hashValue } }

  private var time: Binding<Date> {
    Binding(get: { editor.draft.time.instant(in: .gmt) }, set: { editor.draft.time = TimeOfDay($0, in: .gmt) })
  }

  private var days: Binding<Days> {
    Binding(
      get: {
        switch editor.draft.days {
        case .everyDay: .everyDay
        case .weekdays: .weekdays
        case .once: .once
        case .beforeDeadline: .beforeDeadline
        }
      },
      set: { choice in
        editor.draft.days =
          switch choice {
          case .everyDay: .everyDay
          case .weekdays: .weekdays([.monday, .tuesday, .wednesday, .thursday, .friday])
          case .once: .once(clock.today.adding(days: 1))
          case .beforeDeadline: .beforeDeadline(1)
          }
      })
  }

  private func contains(_ day: Weekday, _ chosen: Set<Weekday>) -> Binding<Bool> {
    Binding(
      get: { chosen.contains(day) }, set: { on in editor.draft.days = .weekdays(on ? chosen.union([day]) : chosen.subtracting([day])) })
  }

  private var date: Binding<Date> {
    Binding(
      get: {
        guard case .once(let date) = editor.draft.days else { return .now }
        return Date(timeIntervalSince1970: Double(LocalDate(daysSince1970: 0).days(to: date)) * 86_400)
      },
      set: { editor.draft.days = .once(LocalDate($0, in: .gmt)) })
  }

  private var count: Binding<Int> {
    Binding(
      get: { if case .beforeDeadline(let count) = editor.draft.days { count } else { 1 } },
      set: { editor.draft.days = .beforeDeadline($0) })
  }
}

extension ReminderDraft.Fault {
  var words: Text {
    switch self {
    case .messageMissing: Text("Write what you want to be reminded of, or choose a goal.")
    case .messageTooLong: Text("That is too long: 500 characters at most.")
    case .noWeekday: Text("Choose at least one day.")
    case .over: Text("That time is over.")
    case .daysOutOfRange: Text("At most 365 days before the deadline.")
    case .goalMissing: Text("Choose the goal that this depends on.")
    }
  }
}
