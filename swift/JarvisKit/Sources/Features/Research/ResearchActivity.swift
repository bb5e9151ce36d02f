import Foundation
import Graph
import Models
import Persistence

/// What a Live Activity shows of a run: small, for the system hands it to another process.
public struct ResearchActivityState: Codable, Hashable, Sendable {
  public enum Phase: String, Codable, Hashable, Sendable, CaseIterable {
    case waiting, plan, gather, extract, verify, write
    case done, failed, cancelled
  }

  public let phase: Phase
  /// How far it is, 0 to 1.
  public let fraction: Double
  public let fetched: Int
  /// Statements found.
  public let claims: Int
  public let startedAt: Date?

  public init(phase: Phase, fraction: Double, fetched: Int, claims: Int, startedAt: Date?) {
    self.phase = phase
    self.fraction = fraction
    self.fetched = fetched
    self.claims = claims
    self.startedAt = startedAt
  }

  public init(_ run: ResearchRunRow) {
    phase =
      switch run.state {
      case .queued, .unknown: .waiting
      case .done: .done
      case .failed: .failed
      case .cancelled: .cancelled
      case .running:
        switch run.step {
        case .plan, .unknown: .plan
        case .gather: .gather
        case .extract: .extract
        case .verify: .verify
        case .write: .write
        }
      }
    fraction = run.fraction
    fetched = run.progress.fetched
    claims = run.progress.claims
    startedAt = run.startedAt
  }

  public var isOver: Bool { phase == .done || phase == .failed || phase == .cancelled }
}

/// Which run a Live Activity is about: what does not change while it is shown.
public struct ResearchActivity: Codable, Hashable, Sendable {
  public let runID: ObjectID
  public let categoryName: String

  public init(runID: ObjectID, categoryName: String) {
    self.runID = runID
    self.categoryName = categoryName
  }
}

/// The system's Live Activities, as far as research needs them.
public protocol LiveActivityDriver: Sendable {
  /// Whether the person lets this app show them.
  func isAllowed() async -> Bool
  /// The runs that have one now, also from before this app was started.
  func shown() async -> [ObjectID]
  /// - Throws: when there may be no more of them now, or the app is in the background.
  func start(_ activity: ResearchActivity, _ state: ResearchActivityState, staleAt: Date) async throws
  func update(_ run: ObjectID, _ state: ResearchActivityState, staleAt: Date) async
  /// - Parameters:
  ///   - state: what it shows last; nil when nothing is known of the run any more.
  ///   - dismissAt: when it goes; nil for at once.
  func end(_ run: ObjectID, _ state: ResearchActivityState?, dismissAt: Date?) async
}

