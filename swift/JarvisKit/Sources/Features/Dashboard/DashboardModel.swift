import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync

/// The first screen. What the person can act on comes from the device's own copy: it is there without a network, with what was just done.
/// What others have to tell (insights, research, news) comes from the server, and may be missing.
@MainActor @Observable public final class DashboardModel {
  /// The goals of the day.
  public struct Today: Equatable, Sendable {
    /// What today asks something of, or was logged for today; what is open and urgent first.
    public let goals: [TodayGoal]
    /// What wants something most, today or later; nil when all is done.
    public let nextStep: TodayGoal?
    public let streaks: [StreakRow]
    public let balances: [AreaBalance]

    public var doneCount: Int { goals.count { $0.state != .open } }
    public var openCount: Int { goals.count { $0.state == .open } }
    /// 0 to 1; nil when today asks for nothing.
    public var fraction: Double? { goals.isEmpty ? nil : Double(doneCount) / Double(goals.count) }
  }

  /// What the person just did, and can take back.
  public struct Done: Equatable, Sendable {
    public let entry: ObjectID
    public let goal: TodayGoal
    public var isSkip: Bool { goal.state == .skipped }
  }

  public private(set) var today: Screen<Today> = .loading
  public private(set) var status = SyncStatus()
  public let feed: QueryModel<DashboardValue>
  public let work = Work()
  public private(set) var done: Done?
  /// Counts what was logged or skipped here: each time, the person feels it.
  public private(set) var doneCount = 0

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private let day: @Sendable () -> DayClock

  /// - Parameter day: the person's clock, which may become another when they change their time zone.
  public init(_ parts: Parts, engine: SyncEngine, day: @escaping @Sendable () -> DayClock) {
    self.parts = parts
    self.engine = engine
    self.day = day
    feed = parts.dashboard()
  }

  public func open() async {
    await show()
    async let told: Void = feed.open()
    await engine.sync()
    await show()
    await told
  }

  public func refresh() async {
    async let told: Void = feed.refresh()
    await engine.syncAfresh()
    await show()
    await told
  }

  /// Keeps the day as the copy has it, as often as the copy has been brought up to date, until the task is cancelled.
  public func follow() async {
    for await status in await engine.statuses() where status.phase != .sending && status.phase != .fetching { await show() }
  }

  /// Shows the copy as it is.
  public func show() async {
    do {
      let goals = try await TodayReader(engine: engine, day: day()).goals()
      let all = try await engine.objects(StoreQuery(type: "Goal"))
      let kept = all.filter { $0.data["status"] == "ACTIVE" }
      let areas = try await engine.objects(StoreQuery(type: "LifeArea"))
      status = await engine.status()
      // Life areas may be there from the start: what makes a beginning is a goal.
      guard !all.isEmpty else {
        today = status.completeAt == nil ? waiting : .empty
        return
      }
      let value = Today(
        goals: goals.filter { $0.state != .open || $0.urgency == .today },
        nextStep: goals.first { $0.state == .open && $0.urgency < .safe },
        streaks: StreakRow.rows(kept), balances: AreaBalance.balances(areas: areas, goals: kept))
      today = .content(value, notice)
    } catch { today = .failed(.outdated) }
  }

  private var waiting: Screen<Today> {
    switch status.phase {
    case .waiting(_, .network): .failed(.offline)
    case .waiting: .failed(.server)
    case .signedOut: .failed(.signedOut)
    case .stopped(let reason): .failed(.refused(reason))
    default: .loading
    }
  }

  private var notice: Screen<Today>.Notice? {
    let since = status.completeAt ?? .distantPast
    return switch status.phase {
    case .waiting(_, .network): .offline(since: since)
    case .waiting(_, .server): .stale(since: since, .server)
    case .signedOut: .stale(since: since, .signedOut)
    case .stopped(let reason): .stale(since: since, .refused(reason))
    default: nil
    }
  }

  /// There is no goal yet, not even one that is over.
  public var isNew: Bool { today == .empty }

  // MARK: What the person does

  private var actions: Actions { Actions(engine: engine, graph: parts.graph, day: day(), surroundings: parts.surroundings) }

  /// The goal that the person wants to log for, when a value has to be entered.
  public var asking: TodayGoal?

  /// Logs a value; without one, what one tap logs, or else asks for it. It is kept on the device at once, and sent when that can be.
  public func log(_ goal: TodayGoal, _ value: Amount? = nil, note: String? = nil) async {
    guard value != nil || goal.step != nil else {
      asking = goal
      return
    }
    await act(goal.id) { try await actions.logProgress(value, goal: goal.id, note: note) }
  }

  /// Leaves the goal out today, which does not break a streak.
  public func skip(_ goal: TodayGoal) async {
    await act(goal.id) { try await actions.skipToday(goal: goal.id) }
  }

  private func act(_ id: ObjectID, _ operation: () async throws -> Logged) async {
    let worked = await work.run(on: id) {
      let logged: Logged
      do { logged = try await operation() } catch is Actions.Fault {
        throw UserError(code: "NOT_FOUND", message: "It is not here any more.")
      }
      done = Done(entry: logged.entry, goal: logged.goal)
      doneCount += 1
    }
    if worked { await show() }
  }

  /// Takes back what was just done.
  public func undo() async {
    guard let done else { return }
    let worked = await work.run(on: done.entry) {
      try await actions.undo(done.entry)
      self.done = nil
    }
    if worked { await show() }
  }

  public func forgetDone() { done = nil }

  /// Puts an insight out of sight, and back when the server does not have that.
  public func dismiss(_ insight: DashboardValue.Insight) async {
    await work.run(on: insight.id) {
      let before = feed.screen.value?.content?.insights
      feed.edit { $0.viewer?.dashboard?.insights?.removeAll { $0.id == insight.id } }
      do {
        try await parts.graph.change(Request(Document.dismissInsight, ["input": ["id": .string(insight.id.rawValue)]]))
      } catch {
        feed.edit { $0.viewer?.dashboard?.insights = before }
        throw error
      }
    }
  }
}

extension Parts {
  @MainActor public func dashboardModel(engine: SyncEngine, day: @escaping @Sendable () -> DayClock) -> DashboardModel {
    DashboardModel(self, engine: engine, day: day)
  }
}
