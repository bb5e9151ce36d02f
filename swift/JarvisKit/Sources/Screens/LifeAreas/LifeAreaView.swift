import Design
import Features
import Models
import SwiftUI
import Sync

/// One life area: its goals and its notes.
public struct LifeAreaView: View {
  private enum Sheet: Identifiable, Hashable {
    case edit
    case newGoal
    case unsent
    case note(ObjectID?)
    var id: Self { self }
  }

  @State private var model: LifeAreaModel
  @State private var sheet: Sheet?
  @State private var deleting: LifeArea?
  @State private var removing: LifeAreaModel.Note?
  @Environment(\.dismiss) private var dismiss
  private let engine: SyncEngine
  private let day: DayClock

  public init(_ area: ObjectID, engine: SyncEngine, day: DayClock) {
    self.engine = engine
    self.day = day
    _model = State(initialValue: LifeAreaModel(area, engine: engine))
  }

  public var body: some View {
    ScreenStateView(model.screen, retry: { await model.copy.refresh() }) { content in
      list(content)
    } empty: {
      EmptyState("This life area is gone", symbol: "trash", message: "It was deleted, perhaps on another device.")
    }
    .navigationTitle(Text(verbatim: model.screen.value?.area.name ?? ""))
    .toolbar {
      ToolbarItem(placement: .primaryAction) {
        Menu("More", systemImage: "ellipsis.circle") {
          Button("New goal", systemImage: "plus") { sheet = .newGoal }
          Button("Write a note", systemImage: "square.and.pencil") { sheet = .note(nil) }
          Button("Edit life area", systemImage: "pencil") { sheet = .edit }
          Button("Delete life area", systemImage: "trash", role: .destructive) { deleting = model.screen.value?.area }
        }
        .disabled(model.screen.value == nil)
      }
    }
    .task { await model.copy.follow() }
    .sheet(item: $sheet) { sheet in
      switch sheet {
      case .edit: LifeAreaFormView(engine: engine, area: model.area)
      case .newGoal: GoalFormView(engine: engine, day: day, area: model.area)
      case .unsent: UnsentView(engine: engine)
      case .note(let id): NoteFormView(model: model, note: model.screen.value?.notes.first { $0.id == id })
      }
    }
    .deletingArea($deleting, others: model.screen.value?.others ?? []) { _, other in
      if await model.deleteArea(movingGoalsTo: other) { dismiss() }
    }
    .confirmationDialog(
      "Delete this note?", isPresented: Binding(get: { removing != nil }, set: { if !$0 { removing = nil } }), titleVisibility: .visible,
      presenting: removing
    ) { note in
      Button("Delete", role: .destructive) { Task { await model.delete(note) } }
    }
    .problemAlert(model.work)
  }

  private func list(_ content: LifeAreaModel.Content) -> some View {
    List {
      Section {
        HStack(spacing: Spacing.medium) {
          LifeAreaSymbol(area: content.area)
          VStack(alignment: .leading, spacing: Spacing.tight) {
            content.area.kind.text.font(Typography.detail).foregroundStyle(Palette.secondary)
            if let description = content.area.description { Text(verbatim: description) }
            if !content.area.isActive { Badge(Text("Not in use")) }
          }
          Spacer(minLength: 0)
          PendingMark(isPending: content.area.isPending, needsPerson: content.area.needsPerson)
        }
        .accessibilityElement(children: .combine)
        if model.copy.status.needPerson > 0 {
          UnsentButton(pendingCount: model.copy.status.pending, needPersonCount: model.copy.status.needPerson) { sheet = .unsent }
        }
      }
      Section {
        ForEach(content.goals) { goal in
          NavigationLink(value: Route.goal(goal.id)) { GoalRow(goal: goal, area: nil) }
        }
        Button("New goal", systemImage: "plus") { sheet = .newGoal }
      } header: {
        Text("Goals")
      } footer: {
        if content.goals.isEmpty { Text("No goal belongs to this life area yet.") }
      }
      Section {
        ForEach(content.notes) { note in
          NoteRow(note: note) {
            sheet = .note(note.id)
          } delete: {
            removing = note
          }
        }
        Button("Write a note", systemImage: "square.and.pencil") { sheet = .note(nil) }
      } header: {
        Text("Notes")
      } footer: {
        if content.notes.isEmpty { Text("Write down what is worth keeping about this part of your life.") }
      }
    }
    .refreshable { await model.copy.refresh() }
  }
}

private struct NoteRow: View {
  let note: LifeAreaModel.Note
  let edit: @MainActor () -> Void
  let delete: @MainActor () -> Void

  var body: some View {
    Button(action: edit) {
      HStack {
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: note.text).font(Typography.body).foregroundStyle(Palette.primary)
          if let date = note.createdAt {
            Text(verbatim: date.formatted(date: .abbreviated, time: .omitted)).font(Typography.caption).foregroundStyle(Palette.secondary)
          }
        }
        Spacer(minLength: 0)
        PendingMark(isPending: note.isPending, needsPerson: note.needsPerson)
      }
    }
    .buttonStyle(.plain)
    .accessibilityElement(children: .combine)
    .swipeActions {
      Button("Delete", systemImage: "trash", role: .destructive, action: delete)
      Button("Edit", systemImage: "pencil", action: edit)
    }
    .contextMenu {
      Button("Edit", systemImage: "pencil", action: edit)
      Button("Delete", systemImage: "trash", role: .destructive, action: delete)
    }
  }
}

private struct NoteFormView: View {
  let model: LifeAreaModel
  let note: LifeAreaModel.Note?
  @State private var text: String
  @FocusState private var isFocused: Bool
  @Environment(\.dismiss) private var dismiss

  init(model: LifeAreaModel, note: LifeAreaModel.Note?) {
    self.model = model
    self.note = note
    _text = State(initialValue: note?.text ?? "")
  }

  private var isTooLong: Bool { text.unicodeScalars.count > 10_000 }

  var body: some View {
    NavigationStack {
      Form {
        TextField("Note", text: $text, axis: .vertical).focused($isFocused)
        if isTooLong { MistakeLabel(text: Text("This is too long.")) }
      }
      .formStyle(.grouped)
      .navigationTitle(note == nil ? Text("New note") : Text("Change note"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel", role: .cancel) { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button("Save") { Task { if await save() { dismiss() } } }
            .disabled(text.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty || isTooLong)
        }
      }
      .task { isFocused = true }
    }
    .presentationDetents([.medium, .large])
    .interactiveDismissDisabled(text != note?.text ?? "")
  }

  private func save() async -> Bool {
    guard let note else { return await model.addNote(text) }
    return await model.change(note, to: text)
  }
}
