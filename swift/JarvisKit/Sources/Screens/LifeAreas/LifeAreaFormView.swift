import Design
import Features
import Models
import SwiftUI
import Sync

/// Makes a life area, or changes one.
public struct LifeAreaFormView: View {
  @State private var form: LifeAreaForm
  @State private var isSaved = false
  @State private var newField = ""
  @State private var newType = CustomField.Kind.text
  @Environment(\.dismiss) private var dismiss

  public init(engine: SyncEngine, area: ObjectID? = nil) {
    _form = State(initialValue: LifeAreaForm(engine: engine, area: area))
  }

  public var body: some View {
    NavigationStack {
      Form {
        if let problem = form.problem { Section { MistakeLabel(text: problem.sentence) } }
        Section {
          TextField("Name", text: $form.name)
          mistake(.name)
          Picker("Part of life", selection: $form.kind) { ForEach(LifeAreaKind.choices, id: \.self) { $0.text.tag($0) } }
          TextField("Description", text: $form.description, axis: .vertical)
          mistake(.description)
        }
        Section("Looks") {
          colors
          mistake(.color)
          symbols
          mistake(.icon)
        }
        Section {
          Toggle("In use", isOn: $form.isActive)
        } footer: {
          Text("What is not in use keeps its goals, but stays out of the way.")
        }
        fields
      }
      .formStyle(.grouped)
      .navigationTitle(form.isNew ? Text("New life area") : Text("Edit life area"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel", role: .cancel) { dismiss() } }
        ToolbarItem(placement: .confirmationAction) { Button("Save") { Task { await save() } }.disabled(!form.isLoaded) }
      }
      .task { await form.load() }
      .sensoryFeedback(.success, trigger: isSaved)
      .sensoryFeedback(.error, trigger: form.mistakes) { _, new in !new.isEmpty }
    }
    .interactiveDismissDisabled(!form.name.isEmpty)
  }

  private func save() async {
    guard await form.save() else { return }
    isSaved = true
    dismiss()
  }

  private var colors: some View {
    Picker("Colour", selection: $form.color) {
      Text("Automatic").tag("")
      ForEach(LifeAreaLooks.colors(with: form.color), id: \.self) { hex in
        Label {
          Text(verbatim: hex)
        } icon: {
          Image(systemName: "circle.fill").foregroundStyle(Palette.area(hex))
        }
        .tag(hex)
      }
    }
  }

  private var symbols: some View {
    Picker("Symbol", selection: $form.icon) {
      Text("Automatic").tag("")
      ForEach(LifeAreaLooks.symbols(with: form.icon), id: \.self) { name in
        Label {
          Text(verbatim: name)
        } icon: {
          Image(systemName: name)
        }
        .tag(name)
      }
    }
  }

  private var fields: some View {
    Section {
      ForEach(form.customFields) { field in
        FieldEditor(field: field) {
          form.change($0)
        } add: {
          form.addOption($0, to: field)
        }
        mistake(.custom(field.key))
      }
      .onDelete { form.removeFields(at: $0) }
      .onMove { form.moveFields(from: $0, to: $1) }
      TextField("Name of a new field", text: $newField)
      if !newField.isEmpty {
        Picker("Type", selection: $newType) { ForEach(CustomField.Kind.choices, id: \.self) { $0.text.tag($0) } }
        Button("Add the field", systemImage: "plus") {
          form.addField(newField, type: newType)
          newField = ""
        }
      }
    } header: {
      Text("Fields for its goals")
    } footer: {
      Text("Every goal of this life area can carry these. What goals have in a field is kept when you remove it.")
    }
  }

  @ViewBuilder private func mistake(_ field: LifeAreaForm.Field) -> some View {
    if let mistake = form.mistakes[field] { MistakeLabel(text: mistake.text) }
  }
}

/// What is offered for the looks of a life area; what was set elsewhere stays among it.
enum LifeAreaLooks {
  static func colors(with own: String) -> [String] { adding(own, to: colors) }
  static func symbols(with own: String) -> [String] { adding(own, to: symbols) }

  private static func adding(_ own: String, to all: [String]) -> [String] { own.isEmpty || all.contains(own) ? all : all + [own] }

  private static let colors = ["#3A7BD5", "#2E9E6B", "#E0A100", "#E0632F", "#D13B53", "#B0489E", "#7357C7", "#3D9CA8", "#7A8290"]
  private static let symbols = [
    "heart", "figure.run", "bed.double", "fork.knife", "banknote", "book", "graduationcap", "briefcase", "house", "person.2", "target",
    "checklist", "music.note", "paintbrush", "leaf", "airplane",
  ]
}

private struct FieldEditor: View {
  let field: CustomField
  let change: @MainActor (CustomField) -> Void
  let add: @MainActor (String) -> Void
  @State private var option = ""

  var body: some View {
    DisclosureGroup {
      TextField("Name", text: binding(\.label))
      LabeledContent("Type") { field.type.text }
      Toggle("Needed in every goal", isOn: binding(\.required))
      if field.type == .number {
        TextField("Unit", text: Binding(get: { field.unit ?? "" }, set: { set(\.unit, $0.isEmpty ? nil : $0) }))
      }
      if field.type == .select {
        ForEach(field.options) { Text(verbatim: $0.label) }
          .onDelete { offsets in set(\.options, field.options.indices.filter { !offsets.contains($0) }.map { field.options[$0] }) }
        TextField("Something to choose", text: $option)
        if !option.isEmpty {
          Button("Add the choice", systemImage: "plus") {
            add(option)
            option = ""
          }
        }
      }
    } label: {
      LabeledContent {
        field.type.text
      } label: {
        Text(verbatim: field.label)
      }
    }
  }

  private func set<Value>(_ path: WritableKeyPath<CustomField, Value>, _ value: Value) {
    var changed = field
    changed[keyPath: path] = value
    change(changed)
  }

  private func binding<Value>(_ path: WritableKeyPath<CustomField, Value> & Sendable) -> Binding<Value> {
    Binding(get: { field[keyPath: path] }, set: { set(path, $0) })
  }
}