/// Keeps one Live Activity for each run that the person has begun, from its beginning to its end.
public actor ResearchActivities {
  /// An activity changes no more often than this, in seconds, unless the run comes to another phase.
  static let interval: TimeInterval = 2
  /// How long what an activity shows may be taken for true, in seconds: after that nobody tells it any more.
  static let freshness: TimeInterval = 90
  /// How long the end of a run stays to be seen, in seconds.
  static let afterglow: TimeInterval = 900

  private struct Shown {
    var state: ResearchActivityState
    var toldAt: Date
    /// What is told when the interval is over.
    var next: ResearchActivityState?
  }

  private let graph: GraphClient
  private let store: any Store
  private let surroundings: Surroundings
  private let driver: any LiveActivityDriver
  private var shown: [ObjectID: Shown] = [:]
  private var timers: [ObjectID: Task<Void, Never>] = [:]

  public init(_ parts: Parts, driver: any LiveActivityDriver) {
    graph = parts.graph
    store = parts.store
    surroundings = parts.surroundings
    self.driver = driver
  }

  private static let place = "event:researchProgress"

  /// Brings the activities from before up to date, and goes on with them until the task is cancelled. After the app was closed it begins
  /// where it was: no end of a run is missed.
  /// - Throws: `GraphFault` that does not pass, e.g. `.unauthenticated`.
  public func run() async throws {
    await resume()
    let stream = graph.following(
      Request(Document.researchProgress), after: try await store.note(Self.place), in: surroundings,
      place: { $0["researchProgress"]?["event"]?["id"] })
    for try await event in stream {
      guard case .value(let data) = event else { continue }
      if let run = try? Answer(data: data).read(as: ResearchProgressValue.self).researchProgress?.run { await take(run) }
      if let place = data["researchProgress"]?["event"]?["id"] { try await store.write([.setNote(Self.place, place)]) }
    }
  }

  /// Activities outlive the app: each gets what its run has come to.
  func resume() async {
    for id in await driver.shown() where shown[id] == nil {
      do {
        let value: ResearchRunValue = try await graph.run(Request(Document.researchRunDetail, ["id": .string(id.rawValue)]))
        if let run = value.researchRun?.row {
          shown[id] = Shown(state: ResearchActivityState(run), toldAt: .distantPast)
          await tell(id, ResearchActivityState(run))
        } else {
          await driver.end(id, nil, dismissAt: nil)
        }
      } catch {
        // The run is told of later, or the activity says by itself that it is old.
        shown[id] = Shown(
          state: ResearchActivityState(phase: .waiting, fraction: 0, fetched: 0, claims: 0, startedAt: nil), toldAt: .distantPast)
      }
    }
  }

  /// Shows how a run stands. Those that a schedule began are not shown: nobody waits for them.
  public func take(_ run: ResearchRunRow) async {
    let state = ResearchActivityState(run)
    guard let before = shown[run.id] else {
      await start(run, state)
      return
    }
    // Nothing comes after the end.
    guard !before.state.isOver else { return }
    let wait = before.toldAt.addingTimeInterval(Self.interval).timeIntervalSince(surroundings.now())
    if state.isOver || state.phase != (before.next ?? before.state).phase || wait <= 0 {
      timers.removeValue(forKey: run.id)?.cancel()
      await tell(run.id, state)
    } else {
      shown[run.id]?.next = state
      schedule(run.id, in: wait)
    }
  }

  private func start(_ run: ResearchRunRow, _ state: ResearchActivityState) async {
    guard !state.isOver, run.trigger != .schedule, await driver.isAllowed(), shown[run.id] == nil else { return }
    let now = surroundings.now()
    shown[run.id] = Shown(state: state, toldAt: now)
    do {
      try await driver.start(
        ResearchActivity(runID: run.id, categoryName: run.category.name), state, staleAt: now.addingTimeInterval(Self.freshness))
    } catch { shown[run.id] = nil }
  }

  private func schedule(_ id: ObjectID, in seconds: TimeInterval) {
    guard timers[id] == nil else { return }
    timers[id] = Task {
      do { try await surroundings.pause(seconds) } catch { return }
      await flush(id)
    }
  }

  private func flush(_ id: ObjectID) async {
    timers[id] = nil
    if let next = shown[id]?.next { await tell(id, next) }
  }

  private func tell(_ id: ObjectID, _ state: ResearchActivityState) async {
    let now = surroundings.now()
    shown[id] = Shown(state: state, toldAt: now)
    if state.isOver {
      await driver.end(id, state, dismissAt: state.phase == .cancelled ? nil : now.addingTimeInterval(Self.afterglow))
    } else {
      await driver.update(id, state, staleAt: now.addingTimeInterval(Self.freshness))
    }
  }
}

extension Companion {
  /// Live Activities of research, while the app is open. When the person signs out, theirs go.
  public static func researchActivities(_ driver: any LiveActivityDriver) -> Companion {
    Companion(
      whileOpen: { account in try? await ResearchActivities(account.parts, driver: driver).run() },
      forget: { _ in for run in await driver.shown() { await driver.end(run, nil, dismissAt: nil) } })
  }
}
