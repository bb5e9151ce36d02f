import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync

/// The goals of the device's own copy: they are there without a network, with what the person has just done.
@MainActor @Observable public final class GoalsModel {
  public struct Goal: Equatable, Sendable, Identifiable {
    public let id: ObjectID
    public let title: String
    public let status: String
    public let unit: String?
    public let percent: Double?
    public let urgency: String
    /// The server does not have all of it yet.
    public let isPending: Bool
  }

  public private(set) var screen: Screen<[Goal]> = .loading
  public private(set) var status = SyncStatus()
  public private(set) var problem: Problem?

  @ObservationIgnored private let engine: SyncEngine

  public init(engine: SyncEngine) { self.engine = engine }

  /// Shows the copy as it is.
  public func show() async {
    do {
      let pending = try await engine.pending()
      let changed = Set(pending.map(\.group))
      let goals = try await engine.objects(StoreQuery(type: "Goal")).map { Self.goal($0, isPending: changed.contains($0.id)) }
      status = await engine.status()
      if goals.isEmpty {
        screen = status.completeAt == nil ? waiting : .empty
      } else {
        screen = .content(goals.sorted(by: Self.order), notice)
      }
    } catch { screen = .failed(.outdated) }
  }

  /// Brings the copy up to date, and shows it.
  public func refresh() async {
    await show()
    await engine.sync()
    await show()
  }

  private var waiting: Screen<[Goal]> {
    switch status.phase {
    case .waiting: .failed(.offline)
    case .signedOut: .failed(.signedOut)
    case .stopped(let reason): .failed(.refused(reason))
    default: .loading
    }
  }

  private var notice: Screen<[Goal]>.Notice? {
    let since = status.completeAt ?? .distantPast
    return switch status.phase {
    case .waiting: .offline(since: since)
    case .signedOut: .stale(since: since, .signedOut)
    case .stopped(let reason): .stale(since: since, .refused(reason))
    default: nil
    }
  }

  nonisolated static func goal(_ object: StoredObject, isPending: Bool) -> Goal {
    let data = object.data
    var percent: Double?
    switch data["percent"] {
    case .double(let value): percent = value
    case .int(let value): percent = Double(value)
    default: break
    }
    return Goal(
      id: object.id, title: data["title"]?.text ?? "", status: data["status"]?.text ?? "ACTIVE", unit: data["unit"]?.text,
      percent: percent, urgency: data["pace"]?["urgency"]?.text ?? "NONE", isPending: isPending)
  }

  /// The most urgent first, those that are over last.
  nonisolated static func order(_ a: Goal, _ b: Goal) -> Bool {
    let urgencies = ["TODAY", "TOMORROW", "SOON", "THIS_WEEK", "SAFE", "NONE"]
    func rank(_ goal: Goal) -> (Int, Int, String, ObjectID) {
      (goal.status == "ACTIVE" ? 0 : 1, urgencies.firstIndex(of: goal.urgency) ?? urgencies.count, goal.title, goal.id)
    }
    return rank(a) < rank(b)
  }

  /// Settles a conflict or what was refused.
  public func settle(_ change: PendingChange, by choice: Choice) async {
    do { try await engine.settle(change.key, by: choice) } catch { problem = Problem(error) }
    await refresh()
  }
}
