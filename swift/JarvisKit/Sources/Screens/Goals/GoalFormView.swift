import Design
import Features
import Models
import SwiftUI
import Sync

/// Makes a goal, or changes one.
public struct GoalFormView: View {
  @State private var form: GoalForm
  @State private var isSaved = false
  @Environment(\.dismiss) private var dismiss
  private let today: LocalDate

  public init(engine: SyncEngine, day: DayClock, goal: ObjectID? = nil, area: ObjectID? = nil) {
    today = day.today
    _form = State(initialValue: GoalForm(engine: engine, day: day, goal: goal, area: area))
  }

  public var body: some View {
    NavigationStack {
      Form {
        if let problem = form.problem { Section { MistakeLabel(text: problem.sentence) } }
        what
        if form.kind == .habit { habit }
        if form.hasLine { line }
        time
        if form.isNew, form.kind == .milestone { steps }
        if !form.customFields.isEmpty { custom }
        details
      }
      .formStyle(.grouped)
      .navigationTitle(form.isNew ? Text("New goal") : Text("Edit goal"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel", role: .cancel) { dismiss() } }
        ToolbarItem(placement: .confirmationAction) { Button("Save") { Task { await save() } }.disabled(!form.isLoaded) }
      }
      .task { await form.load() }
      .sensoryFeedback(.success, trigger: isSaved)
      .sensoryFeedback(.error, trigger: form.mistakes) { _, new in !new.isEmpty }
    }
    .interactiveDismissDisabled(!form.title.isEmpty)
  }

  private func save() async {
    guard await form.save() else { return }
    isSaved = true
    dismiss()
  }

  private var what: some View {
    Section {
      TextField("What do you want to reach?", text: $form.title)
      mistake(.title)
      if form.isNew {
        Picker("Kind", selection: $form.kind) {
          ForEach(GoalKind.allCases.filter { $0 != .unknown }, id: \.self) { kind in
            Label {
              kind.text
            } icon: {
              Image(systemName: kind.symbol)
            }
            .tag(kind)
          }
        }
      } else {
        LabeledContent("Kind") { form.kind.text }
      }
      Picker("Life area", selection: $form.area) {
        Text("No life area").tag(ObjectID?.none)
        ForEach(form.areas) { Text(verbatim: $0.name).tag(ObjectID?.some($0.id)) }
      }
      TextField("Description", text: $form.description, axis: .vertical)
      mistake(.description)
    } footer: {
      if form.isNew { form.kind.explanation }
    }
  }

  private var habit: some View {
    Section("How often") {
      Stepper("\(form.times.formatted()) times", value: $form.times, in: 1...1000)
      mistake(.times)
      Picker("Period", selection: $form.period) { ForEach(PeriodUnit.choices, id: \.self) { $0.text.tag($0) } }
      Stepper("Periods taken together: \(form.interval.formatted())", value: $form.interval, in: 1...366)
      mistake(.interval)
      numberField("Amount asked for", $form.targetValue, .targetValue)
      TextField("Unit", text: $form.unit)
      mistake(.unit)
    }
  }

  private var line: some View {
    Section {
      numberField("Start value", $form.startValue, .startValue)
      numberField("Target", $form.targetValue, .targetValue)
      TextField("Unit", text: $form.unit)
      mistake(.unit)
      numberField("Rate", $form.rate, .rate)
      if !form.rate.isEmpty {
        Picker("Rate per", selection: $form.ratePeriod) { ForEach(PeriodUnit.choices, id: \.self) { $0.text.tag($0) } }
      }
    } header: {
      Text("Values")
    } footer: {
      Text("Give two of deadline, target and rate: the third follows. A rate is negative when the value is to fall.")
    }
  }

  private var time: some View {
    Section("Time") {
      DayPicker("Start", day: $form.startDate)
      OptionalDayPicker("Deadline", day: $form.deadline, first: max(today, form.startDate).adding(days: 30))
      mistake(.deadline)
      ForEach(form.pauses.indices, id: \.self) { index in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          DayPicker("Pause from", day: $form.pauses[index].start)
          DayPicker("Pause to", day: $form.pauses[index].end)
          mistake(.pause(index))
        }
      }
      .onDelete { form.removePauses(at: $0) }
      Button("Plan a pause", systemImage: "pause") { form.addPause() }
    }
  }

