import Design
import Features
import Models
import SwiftUI
import Sync

/// One goal: how it stands, where it leads, its milestones and entries.
public struct GoalView: View {
  private enum Sheet: Identifiable, Hashable {
    case log
    case entry(ObjectID)
    case edit
    case skip
    case milestone(ObjectID?)
    case unsent
    var id: Self { self }
  }

  @State private var model: GoalModel
  @State private var sheet: Sheet?
  @State private var isDeleting = false
  @State private var removing: ObjectID?
  @Environment(\.dismiss) private var dismiss
  private let engine: SyncEngine
  private let day: DayClock

  public init(_ goal: ObjectID, engine: SyncEngine, parts: Parts, day: DayClock) {
    self.engine = engine
    self.day = day
    _model = State(initialValue: GoalModel(goal, engine: engine, parts: parts, day: day))
  }

  public var body: some View {
    ScreenStateView(model.screen, retry: { await model.refresh() }) { content in
      list(content)
    } empty: {
      EmptyState("This goal is gone", symbol: "trash", message: "It was deleted, perhaps on another device.")
    }
    .navigationTitle(Text(verbatim: model.screen.value?.goal.title ?? ""))
    .toolbar { if let content = model.screen.value { toolbar(content) } }
    .task { await model.copy.follow() }
    .task { await model.reckoned.open() }
    .sheet(item: $sheet) { sheet in
      switch sheet {
      case .log: LogProgressView(goal: model.goal, engine: engine, day: day)
      case .entry(let entry): LogProgressView(goal: model.goal, entry: entry, engine: engine, day: day)
      case .edit: GoalFormView(engine: engine, day: day, goal: model.goal)
      case .skip: SkipDayView(today: day.today) { await model.actions.skip(model.goal, on: $0, note: $1) }
      case .milestone(let id):
        MilestoneFormView(model: model, milestone: model.screen.value?.milestones.first { $0.id == id }, today: day.today)
      case .unsent: UnsentView(engine: engine)
      }
    }
    .confirmationDialog("Delete this goal?", isPresented: $isDeleting, titleVisibility: .visible) {
      Button("Delete goal", role: .destructive) {
        Task {
          await model.actions.delete(model.goal)
          if model.work.problem == nil { dismiss() }
        }
      }
    } message: {
      Text("Its entries and milestones are deleted with it. Archive it to keep its history.")
    }
    .confirmationDialog(
      "Delete this?", isPresented: Binding(get: { removing != nil }, set: { if !$0 { removing = nil } }), titleVisibility: .visible,
      presenting: removing
    ) { part in
      Button("Delete", role: .destructive) { Task { await model.delete(part) } }
    }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.screen.value?.goal.status == .completed)
    .sensoryFeedback(.selection, trigger: model.screen.value?.milestones.count(where: \.isReached) ?? 0)
  }

  private func list(_ content: GoalModel.Content) -> some View {
    List {
      GoalHead(content: content) { sheet = .log }
      if model.copy.status.pending > 0, content.goal.isPending {
        UnsentButton(pendingCount: model.copy.status.pending, needPersonCount: model.copy.status.needPerson) { sheet = .unsent }
      }
      GoalReckoning(content: content, model: model.reckoned, today: day.today)
      if content.goal.card.kind == .milestone || !content.milestones.isEmpty { milestones(content) }
      if content.goal.card.kind != .milestone { entries(content) }
      GoalFacts(content: content)
    }
    .refreshable { await model.refresh() }
  }

  private func milestones(_ content: GoalModel.Content) -> some View {
    Section {
      ForEach(content.milestones) { milestone in
        MilestoneRow(milestone: milestone, isBusy: model.work.subjects.contains(milestone.id)) {
          await model.toggle(milestone, today: day.today)
        } edit: {
          sheet = .milestone(milestone.id)
        } delete: {
          removing = milestone.id
        }
      }
      .onMove { from, to in Task { await model.moveMilestones(from: from, to: to) } }
      Button("Add a milestone", systemImage: "plus") { sheet = .milestone(nil) }
    } header: {
      Text("Milestones")
    } footer: {
      if content.milestones.isEmpty { Text("Split the goal into steps that you can reach one by one.") }
    }
  }

  private func entries(_ content: GoalModel.Content) -> some View {
    Section {
      ForEach(content.entries) { entry in
        EntryRow(entry: entry, unit: content.goal.card.unit) {
          sheet = .entry(entry.id)
        } delete: {
          removing = entry.id
        }
      }
      if content.hasMoreEntries { Button("Show earlier entries") { Task { await model.more() } } }
    } header: {
      Text("Entries")
    } footer: {
      if content.entries.isEmpty { Text("Nothing is logged yet. Log the first progress with the button above.") }
    }
  }

  @ToolbarContentBuilder private func toolbar(_ content: GoalModel.Content) -> some ToolbarContent {
    ToolbarItem(placement: .primaryAction) {
      Menu("More", systemImage: "ellipsis.circle") {
        Button("Edit goal", systemImage: "pencil") { sheet = .edit }
        if content.goal.status == .active, content.goal.card.kind != .milestone {
          Button("Skip a day", systemImage: "forward") { sheet = .skip }
        }
        if content.goal.card.kind != .milestone, content.milestones.isEmpty {
          Button("Add a milestone", systemImage: "flag") { sheet = .milestone(nil) }
        }
        GoalStatusButtons(goal: content.goal, actions: model.actions)
        Button("Delete goal", systemImage: "trash", role: .destructive) { isDeleting = true }
      }
      .disabled(model.work.subjects.contains(model.goal))
    }
  }
}

