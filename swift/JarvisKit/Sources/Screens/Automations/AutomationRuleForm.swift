import Design
import Features
import Models
import SwiftUI

/// The form in which a rule is made or changed: its parts in words, each with a screen of its own.
struct AutomationRuleForm: View {
  @State private var editor: AutomationRuleEditor
  @State private var tries = false
  @State private var asksToDiscard = false
  @Environment(\.dismiss) private var dismiss
  @Environment(\.locale) private var locale

  init(_ editor: AutomationRuleEditor) { _editor = State(initialValue: editor) }

  var body: some View {
    NavigationStack {
      Form {
        Section {
          TextField("Name", text: $editor.draft.name)
          if editor.draft.ownFaults.contains(.nameTooLong) { FaultText(AutomationFault.nameTooLong.sentence) }
          TextField("What it is for", text: $editor.draft.description, axis: .vertical).lineLimit(1...4)
          Toggle("Switched on", isOn: $editor.draft.active)
        }
        triggers
        conditions
        actions
        Section("While an earlier run is under way") {
          Picker("A new one", selection: $editor.draft.mode) {
            ForEach(AutomationMode.allCases.filter { $0 != .unknown }, id: \.self) { Text($0.title).tag($0) }
          }
          if editor.draft.mode.takesSeveral {
            Stepper(value: $editor.draft.maxRuns, in: 1...20) {
              LabeledContent("At most at once", value: editor.draft.maxRuns.formatted())
            }
          }
        }
        trial
      }
      .formStyle(.grouped)
      .navigationTitle(editor.isNew ? Text("New Rule") : Text("Edit Rule"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) {
          Button("Cancel") { if editor.isChanged, !editor.isNew { asksToDiscard = true } else { dismiss() } }
        }
        ToolbarItem(placement: .confirmationAction) {
          Button("Save") { Task { await editor.save(locale: locale) } }.disabled(!editor.canSave(locale: locale))
        }
      }
      .interactiveDismissDisabled(editor.isChanged)
      .confirmationDialog("Discard your changes?", isPresented: $asksToDiscard, titleVisibility: .visible) {
        Button("Discard", role: .destructive) { dismiss() }
      }
      .confirmationDialog("Changed elsewhere meanwhile", isPresented: isConflict, titleVisibility: .visible) {
        Button("Keep Mine") { Task { await editor.keepMine(locale: locale) } }
        Button("Show What Is There Now", role: .destructive) { editor.takeTheirs() }
      } message: {
        Text("Somebody, perhaps you on another device, changed this rule since you opened it.")
      }
      .sheet(isPresented: $tries) { AutomationTrialView(trial: editor.trial) }
      .task { await editor.choices.open() }
      .onChange(of: editor.isSaved) { if editor.isSaved { dismiss() } }
      .problemAlert(editor.work)
      .sensoryFeedback(.success, trigger: editor.isSaved)
    }
  }

  /// The choice is made by its buttons only.
  private var isConflict: Binding<Bool> { Binding(get: { editor.conflict != nil }, set: { _ in }) }

  private var triggers: some View {
    Section {
      ForEach(Array(editor.draft.triggers.enumerated()), id: \.offset) { index, trigger in
        NavigationLink {
          TriggerForm(trigger: part(\.triggers, index, trigger), editor: editor)
        } label: {
          PartSummary(title: trigger.words, detail: trigger.detail, symbol: trigger.symbol, faults: trigger.faults(locale))
        }
      }
      .onDelete { editor.draft.triggers.remove(atOffsets: $0) }
      Menu("Add Trigger", systemImage: "plus") {
        Button("At times", systemImage: "calendar") { editor.draft.triggers.append(.schedule(SchedulePlan(), timeZone: nil)) }
        Button("When something happens", systemImage: "bolt") { editor.draft.triggers.append(.event("", filters: [])) }
        Button("When a goal's number crosses a line", systemImage: "target") {
          editor.draft.triggers.append(.goal(GoalLine(), forMinutes: 0))
        }
      }
      .disabled(editor.draft.triggers.count >= AutomationRuleDraft.mostParts)
    } header: {
      Text("When one of these happens")
    }
  }

  private var conditions: some View {
    Section {
      ForEach(Array(editor.draft.conditions.enumerated()), id: \.offset) { index, condition in
        NavigationLink {
          ConditionForm(condition: part(\.conditions, index, condition), editor: editor)
        } label: {
          PartSummary(title: condition.words, detail: nil, symbol: condition.symbol, faults: condition.faults(locale))
        }
      }
      .onDelete { editor.draft.conditions.remove(atOffsets: $0) }
      Menu("Add Condition", systemImage: "plus") {
        Button("A goal's number", systemImage: "target") { editor.draft.conditions.append(.goal(GoalLine())) }
        Button("Time of the day or week", systemImage: "clock") {
          editor.draft.conditions.append(
            .time(from: TimeOfDay(minutes: 8 * 60), to: TimeOfDay(minutes: 21 * 60), weekdays: []))
        }
      }
      .disabled(editor.draft.conditions.count >= AutomationRuleDraft.mostParts)
    } header: {
      Text("And all of this holds")
    } footer: {
      Text("Without conditions it always acts.")
    }
  }