  private var steps: some View {
    Section("Milestones") {
      ForEach(form.steps) { step in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          TextField("What is to be reached?", text: Binding(get: { step.title }, set: { change(step, title: $0, due: step.due) }))
          OptionalDayPicker("Due", day: Binding(get: { step.due }, set: { change(step, title: step.title, due: $0) }), first: today)
          mistake(.milestone(step.id))
        }
      }
      .onDelete { form.removeSteps(at: $0) }
      Button("Add a milestone", systemImage: "plus") { form.addStep() }
    }
  }

  private func change(_ step: GoalForm.Step, title: String, due: LocalDate?) {
    var changed = step
    changed.title = title
    changed.due = due
    form.change(changed)
  }

  private var custom: some View {
    Section {
      ForEach(form.customFields) { field in
        CustomFieldInput(
          field: field, today: today, text: Binding(get: { form.texts[field.key] ?? "" }, set: { form.texts[field.key] = $0 }),
          flag: Binding(get: { form.flags[field.key] }, set: { form.flags[field.key] = $0 }),
          day: Binding(get: { form.days[field.key] }, set: { form.days[field.key] = $0 }))
        mistake(.custom(field.key))
      }
    } header: {
      Text("Fields of the life area")
    }
  }

  private var details: some View {
    Section {
      DisclosureGroup("How it counts") {
        if form.kind != .milestone {
          Picker("It is good to be", selection: $form.direction) {
            Text("Automatic").tag(GoalDirection?.none)
            ForEach([GoalDirection.atLeast, .atMost], id: \.self) { $0.text.tag(GoalDirection?.some($0)) }
          }
          Picker("Values", selection: $form.cumulative) {
            Text("Automatic").tag(Bool?.none)
            Text("Add up").tag(Bool?.some(true))
            Text("The latest one counts").tag(Bool?.some(false))
          }
          Picker("Entries of one day are", selection: $form.aggregation) {
            Text("Automatic").tag(DayAggregation?.none)
            ForEach(DayAggregation.allCases.filter { $0 != .unknown }, id: \.self) { $0.text.tag(DayAggregation?.some($0)) }
          }
          Picker("A day without entries means", selection: $form.missingMeans) {
            ForEach([MissingDays.zero, .noData], id: \.self) { $0.text.tag($0) }
          }
        }
        if form.kind != .habit {
          Picker("Completes by itself", selection: $form.autoComplete) {
            Text("Automatic").tag(Bool?.none)
            Text("Yes").tag(Bool?.some(true))
            Text("No").tag(Bool?.some(false))
          }
        }
      }
    }
  }

  @ViewBuilder private func numberField(_ title: LocalizedStringKey, _ text: Binding<String>, _ field: GoalForm.Field) -> some View {
    LabeledContent(title) { TextField(title, text: text).labelsHidden().multilineTextAlignment(.trailing).numberKeys() }
    mistake(field)
  }

  @ViewBuilder private func mistake(_ field: GoalForm.Field) -> some View {
    if let mistake = form.mistakes[field] { MistakeLabel(text: mistake.text) }
  }
}

/// A field that the person gave the goals of a life area.
private struct CustomFieldInput: View {
  let field: CustomField
  let today: LocalDate
  @Binding var text: String
  @Binding var flag: Bool?
  @Binding var day: LocalDate?

  var body: some View {
    switch field.type {
    case .boolean:
      Picker(selection: $flag) {
        Text("Not said").tag(Bool?.none)
        Text("Yes").tag(Bool?.some(true))
        Text("No").tag(Bool?.some(false))
      } label: {
        Text(verbatim: field.label)
      }
    case .date:
      Toggle(isOn: Binding(get: { day != nil }, set: { day = $0 ? today : nil })) { Text(verbatim: field.label) }
      if day != nil { DayPicker("Day", day: Binding(get: { day ?? today }, set: { day = $0 })) }
    case .select:
      Picker(selection: $text) {
        Text("Not said").tag("")
        ForEach(field.options) { Text(verbatim: $0.label).tag($0.value) }
      } label: {
        Text(verbatim: field.label)
      }
    case .number:
      LabeledContent {
        HStack {
          TextField("Value", text: $text).labelsHidden().multilineTextAlignment(.trailing).numberKeys()
          if let unit = field.unit { Text(verbatim: unit).foregroundStyle(Palette.secondary) }
        }
      } label: {
        Text(verbatim: field.label)
      }
    case .text, .url, .unknown:
      LabeledContent {
        TextField("Value", text: $text).labelsHidden().multilineTextAlignment(.trailing)
      } label: {
        Text(verbatim: field.label)
      }
    }
  }
}
