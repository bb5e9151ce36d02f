import Design
import Features
import Models
import SwiftUI
import Sync

/// What the server does not have yet, and what the person has to decide about.
public struct UnsentView: View {
  private struct Clash: Identifiable, Hashable { let id: String }

  @State private var model: UnsentModel
  @State private var clash: Clash?
  @State private var discarding: UnsentChange?
  @Environment(\.dismiss) private var dismiss
  private let engine: SyncEngine

  public init(engine: SyncEngine) {
    self.engine = engine
    _model = State(initialValue: UnsentModel(engine: engine))
  }

  public var body: some View {
    NavigationStack {
      Group {
        if model.changes.isEmpty {
          ScreenStateView(model.copy.screen, retry: { await model.retry() }) { _ in
            EmptyView()
          } empty: {
            EmptyState("Everything is sent", symbol: "checkmark.icloud", message: "Jarvis has all that you did on this device.")
          }
        } else {
          list
        }
      }
      .navigationTitle("Not sent yet")
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Done") { dismiss() } }
        ToolbarItem(placement: .primaryAction) {
          Button("Send now", systemImage: "arrow.clockwise") { Task { await model.retry() } }
            .disabled(model.copy.isRefreshing || model.waiting.isEmpty)
        }
      }
      .task { await model.copy.follow() }
      .sheet(item: $clash) { ConflictView($0.id, engine: engine) }
      .confirmationDialog(
        "Discard this change?", isPresented: Binding(get: { discarding != nil }, set: { if !$0 { discarding = nil } }),
        titleVisibility: .visible, presenting: discarding
      ) { change in
        Button("Discard", role: .destructive) { Task { await model.discard(change) } }
      } message: { change in
        if change.deed == .made {
          Text("What you made is gone then, with everything that belongs to it.")
        } else {
          Text("What you did to it afterwards is discarded, too.")
        }
      }
      .problemAlert(model.work)
      .sensoryFeedback(.success, trigger: model.changes.isEmpty)
    }
  }

  private var list: some View {
    List {
      if let notice = model.copy.screen.notice { NoticeBanner(notice) }
      if !model.waitingForPerson.isEmpty {
        Section {
          ForEach(model.waitingForPerson) { row($0) }
        } header: {
          Text("Needs you")
        } footer: {
          Text("What belongs to these waits until you have decided.")
        }
      }
      if !model.waiting.isEmpty {
        Section {
          ForEach(model.waiting) { row($0) }
        } header: {
          Text("Waiting")
        } footer: {
          Text("These are kept on this device, and sent by themselves as soon as that is possible.")
        }
      }
    }
    .refreshable { await model.retry() }
  }

  private func row(_ change: UnsentChange) -> some View {
    UnsentRow(change: change, isBusy: model.work.subjects.contains(change.subject)) {
      clash = Clash(id: change.id)
    } retry: {
      Task { await model.retry(change) }
    } discard: {
      discarding = change
    }
  }
}

private struct UnsentRow: View {
  let change: UnsentChange
  let isBusy: Bool
  let decide: @MainActor () -> Void
  let retry: @MainActor () -> Void
  let discard: @MainActor () -> Void

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        if let title = change.title { Text(verbatim: title).font(Typography.cardTitle).foregroundStyle(Palette.primary) }
        change.deed.text(of: change.kind).font(Typography.detail).foregroundStyle(Palette.primary)
        state
        if let madeAt = change.madeAt {
          Text(verbatim: madeAt.formatted(date: .abbreviated, time: .shortened)).font(Typography.caption).foregroundStyle(Palette.secondary)
        }
      }
      .accessibilityElement(children: .combine)
      HStack(spacing: Spacing.medium) {
        switch change.state {
        case .conflict: Button("Decide", action: decide)
        case .refused: if change.deed != .unknown { Button("Try again", action: retry) }
        case .waiting, .underWay: EmptyView()
        }
        if change.canDiscard, change.state != .conflict { Button("Discard", role: .destructive, action: discard) }
      }
      .buttonStyle(.borderless).disabled(isBusy)
    }
    .swipeActions {
      if change.canDiscard, change.state != .conflict { Button("Discard", systemImage: "trash", role: .destructive, action: discard) }
    }
  }

  @ViewBuilder private var state: some View {
    switch change.state {
    case .waiting: if change.attempts > 0 { Text("It is tried again soon.").font(Typography.detail).foregroundStyle(Palette.secondary) }
    case .underWay: Text("On its way.").font(Typography.detail).foregroundStyle(Palette.secondary)
    case .conflict: MistakeLabel(text: Text("Somebody changed the same meanwhile."))
    case .refused(let sentences):
      ForEach(sentences, id: \.self) { MistakeLabel(text: Text(verbatim: $0)) }
    }
  }
}

extension UnsentChange.Deed {
  func text(of kind: ObjectKind?) -> Text {
    switch self {
    case .made:
      switch kind {
      case .goal: Text("New goal")
      case .milestone: Text("New milestone")
      case .area: Text("New life area")
      case .note: Text("New note")
      default: Text("New")
      }
    case .logged(let amount, let unit): Text("Logged \(amount.shown(unit: unit))")
    case .skippedDay(let day): Text("Skipped \(day.shown)")
    case .changed(let fields): Text("Changed: \(fields.map(\.name).formatted(.list(type: .and)))")
    case .completed: Text("Completed")
    case .reopened: Text("Reopened")
    case .deleted: Text("Deleted")
    case .arranged: Text("New order of your life areas")
    case .unknown: Text("Another version of this app made it.")
    }
  }
}

extension Screen {
  var notice: Notice? { if case .content(_, let notice) = self { notice } else { nil } }
}