  private var actions: some View {
    Section {
      ForEach(Array(editor.draft.actions.enumerated()), id: \.offset) { index, action in
        NavigationLink {
          ActionForm(action: part(\.actions, index, action))
        } label: {
          PartSummary(title: Text(action.kind.title), detail: action.detail, symbol: action.kind.symbol, faults: action.faults)
        }
      }
      .onDelete { editor.draft.actions.remove(atOffsets: $0) }
      .onMove { editor.draft.actions.move(fromOffsets: $0, toOffset: $1) }
      Menu("Add Action", systemImage: "plus") {
        Button("Tell me something", systemImage: "bell") { add(.notification(AutomationAction.Notification())) }
        Button("Give the assistant a task", systemImage: "sparkles") { add(.aiTask(AutomationAction.AiTask())) }
        Button("Change something in Jarvis", systemImage: "square.and.pencil") { add(.dataUpdate(AutomationAction.DataUpdate())) }
        Button("Call another service", systemImage: "network") { add(.apiCall(AutomationAction.ApiCall())) }
      }
      .disabled(editor.draft.actions.count >= AutomationRuleDraft.mostParts)
    } header: {
      Text("Then, in this order")
    }
  }

  private func add(_ action: AutomationAction) { editor.draft.actions.append(action) }

  private var trial: some View {
    Section {
      Button("What Would It Do Now?", systemImage: "eye") {
        tries = true
        Task { await editor.tryOut(locale: locale) }
      }
      Button("What Would It Have Done?", systemImage: "clock.arrow.circlepath") {
        tries = true
        Task { await editor.simulate(locale: locale) }
      }
    } footer: {
      Text("Trying a rule does nothing; it only shows what would be done.")
    }
    .disabled(!editor.draft.canBeTried(locale))
  }

  /// One part of the draft. A part that was deleted while its screen goes away is shown as it was.
  private func part<Part: Sendable>(
    _ path: WritableKeyPath<AutomationRuleDraft, [Part]> & Sendable, _ index: Int, _ shown: Part
  ) -> Binding<Part> {
    Binding(
      get: {
        let parts = editor.draft[keyPath: path]
        return parts.indices.contains(index) ? parts[index] : shown
      },
      set: { if editor.draft[keyPath: path].indices.contains(index) { editor.draft[keyPath: path][index] = $0 } })
  }
}

/// A part in words, and what is wrong with it.
struct PartSummary: View {
  let title: Text
  let detail: String?
  let symbol: String
  let faults: [AutomationFault]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      PartRow(title: title, detail: detail, symbol: symbol)
      if let fault = faults.first { FaultText(fault.sentence) }
    }
    .accessibilityElement(children: .combine)
  }
}

/// What sets a rule off.
struct TriggerForm: View {
  @Binding var trigger: AutomationTrigger
  let editor: AutomationRuleEditor
  @Environment(\.locale) private var locale

  var body: some View {
    Form {
      switch trigger {
      case .schedule(let plan, let timeZone):
        Section("At times") { SchedulePicker(plan: Binding(get: { plan }, set: { trigger = .schedule($0, timeZone: timeZone) })) }
        Section {
          Picker("Time zone", selection: Binding(get: { timeZone }, set: { trigger = .schedule(plan, timeZone: $0) })) {
            Text("Your own").tag(String?.none)
            ForEach(TimeZone.knownTimeZoneIdentifiers, id: \.self) { Text(verbatim: $0).tag(String?.some($0)) }
          }
        }
      case .event(let name, let filters): event(name, filters)
      case .goal(let line, let minutes):
        Section("When a goal's number crosses a line") {
          GoalLineRows(line: Binding(get: { line }, set: { trigger = .goal($0, forMinutes: minutes) }), goals: editor.goals)
        }
        Section {
          Stepper(value: Binding(get: { minutes }, set: { trigger = .goal(line, forMinutes: $0) }), in: 0...43_200, step: 15) {
            LabeledContent(
              "For at least",
              value: Duration.seconds(minutes * 60).formatted(.units(allowed: [.days, .hours, .minutes], width: .abbreviated)))
          }
        } footer: {
          Text("It must stay beyond the line for so long; 0 is at once.")
        }
      }
      FaultSection(faults: trigger.faults(locale))
    }
    .formStyle(.grouped)
    .navigationTitle("Trigger")
  }

