import Design
import Features
import Models
import SwiftUI

/// The form in which a category is made or changed; it says what the schedule means while it is written.
struct ResearchCategoryForm: View {
  @State private var editor: ResearchCategoryEditor
  @State private var asksToDiscard = false
  @Environment(\.dismiss) private var dismiss

  init(_ editor: ResearchCategoryEditor) { _editor = State(initialValue: editor) }

  private var faults: Set<ResearchCategoryDraft.Fault> { editor.draft.faults }

  var body: some View {
    NavigationStack {
      Form {
        Section {
          TextField("Name", text: $editor.draft.name)
          if faults.contains(.nameTooLong) { FaultText("At most 100 characters.") }
          TextField("What it is about", text: $editor.draft.description, axis: .vertical).lineLimit(1...4)
        }
        Section {
          TextField("What to look for", text: $editor.draft.prompt, axis: .vertical).lineLimit(3...10)
          if faults.contains(.textTooLong) { FaultText("At most 10,000 characters.") }
        } footer: {
          Text("What you would tell somebody who looks into it for you: what is new, what matters, what to leave out.")
        }
        sources
        schedule
      }
      .formStyle(.grouped)
      .navigationTitle(editor.isNew ? Text("New Category") : Text("Edit Category"))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) {
          Button("Cancel") { if editor.isChanged, !editor.isNew { asksToDiscard = true } else { dismiss() } }
        }
        ToolbarItem(placement: .confirmationAction) {
          Button("Save") { Task { await editor.save() } }.disabled(!editor.canSave)
        }
      }
      .interactiveDismissDisabled(editor.isChanged)
      .confirmationDialog("Discard your changes?", isPresented: $asksToDiscard, titleVisibility: .visible) {
        Button("Discard", role: .destructive) { dismiss() }
      }
      .confirmationDialog("Changed elsewhere meanwhile", isPresented: isConflict, titleVisibility: .visible) {
        Button("Keep Mine") { Task { await editor.keepMine() } }
        Button("Show What Is There Now", role: .destructive) { editor.takeTheirs() }
      } message: {
        Text("Somebody, perhaps you on another device, changed this category since you opened it.")
      }
      .onChange(of: editor.isSaved) { if editor.isSaved { dismiss() } }
      .problemAlert(editor.work)
      .sensoryFeedback(.success, trigger: editor.isSaved)
    }
  }

  /// The choice is made by its buttons only.
  private var isConflict: Binding<Bool> { Binding(get: { editor.conflict != nil }, set: { _ in }) }

  private var sources: some View {
    Section {
      TextField("Addresses, one a line", text: $editor.draft.sources, axis: .vertical).lineLimit(2...8).autocorrectionDisabled()
      if let line = wrongLine { FaultText("Line \((line + 1).formatted()) is no address of the web.") }
      if faults.contains(.tooManySources) { FaultText("At most 50 addresses.") }
    } header: {
      Text("Where to look first")
    } footer: {
      Text("Feeds and pages. Without any, Jarvis needs a search service on your server.")
    }
  }

  private var wrongLine: Int? {
    faults.compactMap { if case .notAnAddress(let line) = $0 { line } else { nil } }.min()
  }

  private var schedule: some View {
    Section("Schedule") {
      Toggle("Look by itself", isOn: isScheduled)
      if editor.draft.schedule != nil {
        SchedulePicker(plan: plan)
        Picker("Time zone", selection: $editor.draft.timeZone) {
          ForEach(TimeZone.knownTimeZoneIdentifiers, id: \.self) { Text(verbatim: $0).tag($0) }
        }
        Toggle("Follow the schedule", isOn: $editor.draft.active)
        Picker("When a run was missed", selection: $editor.draft.missedRunPolicy) {
          ForEach([MissedRunPolicy.skip, .once, .all], id: \.self) { Text($0.title).tag($0) }
        }
        preview
      }
    }
    .task(id: PreviewKey(schedule: editor.draft.schedule, timeZone: editor.draft.timeZone)) { await editor.previewSchedule() }
  }

  private struct PreviewKey: Equatable {
    let schedule: SchedulePlan?
    let timeZone: String
  }

  @ViewBuilder private var preview: some View {
    switch editor.preview {
    case .none: EmptyView()
    case .loading: ProgressView()
    case .means(let preview):
      if preview.nextRuns.isEmpty {
        FaultText("This schedule never falls.")
      } else {
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text("It falls next:").font(Typography.detail)
          ForEach(preview.nextRuns) {
            Text(verbatim: $0.shown).font(Typography.detail).monospacedDigit().foregroundStyle(Palette.secondary)
          }
        }
        .accessibilityElement(children: .combine)
      }
    case .refused(let problem):
      Label {
        problem.sentence
      } icon: {
        Image(systemName: problem.symbol)
      }
      .font(Typography.caption).foregroundStyle(Palette.bad)
    }
  }

  private var isScheduled: Binding<Bool> {
    Binding(get: { editor.draft.schedule != nil }, set: { editor.draft.schedule = $0 ? SchedulePlan() : nil })
  }

  private var plan: Binding<SchedulePlan> {
    Binding(get: { editor.draft.schedule ?? SchedulePlan() }, set: { editor.draft.schedule = $0 })
  }
}
