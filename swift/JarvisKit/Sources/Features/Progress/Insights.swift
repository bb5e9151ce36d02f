import Foundation
import Graph
import Models
import Observation

/// What is noticed in the person's numbers.
public enum InsightKind: String, OpenEnum, CaseIterable {
  case progress = "PROGRESS"
  case streak = "STREAK"
  case trend = "TREND"
  case correlation = "CORRELATION"
  case risk = "RISK"
  case unknown

  /// Those that lists can be narrowed to.
  public static let known = allCases.filter { $0 != .unknown }
}

/// Something that was noticed, with the numbers behind it.
public struct InsightItem: Decodable, Sendable, Equatable, Identifiable {
  public enum Origin: String, OpenEnum {
    /// From a fixed sentence with the numbers put in.
    case template = "TEMPLATE"
    /// By a language model.
    case model = "MODEL"
    case unknown
  }
  /// A number of the text, and what it was measured on.
  public struct Evidence: Decodable, Sendable, Equatable {
    public let label: String
    public let value: Amount
    public let unit: String?
    public let from: LocalDate?
    public let to: LocalDate?
    public let objectId: ObjectID?
  }
  public let id: ObjectID
  public let kind: InsightKind
  public let title: String
  public let text: String
  public let origin: Origin
  public let evidence: [Evidence]
  /// Nil in the place of one that was deleted since.
  public let goals: [Named?]?
  public internal(set) var readAt: Date?
  public let createdAt: Date

  public var isUnread: Bool { readAt == nil }
}

public struct InsightsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public internal(set) var insights: Connection<InsightItem>?
  }
  public internal(set) var viewer: Viewer?
}

/// The list of what was noticed: read by being looked at, put out of sight, and brought back.
@MainActor @Observable public final class InsightsModel {
  public private(set) var list: QueryModel<InsightsValue>
  public let work = Work()
  /// Only of this kind; nil for all.
  public private(set) var kind: InsightKind?
  /// What was dismissed last, and can be brought back.
  public private(set) var dismissed: InsightItem?

  @ObservationIgnored private var dismissedFrom = 0
  @ObservationIgnored private let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    list = parts.insights()
  }

  public func open() async { await list.open() }
  public func refresh() async { await list.refresh() }
  public func more() async { await list.more() }

  public func show(_ kind: InsightKind?) async {
    guard kind != self.kind else { return }
    self.kind = kind
    list = parts.insights(kind)
    await open()
  }

  public var items: [InsightItem] { list.screen.value?.viewer?.insights?.nodes ?? [] }

  /// The person saw them: marks those that were not read, without a word when that does not work. It is tried again the next time.
  public func saw(_ ids: [ObjectID]) async {
    let unread = items.filter { ids.contains($0.id) && $0.isUnread }.map(\.id)
    for start in stride(from: 0, to: unread.count, by: 100) {
      let some = Array(unread[start..<min(start + 100, unread.count)])
      set(some, readAt: parts.surroundings.now())
      let input: JSONValue = ["ids": .array(some.map { .string($0.rawValue) })]
      do { try await parts.graph.change(Request(Document.markInsightsRead, ["input": input])) } catch { set(some, readAt: nil) }
    }
  }

  /// Puts it out of sight at once, and back when the server does not have that.
  public func dismiss(_ item: InsightItem) async {
    await work.run(on: item.id) {
      let (place, list) = (items.firstIndex { $0.id == item.id }, list)
      edit(list) { $0.removeAll { $0.id == item.id } }
      do {
        try await send(item, dismissed: true)
        (dismissed, dismissedFrom) = (item, place ?? 0)
      } catch {
        if let place { insert(item, at: place, in: list) }
        throw error
      }
    }
  }

  /// Brings back what was dismissed last.
  public func undo() async {
    guard let item = dismissed else { return }
    await work.run(on: item.id) {
      try await send(item, dismissed: false)
      dismissed = nil
      if kind == nil || kind == item.kind { insert(item, at: dismissedFrom, in: list) }
    }
  }

  public func forgetDismissed() { dismissed = nil }

  private func send(_ item: InsightItem, dismissed: Bool) async throws {
    let input: JSONValue = ["id": .string(item.id.rawValue), "dismissed": .bool(dismissed)]
    try await parts.graph.change(Request(Document.dismissInsight, ["input": input]))
  }

  private func edit(_ list: QueryModel<InsightsValue>, _ change: (inout [InsightItem]) -> Void) {
    list.edit { value in
      guard var nodes = value.viewer?.insights?.nodes else { return }
      change(&nodes)
      value.viewer?.insights?.nodes = nodes
    }
  }

  private func set(_ ids: [ObjectID], readAt: Date?) {
    edit(list) { nodes in for place in nodes.indices where ids.contains(nodes[place].id) { nodes[place].readAt = readAt } }
  }

  private func insert(_ item: InsightItem, at place: Int, in list: QueryModel<InsightsValue>) {
    // A refresh may have brought it back meanwhile.
    edit(list) { nodes in if !nodes.contains(where: { $0.id == item.id }) { nodes.insert(item, at: min(place, nodes.count)) } }
  }
}

extension Parts {
  /// What was noticed, newest first.
  /// - Parameter kind: only of this kind.
  @MainActor func insights(_ kind: InsightKind? = nil) -> QueryModel<InsightsValue> {
    model(
      Document.insights, kind.map { ["filter": ["kinds": [.string($0.rawValue)]]] } ?? [:],
      isEmpty: { $0.viewer?.insights?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.insights?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.insights { joined.viewer?.insights = shown.viewer?.insights?.followed(by: page) ?? page }
        return joined
      })
  }

  @MainActor public func insightsModel() -> InsightsModel { InsightsModel(self) }
}