  @ViewBuilder private func event(_ name: String, _ filters: [AutomationTrigger.Filter]) -> some View {
    Section("When something happens") {
      Picker("Event", selection: Binding(get: { name }, set: { trigger = .event($0, filters: filters) })) {
        if !editor.eventTypes.contains(where: { $0.name == name }) {
          if name.isEmpty { Text("Choose…").tag(name) } else { Text(verbatim: name).tag(name) }
        }
        ForEach(editor.eventTypes) { Text(verbatim: $0.name).tag($0.name) }
      }
    }
    Section {
      ForEach(Array(filters.enumerated()), id: \.offset) { index, filter in
        Picker("Field", selection: Binding(get: { filter.field }, set: { set($0, filter.values, at: index) })) {
          ForEach(fields(of: name, with: filter.field), id: \.self) { Text(verbatim: $0).tag($0) }
        }
        TextField(
          "Values that count, one a line", text: Binding(get: { filter.values }, set: { set(filter.field, $0, at: index) }), axis: .vertical
        )
        .lineLimit(1...4).autocorrectionDisabled()
        Button("Remove Filter", systemImage: "minus.circle", role: .destructive) {
          trigger = .event(name, filters: filters.enumerated().filter { $0.offset != index }.map(\.element))
        }
      }
      Button("Add Filter", systemImage: "plus") { trigger = .event(name, filters: filters + [AutomationTrigger.Filter()]) }
        .disabled(filters.count >= 10)
    } header: {
      Text("Only if")
    } footer: {
      Text("All filters must fit. Without any, every event of this kind counts.")
    }
  }

  private func set(_ field: String, _ values: String, at index: Int) {
    guard case .event(let name, var filters) = trigger, filters.indices.contains(index) else { return }
    filters[index] = AutomationTrigger.Filter(field: field, values: values)
    trigger = .event(name, filters: filters)
  }

  private func fields(of event: String, with field: String) -> [String] {
    let known = ["subjectId"] + (editor.eventTypes.first { $0.name == event }?.fields ?? [])
    return known.contains(field) ? known : known + [field]
  }
}

/// Which number of which goal, and the line.
struct GoalLineRows: View {
  @Binding var line: GoalLine
  let goals: [AutomationGoal]

  var body: some View {
    Picker("Goal", selection: goal) {
      if line.goalID == nil { Text("Choose…").tag(ObjectID?.none) }
      if let id = line.goalID, !goals.contains(where: { $0.id == id }) {
        (line.title.map { Text(verbatim: $0) } ?? Text("A goal that is gone")).tag(ObjectID?.some(id))
      }
      ForEach(goals) { Text(verbatim: $0.title).tag(ObjectID?.some($0.id)) }
    }
    Picker("Number", selection: $line.metric) {
      ForEach(GoalMetric.allCases.filter { $0 != .unknown || line.metric == .unknown }, id: \.self) { Text($0.title).tag($0) }
    }
    Picker("Is", selection: $line.comparison) {
      ForEach([Comparison.above, .below], id: \.self) { Text($0.title).tag($0) }
    }
    .pickerStyle(.segmented)
    TextField("Line", text: $line.line)
  }

  private var goal: Binding<ObjectID?> {
    Binding(
      get: { line.goalID },
      set: { id in
        line.goalID = id
        line.title = goals.first { $0.id == id }?.title
      })
  }
}

/// What must hold.
struct ConditionForm: View {
  @Binding var condition: AutomationCondition
  let editor: AutomationRuleEditor
  @Environment(\.locale) private var locale

  var body: some View {
    Form {
      switch condition {
      case .goal(let line):
        Section("A goal's number") {
          GoalLineRows(line: Binding(get: { line }, set: { condition = .goal($0) }), goals: editor.goals)
        }
      case .time(let from, let to, let weekdays):
        Section("Time of the day") {
          bound("From", from, TimeOfDay(minutes: 8 * 60)) { condition = .time(from: $0, to: to, weekdays: weekdays) }
          bound("Until", to, TimeOfDay(minutes: 21 * 60)) { condition = .time(from: from, to: $0, weekdays: weekdays) }
        }
        Section {
          WeekdayPicker(days: Binding(get: { weekdays }, set: { condition = .time(from: from, to: to, weekdays: $0) }))
        } header: {
          Text("Days")
        } footer: {
          Text("None is every day. An end before the beginning is the next morning.")
        }
      }
      FaultSection(faults: condition.faults(locale))
    }
    .formStyle(.grouped)
    .navigationTitle("Condition")
  }

  @ViewBuilder private func bound(
    _ title: LocalizedStringKey, _ time: TimeOfDay?, _ first: TimeOfDay, set: @escaping @MainActor (TimeOfDay?) -> Void
  ) -> some View {
    Toggle(title, isOn: Binding(get: { time != nil }, set: { set($0 ? first : nil) }))
    if let time { TimeOfDayPicker("Time", time: Binding(get: { time }, set: { set($0) })) }
  }
}

