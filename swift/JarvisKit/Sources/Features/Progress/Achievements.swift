import Foundation
import Graph
import Models

public struct AchievementsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public internal(set) var achievements: Connection<Achievement>?
  }
  public internal(set) var viewer: Viewer?

  public var nodes: [Achievement] { viewer?.achievements?.nodes ?? [] }

  /// How often each was earned among those that are loaded, in the order of the kinds; what is not known to this version is left out.
  public var counts: [(name: AchievementName, count: Int)] {
    let byName = Dictionary(grouping: nodes, by: \.name)
    return AchievementName.allCases.filter { $0 != .unknown }.map { ($0, byName[$0]?.count ?? 0) }
  }
}

/// How large an association is, in Cohen's words.
public enum EffectSize: String, OpenEnum {
  case none = "NONE"
  case weak = "WEAK"
  case moderate = "MODERATE"
  case strong = "STRONG"
  case unknown
}

/// Goals whose days go together. That is association, and never says what causes what.
public struct CorrelationsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public let analytics: Analytics? }
  public struct Analytics: Decodable, Sendable, Equatable { public let correlations: [Pair] }
  public struct Pair: Decodable, Sendable, Equatable, Identifiable {
    public let a: Named
    public let b: Named
    /// Days by which the first runs ahead of the second.
    public let lag: Int
    /// Days on which both have a value.
    public let n: Int
    /// Pearson's r, -1 to 1.
    public let r: Double
    /// Probability of so large an r by chance, corrected for all that was tried.
    public let q: Double
    public let effect: EffectSize

    public var id: String { "\(a.id) \(b.id)" }
    /// Small enough a chance that it is worth telling: a false one in twenty.
    public var isClear: Bool { q < 0.05 && effect != .none }
  }
  public let viewer: Viewer?

  /// Those that are worth telling, the largest first.
  public var clear: [Pair] { (viewer?.analytics?.correlations ?? []).filter(\.isClear).sorted { abs($0.r) > abs($1.r) } }
}

extension Parts {
  @MainActor public func achievements() -> QueryModel<AchievementsValue> {
    model(
      Document.achievements, isEmpty: { $0.viewer?.achievements?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.achievements?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.achievements { joined.viewer?.achievements = shown.viewer?.achievements?.followed(by: page) ?? page }
        return joined
      })
  }

  /// Which goals of the last ninety days go together. It costs the server much: ask when the person wants to know.
  @MainActor public func correlations() -> QueryModel<CorrelationsValue> {
    model(Document.goalCorrelations, isEmpty: { $0.viewer?.analytics != nil && $0.clear.isEmpty })
  }
}
