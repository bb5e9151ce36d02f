import Foundation
import Models
import Persistence

/// A habit that is being kept up.
public struct StreakRow: Equatable, Sendable, Identifiable {
  public let id: ObjectID
  public let title: String
  /// The graph's name of what is counted: `DAY`, `WEEK`, `MONTH` or `YEAR`.
  public let period: String?
  public let current: Int
  public let best: Int
  public let strength: StrengthFigure?

  /// Nil for what is no habit, or has no living streak.
  init?(_ goal: StoredObject) {
    guard let streak = goal.data["streak"], let current = streak["current"]?.number, current > 0 else { return nil }
    id = goal.id
    title = goal.data["title"]?.text ?? ""
    period = streak["period"]?.text
    self.current = current
    best = max(current, streak["best"]?.number ?? 0)
    strength = StrengthFigure(goal.data["strength"]?.quantity)
  }

  /// The streaks of these goals, the longest time first.
  static func rows(_ goals: [StoredObject]) -> [StreakRow] {
    goals.compactMap(Self.init).sorted { ($1.days, $0.title, $0.id) < ($0.days, $1.title, $1.id) }
  }

  /// About how many days it spans: what streaks of different periods are compared by.
  private var days: Int { current * (["WEEK": 7, "MONTH": 30, "YEAR": 365][period ?? ""] ?? 1) }
}

/// How the goals of a part of life stand.
public struct AreaBalance: Equatable, Sendable, Identifiable {
  public let id: ObjectID
  public let name: String
  /// As the person chose it, `#RRGGBB`.
  public let color: String?
  /// The name of an SF Symbol.
  public let icon: String?
  /// Its active goals that are where they should be.
  public let onPaceCount: Int
  /// Its active goals of which that can be said.
  public let judgedCount: Int
  public let activeCount: Int

  /// The share that is on pace, 0 to 1; nil when nothing can be said.
  public var fraction: Double? { judgedCount == 0 ? nil : Double(onPaceCount) / Double(judgedCount) }

  /// The active areas in the person's order.
  /// - Parameter goals: active ones.
  static func balances(areas: [StoredObject], goals: [StoredObject]) -> [AreaBalance] {
    let byArea = Dictionary(grouping: goals) { $0.data["lifeArea"]?["id"]?.text }
    let inOrder = areas.filter { $0.data["active"] != false }
      .sorted { ($0.data["position"]?.number ?? .max, $0.id) < ($1.data["position"]?.number ?? .max, $1.id) }
    return inOrder.map { area in
      let own = byArea[area.id.rawValue] ?? []
      let statuses = own.compactMap { $0.data["pace"]?["status"]?.text }
      let good = statuses.count { ["AHEAD", "ON_TRACK", "REACHED"].contains($0) }
      let bad = statuses.count { ["BEHIND", "MISSED"].contains($0) }
      return AreaBalance(
        id: area.id, name: area.data["name"]?.text ?? "", color: area.data["color"]?.text, icon: area.data["icon"]?.text,
        onPaceCount: good, judgedCount: good + bad, activeCount: own.count)
    }
  }
}
