import Design
import Features
import Models
import SwiftUI
import Sync

/// The first screen: what today asks for, the next step, how things stand, and what Jarvis has to tell.
public struct DashboardView: View {
  @State private var model: DashboardModel
  @Environment(Router.self) private var router
  @Environment(AppModel.self) private var app

  public init(_ account: Account) {
    _model = State(initialValue: account.parts.dashboardModel(engine: account.engine) { account.clock.day })
  }

  public var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Spacing.large) {
        UnsentCard(status: model.status)
        day
        told
      }
      .padding(Spacing.medium)
      .frame(maxWidth: Spacing.column)
      .frame(maxWidth: .infinity)
    }
    .cardGround()
    .navigationTitle("Dashboard")
    .safeAreaInset(edge: .top, spacing: 0) { notice }
    .safeAreaInset(edge: .bottom) { if let done = model.done { UndoBar(done: done, model: model) } }
    .task { await model.open() }
    .task { await model.follow() }
    .refreshable { await model.refresh() }
    .onChange(of: router.refreshRequestCount) { Task { await model.refresh() } }
    .onChange(of: app.newsCounts) { Task { await model.feed.refresh() } }
    .onChange(of: model.asking) {
      guard let goal = model.asking else { return }
      model.asking = nil
      router.sheet = .logProgress(goal: goal.id)
    }
    .sensoryFeedback(.success, trigger: model.doneCount)
    .problemAlert(model.work)
  }

  /// One notice for the whole screen: that of the device's copy says more than that of what the server told.
  @ViewBuilder private var notice: some View {
    if case .content(_, let notice?) = model.today {
      NoticeBanner(notice)
    } else if case .content(_, let notice?) = model.feed.screen {
      NoticeBanner(notice)
    }
  }

  @ViewBuilder private var day: some View {
    switch model.today {
    case .loading: ProgressView("Loading your goals…").frame(maxWidth: .infinity).card()
    case .empty: welcome
    case .failed(let problem): ProblemView(problem) { await model.refresh() }.card()
    case .content(let today, _):
      TodayCard(today: today, model: model)
      if let next = today.nextStep { NextStepCard(goal: next, model: model) }
      if !today.streaks.isEmpty { StreaksCard(streaks: today.streaks) }
      if !today.balances.isEmpty { BalanceCard(balances: today.balances) }
    }
  }

  private var welcome: some View {
    EmptyState(
      "Welcome to Jarvis", symbol: "target",
      message: "Begin with one goal: something to reach, or something to do again and again. You can also tell Jarvis about it in the chat."
    ) {
      Button("New goal") { router.sheet = .newGoal }.buttonStyle(.borderedProminent)
      NavigationLink("Talk to Jarvis", value: Route.place(.chat))
    }
    .card()
  }

  @ViewBuilder private var told: some View {
    switch model.feed.screen {
    case .loading: ProgressView("Asking Jarvis…").frame(maxWidth: .infinity)
    case .empty: EmptyView()
    case .failed(let problem):
      // The copy has said already that there is no network.
      if model.today.value == nil || problem != .offline { FeedProblem(problem: problem) { await model.feed.refresh() } }
    case .content(let value, _): FeedCards(value: value, model: model)
    }
  }
}

/// That changes wait, and those that the person has to decide about. Nothing when there are none.
struct UnsentCard: View {
  let status: SyncStatus
  @Environment(Router.self) private var router

  var body: some View {
    if status.pending > 0 {
      Button {
        router.sheet = .pendingChanges
      } label: {
        Label {
          words.font(Typography.detail).foregroundStyle(Palette.primary)
        } icon: {
          Image(systemName: status.needPerson > 0 ? "exclamationmark.arrow.triangle.2.circlepath" : "arrow.up.circle")
            .foregroundStyle(status.needPerson > 0 ? Palette.warning : Palette.calm)
        }
        .frame(maxWidth: .infinity, minHeight: Spacing.touch, alignment: .leading)
      }
      .buttonStyle(.plain)
      .card()
    }
  }

  private var words: Text {
    let (needCount, waitingCount) = (status.needPerson, status.pending)
    return needCount > 0 ? Text("\(needCount) changes need your decision") : Text("\(waitingCount) changes wait to be sent")
  }
}

/// What Jarvis would have to tell could not be had: a line, for the rest of the screen is there.
struct FeedProblem: View {
  let problem: Problem
  let retry: @MainActor () async -> Void

  var body: some View {
    HStack(spacing: Spacing.small) {
      Image(systemName: problem.symbol).foregroundStyle(Palette.warning).accessibilityHidden(true)
      problem.sentence.font(Typography.detail).foregroundStyle(Palette.secondary)
      Spacer(minLength: 0)
      Button("Try again") { Task { await retry() } }.touchTarget()
    }
    .card()
  }
}

/// What was just done, and that it can be taken back.
struct UndoBar: View {
  let done: DashboardModel.Done
  let model: DashboardModel

  var body: some View {
    HStack(spacing: Spacing.small) {
      Group {
        if done.isSkip { Text("Skipped today: \(done.goal.title)") } else { Text("Logged: \(done.goal.title)") }
      }
      .font(Typography.detail)
      .foregroundStyle(Palette.primary)
      Spacer(minLength: 0)
      Button("Undo") { Task { await model.undo() } }.touchTarget()
      Button("Hide", systemImage: "xmark") { model.forgetDone() }.labelStyle(.iconOnly).touchTarget()
    }
    .padding(.horizontal, Spacing.medium)
    .background(Palette.card, in: Capsule())
    .padding(Spacing.small)
    .accessibilityElement(children: .contain)
  }
}
