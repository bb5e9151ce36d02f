import Foundation
import Models

/// Whether the network can be had. On Apple's systems `NWPathMonitor` tells it.
public protocol Reachability: Sendable {
  /// Whether it can be had now, and then each time that this changes. What it says is a hint: it decides when a sync is worth a try, not
  /// what its outcome is.
  func changes() -> AsyncStream<Bool>
}

/// Syncs whenever there is a reason to, for as long as `run()` runs: one thing at a time, and never more often than the server asks for.
public actor SyncLoop {
  /// Why a sync is wanted.
  public enum Reason: Hashable, Sendable, CaseIterable {
    case start
    /// The app came to the foreground.
    case foreground
    case reachable
    /// The server told that something changed: a subscription's event, or a silent push.
    case event
    case edit
    /// The time to wait after what did not work is over.
    case retry
    /// Somebody pulled to refresh, or signed in again.
    case person
  }

  private let engine: SyncEngine
  private let reachability: any Reachability
  private let surroundings: Surroundings

  private var plan = SyncPlan()
  private var wanted: Set<Reason> = []
  private var retrying: Task<Void, Never>?
  private let pokes: AsyncStream<Void>
  private let poke: AsyncStream<Void>.Continuation

  public init(engine: SyncEngine, reachability: any Reachability, surroundings: Surroundings) {
    self.engine = engine
    self.reachability = reachability
    self.surroundings = surroundings
    (pokes, poke) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Runs until the task is cancelled. It can be run once.
  public func run() async {
    // Before anything is synced: what happens from here on is heard of.
    let (additions, statuses) = (await engine.additions(), await engine.statuses())
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [reachability] in for await isReachable in reachability.changes() { await self.heard(isReachable: isReachable) } }
      group.addTask { for await _ in additions { await self.want(.edit) } }
      group.addTask { for await status in statuses { await self.heard(status.phase) } }
      want(.start)
      for await _ in pokes { await syncIfWanted() }
      group.cancelAll()
    }
    retrying?.cancel()
  }

  /// Gives a reason to sync. Several at once are one sync.
  public func want(_ reason: Reason) {
    wanted.insert(reason)
    poke.yield()
  }

  private func syncIfWanted() async {
    let reasons = wanted
    wanted = []
    guard plan.isWorthATry(reasons) else { return }
    if reasons == [.edit], await !engine.hasSomethingToSend() { return }
    let status = await engine.syncAfresh()
    heard(status.phase)
  }

  private func heard(isReachable: Bool) {
    if plan.heard(isReachable: isReachable) { want(.reachable) }
    if !isReachable { retrying?.cancel() }
  }

  /// Also of syncs that others began, e.g. a screen.
  private func heard(_ phase: SyncStatus.Phase) {
    guard plan.heard(phase) else { return }
    retrying?.cancel()
    guard case .waiting(let until, _) = phase, plan.isReachable else { return }
    // Measured now: when the clock is set meanwhile, it waits no longer for that.
    let seconds = max(0, until.timeIntervalSince(surroundings.now()))
    retrying = Task { [surroundings] in
      do { try await surroundings.pause(seconds) } catch { return }
      guard !Task.isCancelled else { return }
      self.want(.retry)
    }
  }
}

/// Which reasons are reason enough: plain decisions about what was heard last.
struct SyncPlan: Equatable {
  private(set) var isReachable = true
  private(set) var phase = SyncStatus.Phase.idle

  /// - Returns: whether the network came back.
  mutating func heard(isReachable now: Bool) -> Bool {
    defer { isReachable = now }
    return now && !isReachable
  }

  /// - Returns: whether it is news.
  mutating func heard(_ now: SyncStatus.Phase) -> Bool {
    defer { phase = now }
    return now != phase
  }

  func isWorthATry(_ reasons: Set<SyncLoop.Reason>) -> Bool {
    // Whoever looks at the screen is worth a try in any case: what is known of the network may be wrong.
    if !reasons.isDisjoint(with: [.start, .foreground, .person]) { return true }
    if reasons.isEmpty || !isReachable { return false }
    return switch phase {
    case .idle, .sending, .fetching, .loadingEverything, .waiting(_, .change): true
    case .waiting(_, .network): !reasons.isDisjoint(with: [.retry, .reachable])
    // The network that comes back does not make the server less busy.
    case .waiting(_, .server): reasons.contains(.retry)
    // Until somebody signs in, or opens the app after an update.
    case .signedOut, .stopped: false
    }
  }
}
