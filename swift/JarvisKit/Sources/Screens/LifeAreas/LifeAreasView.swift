import Design
import Features
import Models
import SwiftUI
import Sync

/// All life areas in the person's order, there without a network.
public struct LifeAreasView: View {
  private enum Sheet: Identifiable, Hashable {
    case new
    case edit(ObjectID)
    case unsent
    var id: Self { self }
  }

  @State private var model: LifeAreasModel
  @State private var sheet: Sheet?
  @State private var deleting: LifeArea?
  private let engine: SyncEngine

  public init(engine: SyncEngine) {
    self.engine = engine
    _model = State(initialValue: LifeAreasModel(engine: engine))
  }

  public var body: some View {
    ScreenStateView(model.screen, retry: { await model.copy.refresh() }) { _ in
      list
    } empty: {
      EmptyState("No life areas yet", symbol: "square.grid.2x2", message: "Life areas hold your goals together, like health or work.") {
        Button("New life area") { sheet = .new }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Life areas")
    .toolbar {
      ToolbarItem(placement: .primaryAction) { Button("New life area", systemImage: "plus") { sheet = .new } }
    }
    .task { await model.copy.follow() }
    .sheet(item: $sheet) { sheet in
      switch sheet {
      case .new: LifeAreaFormView(engine: engine)
      case .edit(let area): LifeAreaFormView(engine: engine, area: area)
      case .unsent: UnsentView(engine: engine)
      }
    }
    .deletingArea($deleting, others: model.active) { area, other in await model.delete(area.id, movingGoalsTo: other) }
    .problemAlert(model.work)
    .sensoryFeedback(.selection, trigger: model.active.map(\.id))
  }

  private var list: some View {
    List {
      if model.copy.status.pending > 0 {
        UnsentButton(pendingCount: model.copy.status.pending, needPersonCount: model.copy.status.needPerson) { sheet = .unsent }
      }
      Section {
        ForEach(model.active) { row($0) }
          .onMove { from, to in Task { await model.move(from: from, to: to) } }
      }
      if !model.inactive.isEmpty {
        Section("Not in use") { ForEach(model.inactive) { row($0) } }
      }
    }
    .refreshable { await model.copy.refresh() }
  }

  private func row(_ area: LifeArea) -> some View {
    NavigationLink(value: Route.lifeArea(area.id)) { LifeAreaRow(area: area) }
      .swipeActions {
        Button("Delete", systemImage: "trash", role: .destructive) { deleting = area }
        Button("Edit", systemImage: "pencil") { sheet = .edit(area.id) }
      }
      .contextMenu {
        Button("Edit", systemImage: "pencil") { sheet = .edit(area.id) }
        if area.isActive {
          Button("Put out of use", systemImage: "archivebox") { Task { await model.set(area.id, active: false) } }
        } else {
          Button("Use again", systemImage: "arrow.uturn.backward") { Task { await model.set(area.id, active: true) } }
        }
        Button("Delete", systemImage: "trash", role: .destructive) { deleting = area }
      }
      .disabled(model.work.subjects.contains(area.id))
  }
}

struct LifeAreaRow: View {
  let area: LifeArea

  var body: some View {
    HStack(spacing: Spacing.medium) {
      LifeAreaSymbol(area: area)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: area.name).font(Typography.cardTitle).foregroundStyle(Palette.primary)
        Text("\(area.activeGoalCount) active goals").font(Typography.detail).foregroundStyle(Palette.secondary)
      }
      Spacer(minLength: 0)
      PendingMark(isPending: area.isPending, needsPerson: area.needsPerson)
    }
    .accessibilityElement(children: .combine)
  }
}

struct LifeAreaSymbol: View {
  let area: LifeArea
  @ScaledMetric(relativeTo: .body) private var size: CGFloat = 36

  var body: some View {
    Image(systemName: area.icon ?? area.kind.symbol)
      .foregroundStyle(Palette.area(area.color))
      .frame(width: size, height: size)
      .background(Palette.inset, in: RoundedRectangle(cornerRadius: Spacing.small, style: .continuous))
      .accessibilityHidden(true)
  }
}

extension View {
  /// Asks before an area is deleted, and where its goals shall go.
  func deletingArea(
    _ area: Binding<LifeArea?>, others: [LifeArea], delete: @escaping @MainActor (LifeArea, ObjectID?) async -> Void
  ) -> some View {
    confirmationDialog(
      "Delete this life area?", isPresented: Binding(get: { area.wrappedValue != nil }, set: { if !$0 { area.wrappedValue = nil } }),
      titleVisibility: .visible, presenting: area.wrappedValue
    ) { doomed in
      if doomed.activeGoalCount > 0 {
        ForEach(others.filter { $0.id != doomed.id }) { other in
          Button("Delete and move its goals to \(other.name)", role: .destructive) { Task { await delete(doomed, other.id) } }
        }
        Button("Delete and keep its goals without an area", role: .destructive) { Task { await delete(doomed, nil) } }
      } else {
        Button("Delete life area", role: .destructive) { Task { await delete(doomed, nil) } }
      }
    } message: { _ in
      Text("Its notes are deleted with it. Its goals stay.")
    }
  }
}