/// What a rule does.
struct ActionForm: View {
  @Binding var action: AutomationAction

  var body: some View {
    Form {
      switch action {
      case .notification(let value): NotificationRows(value: Binding(get: { value }, set: { action = .notification($0) }))
      case .dataUpdate(let value): DataUpdateRows(value: Binding(get: { value }, set: { action = .dataUpdate($0) }))
      case .apiCall(let value): ApiCallRows(value: Binding(get: { value }, set: { action = .apiCall($0) }))
      case .aiTask(let value): AiTaskRows(value: Binding(get: { value }, set: { action = .aiTask($0) }))
      }
      FaultSection(faults: action.faults)
      Section {
        DisclosureGroup("What texts can say") {
          ForEach(Self.placeholders, id: \.self) { Text(verbatim: $0).font(Typography.detail).monospaced().textSelection(.enabled) }
        }
      } footer: {
        Text("These are filled in when the rule runs. What is not known stays empty.")
      }
    }
    .formStyle(.grouped)
    .navigationTitle(action.kind.title)
  }

  private static let placeholders = [
    "{{now}}", "{{today}}", "{{rule.name}}", "{{run.id}}", "{{goal.id}}", "{{goal.title}}", "{{goal.value}}", "{{event.type}}",
    "{{event.at}}",
    "{{event.subjectId}}", "{{event.data.…}}", "{{occurrence}}",
  ]
}

struct NotificationRows: View {
  @Binding var value: AutomationAction.Notification

  var body: some View {
    Section("Tell me something") {
      TextField("Title", text: $value.title)
      TextField("Text", text: $value.body, axis: .vertical).lineLimit(2...6)
      Picker("Kind", selection: $value.kind) {
        Text("Something that needs attention").tag(NotificationKind.alert)
        Text("A reminder").tag(NotificationKind.reminder)
        Text("An achievement").tag(NotificationKind.achievement)
        Text("An insight").tag(NotificationKind.insight)
      }
    }
    Section {
      TextField("About", text: $value.subjectID, prompt: Text(verbatim: "{{goal.id}}")).monospaced().autocorrectionDisabled()
    } footer: {
      Text("The id of what a tap on it opens; empty for nothing.")
    }
  }
}

struct DataUpdateRows: View {
  @Binding var value: AutomationAction.DataUpdate

  var body: some View {
    Section {
      TextField("Mutation", text: $value.document, axis: .vertical).lineLimit(4...16).monospaced().autocorrectionDisabled()
    } header: {
      Text("Change something in Jarvis")
    } footer: {
      Text("A GraphQL document with one mutation. It may do what you may do.")
    }
    Section("Variables, as JSON") {
      TextField("Variables", text: $value.variables, axis: .vertical).lineLimit(2...10).monospaced().autocorrectionDisabled()
    }
  }
}

struct ApiCallRows: View {
  @Binding var value: AutomationAction.ApiCall

  var body: some View {
    Section {
      Picker("Method", selection: $value.method) {
        ForEach(HttpMethod.allCases.filter { $0 != .unknown }, id: \.self) { Text(verbatim: $0.rawValue).tag($0) }
      }
      TextField("Address", text: $value.url).autocorrectionDisabled()
    } header: {
      Text("Call another service")
    } footer: {
      Text("What stands in the address, headers and body goes to that service. Put no passwords or keys in.")
    }
    Section("Headers, one a line") {
      TextField("Headers", text: $value.headers, prompt: Text(verbatim: "Accept: application/json"), axis: .vertical)
        .lineLimit(1...6).monospaced().autocorrectionDisabled()
    }
    if value.method != .get {
      Section("Body") {
        TextField("Body", text: $value.body, axis: .vertical).lineLimit(2...10).monospaced().autocorrectionDisabled()
      }
    } else if !value.body.isEmpty {
      Button("Remove Body", role: .destructive) { value.body = "" }
    }
  }
}

struct AiTaskRows: View {
  @Binding var value: AutomationAction.AiTask

  var body: some View {
    Section {
      TextField("What it is to do", text: $value.prompt, axis: .vertical).lineLimit(3...12)
    } header: {
      Text("Give the assistant a task")
    } footer: {
      Text("It begins a conversation. What it would change there waits for your approval.")
    }
    Section {
      TextField("About, one id a line", text: $value.subjectIDs, prompt: Text(verbatim: "{{goal.id}}"), axis: .vertical)
        .lineLimit(1...4).monospaced().autocorrectionDisabled()
    }
  }
}

/// All that is wrong with a part.
struct FaultSection: View {
  let faults: [AutomationFault]

  var body: some View {
    if !faults.isEmpty {
      Section { ForEach(faults, id: \.self) { FaultText($0.sentence) } }
    }
  }
}
