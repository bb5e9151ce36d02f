import Design
import Features
import Models
import SwiftUI

/// Makes a goal, a note or a rule of a result.
struct IntegrationForm: View {
  let model: ResearchResultModel
  @State private var draft: IntegrationDraft
  @State private var areas: QueryModel<AreaChoicesValue>
  @Environment(\.dismiss) private var dismiss
  @Environment(\.locale) private var locale

  init(model: ResearchResultModel, row: ResearchResultRow) {
    self.model = model
    _draft = State(initialValue: IntegrationDraft(row))
    _areas = State(initialValue: model.parts.areaChoices())
  }

  var body: some View {
    NavigationStack {
      Form {
        Picker("What to make", selection: $draft.kind) {
          ForEach(IntegrationDraft.Kind.allCases, id: \.self) { Text($0.title).tag($0) }
        }
        .pickerStyle(.segmented)
        switch draft.kind {
        case .goal: goal
        case .note: note
        case .rule: rule
        }
      }
      .formStyle(.grouped)
      .navigationTitle("Make Something of It")
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button("Make") { Task { if await model.integrate(draft, locale: locale) { dismiss() } } }
            .disabled(!faults.isEmpty || model.work.subjects.contains(model.id))
        }
      }
      .task { await areas.open() }
      .problemAlert(model.work)
    }
  }

  private var faults: Set<IntegrationDraft.Fault> { draft.faults(locale: locale) }

  @ViewBuilder private var goal: some View {
    Section("Goal") {
      TextField("Title", text: $draft.title)
      if faults.contains(.titleTooLong) { FaultText("At most 200 characters.") }
      TextField("Description", text: $draft.text, axis: .vertical).lineLimit(2...6)
      Picker("Kind", selection: $draft.goalKind) {
        ForEach(IntegrationDraft.GoalKind.allCases, id: \.self) { Text($0.title).tag($0) }
      }
    }
    switch draft.goalKind {
    case .habit:
      Section("How often") {
        Stepper(value: $draft.times, in: 1...1000) { LabeledContent("Times", value: draft.times.formatted()) }
        Picker("Per", selection: $draft.period) {
          ForEach(IntegrationDraft.Period.allCases, id: \.self) { Text($0.title).tag($0) }
        }
      }
    case .numeric:
      Section("Target") {
        TextField("Value to reach", text: $draft.target)
        if faults.contains(.targetNotANumber), !draft.target.isEmpty { FaultText("This is not a number.") }
        TextField("Unit", text: $draft.unit)
      }
    case .milestone: EmptyView()
    }
    Section { areaPicker(optional: true) }
  }

  private var note: some View {
    Section("Note") {
      areaPicker(optional: false)
      TextField("Text", text: $draft.note, axis: .vertical).lineLimit(4...12)
      if faults.contains(.textTooLong) { FaultText("At most 10,000 characters.") }
    }
  }

  @ViewBuilder private var rule: some View {
    Section("What it tells you") {
      TextField("Title", text: $draft.title)
      if faults.contains(.titleTooLong) { FaultText("At most 200 characters.") }
      TextField("Text", text: $draft.text, axis: .vertical).lineLimit(2...6)
      if faults.contains(.textTooLong) { FaultText("At most 2,000 characters.") }
    }
    Section("When") { SchedulePicker(plan: $draft.schedule) }
  }

  private func areaPicker(optional: Bool) -> some View {
    Picker("Life area", selection: $draft.lifeAreaID) {
      if optional { Text("None").tag(ObjectID?.none) } else { Text("Choose…").tag(ObjectID?.none) }
      ForEach(areas.screen.value?.areas ?? []) { Text(verbatim: $0.name).tag(ObjectID?.some($0.id)) }
    }
  }
}

/// What is wrong with a field, below it.
struct FaultText: View {
  let text: LocalizedStringKey

  init(_ text: LocalizedStringKey) { self.text = text }

  var body: some View {
    Label {
      Text(text)
    } icon: {
      Image(systemName: "exclamationmark.circle")
    }
    .font(Typography.caption)
    .foregroundStyle(Palette.bad)
  }
}

extension IntegrationDraft.Kind {
  var title: LocalizedStringKey {
    switch self {
    case .goal: "Goal"
    case .note: "Note"
    case .rule: "Rule"
    }
  }
}

extension IntegrationDraft.GoalKind {
  var title: LocalizedStringKey {
    switch self {
    case .habit: "Habit"
    case .numeric: "A number to reach"
    case .milestone: "Steps"
    }
  }
}

extension IntegrationDraft.Period {
  var title: LocalizedStringKey {
    switch self {
    case .day: "Day"
    case .week: "Week"
    case .month: "Month"
    }
  }
}
