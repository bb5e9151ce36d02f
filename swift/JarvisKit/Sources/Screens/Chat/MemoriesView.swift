import Design
import Features
import SwiftUI

/// What the assistant may remember about the person.
public struct MemoriesView: View {
  @State private var model: MemoriesModel
  @State private var editor: MemoryEditor?
  @State private var forgotten: Memory?

  public init(_ account: Account) { _model = State(initialValue: account.parts.memories()) }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: { await model.list.refresh() }) { _ in
      List {
        ForEach(model.memories) { memory in
          MemoryLine(memory: memory, model: model) { editor = model.editor(for: memory) }
            .swipeActions { Button("Forget", systemImage: "trash", role: .destructive) { forgotten = memory } }
            .contextMenu {
              Button("Change…", systemImage: "pencil") { editor = model.editor(for: memory) }
              Button("Forget", systemImage: "trash", role: .destructive) { forgotten = memory }
            }
        }
        MoreRow(model: model.list)
      }
      .refreshable { await model.list.refresh() }
    } empty: {
      EmptyState(
        "Jarvis remembers nothing yet", symbol: "brain",
        message: "Tell it what it should always know: what you like, how it should answer, what you must not eat."
      ) {
        Button("Add a memory") { editor = model.editor() }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("What it remembers")
    .toolbar {
      ToolbarItem(placement: .primaryAction) { Button("Add a memory", systemImage: "plus") { editor = model.editor() } }
    }
    .task { await model.list.open() }
    .sheet(item: $editor) { editor in NavigationStack { MemoryEditorView(editor: editor) } }
    .confirmationDialog(
      "Make the assistant forget this?", isPresented: Binding(get: { forgotten != nil }, set: { if !$0 { forgotten = nil } }),
      titleVisibility: .visible, presenting: forgotten
    ) { memory in
      Button("Forget", role: .destructive) { Task { await model.delete(memory) } }
    } message: { memory in
      Text(verbatim: memory.text)
    }
    .problemAlert(model.work)
  }
}

struct MemoryLine: View {
  let memory: Memory
  let model: MemoriesModel
  let change: () -> Void

  var body: some View {
    Toggle(isOn: Binding(get: { memory.enabled }, set: { on in Task { await model.setEnabled(memory, on) } })) {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: memory.text).font(Typography.body).foregroundStyle(memory.enabled ? Palette.primary : Palette.secondary)
        HStack(spacing: Spacing.tight) {
          Badge(memory.kind.title)
          if memory.source == .assistant { Badge(Text("By the assistant"), symbol: "sparkles") }
        }
        if let origin = memory.sourceMessage {
          Text("From: \(origin.conversation.title)").font(Typography.caption).foregroundStyle(Palette.secondary)
        }
      }
    }
    .disabled(model.work.subjects.contains(memory.id))
    .accessibilityAction(named: "Change…", change)
  }
}

struct MemoryEditorView: View {
  let editor: MemoryEditor
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    @Bindable var editor = editor
    Form {
      Section {
        TextField("What should be remembered?", text: $editor.text, axis: .vertical).lineLimit(3...10)
        Picker("Kind", selection: $editor.kind) {
          ForEach(MemoryKind.known, id: \.self) { $0.title.tag($0) }
        }
      } footer: {
        if editor.isTooLong { Text("That is too long: at most 2,000 characters.").foregroundStyle(Palette.bad) }
      }
      if let theirs = editor.conflict {
        Section("Changed elsewhere meanwhile") {
          Text(verbatim: theirs.text)
          Button("Keep mine") { Task { if await editor.keepMine() { dismiss() } } }
          Button("Take the other one") {
            editor.takeTheirs()
            dismiss()
          }
        }
      }
    }
    .formStyle(.grouped)
    .navigationTitle(editor.memory == nil ? Text("New memory") : Text("Change a memory"))
    .toolbar {
      ToolbarItem(placement: .confirmationAction) {
        Button("Save") { Task { if await editor.save() { dismiss() } } }.disabled(!editor.canSave)
      }
      ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
    }
    .problemAlert(editor.work)
  }
}