/// The most of a goal at a glance.
struct GoalHead: View {
  let content: GoalModel.Content
  let log: @MainActor () -> Void

  private var card: GoalCard { content.goal.card }

  var body: some View {
    Section {
      HStack(spacing: Spacing.medium) {
        ProgressRing(percent: card.percent, tint: Palette.area(content.area?.color))
        VStack(alignment: .leading, spacing: Spacing.tight) {
          if let amount = card.amountText { Text(verbatim: amount).font(Typography.figure).foregroundStyle(Palette.primary) }
          HStack(spacing: Spacing.small) {
            status
            PendingMark(isPending: content.goal.isPending, needsPerson: content.goal.needsPerson)
          }
          if content.goal.isPending, card.currentValue != nil {
            Text("An estimate until it is sent.").font(Typography.caption).foregroundStyle(Palette.secondary)
          }
          if content.goal.status == .active, let due = card.pace?.dueText {
            Text(verbatim: due).font(Typography.detail).foregroundStyle(Palette.secondary)
          }
        }
        Spacer(minLength: 0)
      }
      .accessibilityElement(children: .combine)
      if let streak = card.streak {
        StreakBadge(current: streak.current, best: streak.best, unit: StreakUnit(named: streak.period?.rawValue))
      }
      if let strength = StrengthFigure(card.strength) { StrengthView(strength) }
      if content.goal.status == .active, card.kind != .milestone {
        Button(action: log) { Label("Log progress", systemImage: "plus").frame(maxWidth: .infinity) }
          .buttonStyle(.borderedProminent).touchTarget()
      }
    }
  }

  @ViewBuilder private var status: some View {
    if content.goal.status == .active, let pace = card.pace, pace.status != .noLine {
      Badge(pace.status.text, symbol: pace.status.symbol, tint: pace.status.tint)
    } else {
      Badge(content.goal.status.text)
    }
  }
}

/// What only the server reckons: the line, the weeks of a habit, where it leads, what was earned.
struct GoalReckoning: View {
  let content: GoalModel.Content
  let model: QueryModel<GoalDetailValue>
  let today: LocalDate
  @Environment(\.calendar) private var calendar

  var body: some View {
    switch model.screen {
    case .loading: Section { ProgressView("Loading…").frame(maxWidth: .infinity) }
    case .content(let value, let notice):
      if let goal = value.goal {
        Section {
          if let notice { NoticeBanner(notice) }
          if content.goal.card.kind == .habit {
            StreakView(
              goal.grid(
                of: content.goal.card, start: content.startDate ?? today, today: today, firstWeekday: calendar.firstWeekday))
          } else if !goal.series.isEmpty {
            PaceChart(
              goal.pace(of: content.goal.card, today: today), unit: content.goal.card.unit, wantsMore: content.direction != .atMost,
              tint: Palette.area(content.area?.color))
          }
          if let forecast = goal.forecast, content.goal.status == .active { forecastText(forecast) }
        } header: {
          Text("History")
        }
        if let achievements = goal.achievements, !achievements.isEmpty {
          Section("Achievements") {
            ForEach(achievements) { achievement in
              LabeledContent {
                Text(verbatim: achievement.localDate.shown)
              } label: {
                Label {
                  Text(verbatim: achievement.title)
                } icon: {
                  Image(systemName: "trophy").accessibilityHidden(true)
                }
              }
            }
          }
        }
      }
    case .failed(let problem):
      Section {
        VStack(alignment: .leading, spacing: Spacing.tight) {
          problem.sentence
          Text("History and forecast are shown when they can be loaded.").foregroundStyle(Palette.secondary)
          Button("Try again") { Task { await model.refresh() } }
        }
        .font(Typography.detail)
      } header: {
        Text("History")
      }
    // A goal that the server does not have yet.
    case .empty: EmptyView()
    }
  }

