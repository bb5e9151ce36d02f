import Design
import Features
import Models
import SwiftUI
import Sync

/// All goals: by urgency, narrowed and ordered as the person likes, there without a network.
public struct GoalsView: View {
  private enum Sheet: Identifiable, Hashable {
    case new
    case log(ObjectID)
    case edit(ObjectID)
    case unsent
    var id: Self { self }
  }

  @State private var model: GoalsModel
  @State private var sheet: Sheet?
  @State private var deleting: GoalsModel.Goal?
  private let engine: SyncEngine
  private let day: DayClock

  public init(engine: SyncEngine, day: DayClock) {
    self.engine = engine
    self.day = day
    _model = State(initialValue: GoalsModel(engine: engine, day: day))
  }

  public var body: some View {
    ScreenStateView(model.screen, retry: { await model.copy.refresh() }) { content in
      list(content)
    } empty: {
      EmptyState("No goals yet", symbol: "target", message: "What would you like to reach?") {
        Button("New goal") { sheet = .new }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Goals")
    .toolbar { toolbar }
    .searchable(text: $model.filter.search, prompt: "Search goals")
    .task { await model.copy.follow() }
    .sheet(item: $sheet) { sheet in
      switch sheet {
      case .new: GoalFormView(engine: engine, day: day)
      case .log(let goal): LogProgressView(goal: goal, engine: engine, day: day)
      case .edit(let goal): GoalFormView(engine: engine, day: day, goal: goal)
      case .unsent: UnsentView(engine: engine)
      }
    }
    .confirmationDialog(
      "Delete this goal?", isPresented: Binding(get: { deleting != nil }, set: { if !$0 { deleting = nil } }), titleVisibility: .visible,
      presenting: deleting
    ) { goal in
      Button("Delete goal", role: .destructive) { Task { await model.actions.delete(goal.id) } }
    } message: { _ in
      Text("Its entries and milestones are deleted with it. Archive it to keep its history.")
    }
    .problemAlert(model.actions.work)
    .sensoryFeedback(.success, trigger: model.screen.value?.goals.count { $0.status == .completed } ?? 0)
  }

  private func list(_ content: GoalsModel.Content) -> some View {
    List {
      if model.copy.status.pending > 0 {
        UnsentButton(pendingCount: model.copy.status.pending, needPersonCount: model.copy.status.needPerson) { sheet = .unsent }
      }
      ForEach(model.sections) { section in
        Section(section.id.title) {
          ForEach(section.goals) { goal in row(goal, content) }
        }
      }
    }
    .overlay { if model.sections.isEmpty { nothingFound } }
    .refreshable { await model.copy.refresh() }
  }

  @ViewBuilder private var nothingFound: some View {
    if model.filter.isNarrow {
      EmptyState("No goals like this", symbol: "line.3.horizontal.decrease.circle", message: "Nothing fits your search and filters.") {
        Button("Show all goals") { model.filter = GoalsModel.Filter() }
      }
    } else {
      EmptyState("Everything is done", symbol: "checkmark.circle", message: "All your goals have ended. Set yourself a new one.") {
        Button("New goal") { sheet = .new }.buttonStyle(.borderedProminent)
        Button("Show ended goals") { model.filter.phase = .ended }
      }
    }
  }

  private func row(_ goal: GoalsModel.Goal, _ content: GoalsModel.Content) -> some View {
    NavigationLink(value: Route.goal(goal.id)) { GoalRow(goal: goal, area: content.area(goal.area)) }
      .swipeActions(edge: .leading) {
        if goal.status == .active, goal.card.kind != .milestone {
          Button("Log progress", systemImage: "plus") { sheet = .log(goal.id) }.tint(Palette.accent)
        }
      }
      .swipeActions {
        Button("Delete", systemImage: "trash", role: .destructive) { deleting = goal }
        if goal.status == .active {
          Button("Complete", systemImage: "checkmark") { Task { await model.actions.complete(goal.id) } }.tint(Palette.good)
        }
      }
      .contextMenu {
        if goal.status == .active, goal.card.kind != .milestone {
          Button("Log progress", systemImage: "plus") { sheet = .log(goal.id) }
        }
        if goal.card.kind == .habit, goal.status == .active {
          Button("Skip today", systemImage: "forward") { Task { await model.actions.skip(goal.id) } }
        }
        Button("Edit goal", systemImage: "pencil") { sheet = .edit(goal.id) }
        GoalStatusButtons(goal: goal, actions: model.actions)
        Button("Delete goal", systemImage: "trash", role: .destructive) { deleting = goal }
      }
      .disabled(model.actions.work.subjects.contains(goal.id))
  }

  @ToolbarContentBuilder private var toolbar: some ToolbarContent {
    ToolbarItem(placement: .primaryAction) {
      Button("New goal", systemImage: "plus") { sheet = .new }.keyboardShortcut("n")
    }
    ToolbarItem {
      Menu("Filter and order", systemImage: "line.3.horizontal.decrease.circle") {
        Picker("Show", selection: $model.filter.phase) {
          ForEach(GoalsModel.Filter.Phase.allCases, id: \.self) { $0.text.tag($0) }
        }
        Picker("Order", selection: $model.order) {
          ForEach(GoalsModel.Order.allCases, id: \.self) { $0.text.tag($0) }
        }
        Picker("Kind", selection: $model.filter.kind) {
          Text("Every kind").tag(GoalKind?.none)
          ForEach(GoalKind.allCases.filter { $0 != .unknown }, id: \.self) { $0.text.tag(GoalKind?.some($0)) }
        }
        Picker("Life area", selection: $model.filter.area) {
          Text("Every life area").tag(GoalsModel.Filter.Area.any)
          Text("No life area").tag(GoalsModel.Filter.Area.none)
          ForEach(model.screen.value?.areas ?? []) { Text(verbatim: $0.name).tag(GoalsModel.Filter.Area.one($0.id)) }
        }
        if model.filter.isNarrow { Button("Show all goals") { model.filter = GoalsModel.Filter() } }
      }
    }
  }
}

/// What can be done to a goal's state.
struct GoalStatusButtons: View {
  let goal: GoalsModel.Goal
  let actions: GoalActions

  var body: some View {
    switch goal.status {
    case .active:
      Button("Complete", systemImage: "checkmark") { Task { await actions.complete(goal.id) } }
      Button("Pause", systemImage: "pause") { Task { await actions.pause(goal.id) } }
      Button("Archive", systemImage: "archivebox") { Task { await actions.archive(goal.id) } }
    case .paused:
      Button("Resume", systemImage: "play") { Task { await actions.resume(goal.id) } }
      Button("Archive", systemImage: "archivebox") { Task { await actions.archive(goal.id) } }
    case .cancelled: Button("Resume", systemImage: "play") { Task { await actions.resume(goal.id) } }
    case .completed: Button("Reopen", systemImage: "arrow.uturn.backward") { Task { await actions.reopen(goal.id) } }
    case .unknown: EmptyView()
    }
  }
}