  @ViewBuilder private func forecastText(_ forecast: GoalDetailValue.Goal.Forecast) -> some View {
    switch forecast.kind {
    case .onTrend:
      if let date = forecast.date {
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text("If you go on like this, you are there on \(date.shown).")
          if let earliest = forecast.earliest, let latest = forecast.latest {
            Text("Probably between \(earliest.shown) and \(latest.shown).").foregroundStyle(Palette.secondary)
          }
        }
        .font(Typography.detail)
      }
    case .notOnTrend: Text("If you go on like this, you do not reach the target.").font(Typography.detail)
    case .insufficientData: Text("A few more entries, and a forecast is possible.").font(Typography.detail)
    case .reached, .noTarget, .unknown: EmptyView()
    }
  }
}

/// What a goal was given.
struct GoalFacts: View {
  let content: GoalModel.Content

  var body: some View {
    Section("Details") {
      if let description = content.description { Text(verbatim: description) }
      LabeledContent("Kind") { content.goal.card.kind.text }
      if let area = content.area {
        NavigationLink(value: Route.lifeArea(area.id)) { LabeledContent("Life area") { Text(verbatim: area.name) } }
      }
      if let frequency = content.frequency { LabeledContent("How often") { frequency.text } }
      if let start = content.startDate { LabeledContent("Start") { Text(verbatim: start.shown) } }
      if let deadline = content.goal.card.deadline { LabeledContent("Deadline") { Text(verbatim: deadline.shown) } }
      if let completed = content.completedAt {
        LabeledContent("Completed") { Text(verbatim: completed.formatted(date: .abbreviated, time: .omitted)) }
      }
      ForEach(content.pauses, id: \.self) { pause in
        LabeledContent("Pause") {
          if let end = pause.end {
            Text("\(pause.start.shown) to \(end.shown)")
          } else {
            Text("Since \(pause.start.shown)")
          }
        }
      }
      ForEach(content.customFields) { filled in
        LabeledContent {
          filled.text
        } label: {
          Text(verbatim: filled.field.label)
        }
      }
    }
  }
}

struct MilestoneRow: View {
  let milestone: GoalModel.Milestone
  let isBusy: Bool
  let toggle: @MainActor () async -> Void
  let edit: @MainActor () -> Void
  let delete: @MainActor () -> Void

  var body: some View {
    HStack(spacing: Spacing.small) {
      Button {
        Task { await toggle() }
      } label: {
        Image(systemName: milestone.isReached ? "checkmark.circle.fill" : "circle")
          .foregroundStyle(milestone.isReached ? Palette.good : Palette.secondary).touchTarget()
      }
      .buttonStyle(.borderless).disabled(isBusy)
      .accessibilityLabel(milestone.isReached ? "Reached" : "Open")
      .accessibilityHint("Marks it as reached or open.")
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: milestone.title).font(Typography.body).foregroundStyle(Palette.primary).strikethrough(milestone.isReached)
        if let description = milestone.description {
          Text(verbatim: description).font(Typography.detail).foregroundStyle(Palette.secondary)
        }
        if let reached = milestone.reachedOn {
          Text("Reached on \(reached.shown)").font(Typography.caption).foregroundStyle(Palette.secondary)
        } else if let due = milestone.dueDate {
          Text("Due on \(due.shown)").font(Typography.caption).foregroundStyle(Palette.secondary)
        }
      }
      .accessibilityElement(children: .combine)
      Spacer(minLength: 0)
      PendingMark(isPending: milestone.isPending, needsPerson: false)
    }
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

struct EntryRow: View {
  let entry: GoalModel.Entry
  let unit: String?
  let edit: @MainActor () -> Void
  let delete: @MainActor () -> Void

  var body: some View {
    Button {
      if !entry.isSkip { edit() }
    } label: {
      HStack {
        VStack(alignment: .leading, spacing: Spacing.tight) {
          if let day = entry.day { Text(verbatim: day.shown).font(Typography.body).foregroundStyle(Palette.primary) }
          if let note = entry.note { Text(verbatim: note).font(Typography.detail).foregroundStyle(Palette.secondary) }
          if entry.source != .manual { entry.source.text.font(Typography.caption).foregroundStyle(Palette.secondary) }
        }
        Spacer(minLength: Spacing.small)
        PendingMark(isPending: entry.isPending, needsPerson: entry.needsPerson)
        if entry.isSkip {
          Text("Skipped").foregroundStyle(Palette.secondary)
        } else if let value = entry.value {
          Text(verbatim: value.shown(unit: unit)).font(Typography.number).foregroundStyle(Palette.primary)
        }
      }
    }
    .buttonStyle(.plain)
    .accessibilityElement(children: .combine)
    .swipeActions {
      Button("Delete", systemImage: "trash", role: .destructive, action: delete)
      if !entry.isSkip { Button("Edit", systemImage: "pencil", action: edit) }
    }
    .contextMenu {
      if !entry.isSkip { Button("Edit", systemImage: "pencil", action: edit) }
      Button("Delete", systemImage: "trash", role: .destructive, action: delete)
    }
  }
}
