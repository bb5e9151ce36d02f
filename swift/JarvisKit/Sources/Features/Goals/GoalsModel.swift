import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync

/// The list of goals, from the device's copy.
@MainActor @Observable public final class GoalsModel {
  /// A goal as a list shows it.
  public struct Goal: Equatable, Sendable, Identifiable {
    public let card: GoalCard
    public let area: ObjectID?
    /// The server does not have all of it yet; its value is an estimate.
    public let isPending: Bool
    /// A change of it waits for the person: a conflict, or what the server refused.
    public let needsPerson: Bool

    public var id: ObjectID { card.id }
    public var title: String { card.title }
    public var status: GoalStatus { card.status }
  }

  /// Which goals are shown.
  public struct Filter: Equatable, Sendable {
    public enum Phase: String, Equatable, Sendable, CaseIterable {
      /// Those that run or rest.
      case current
      /// Those that are completed or given up.
      case ended
      case all
    }
    public enum Area: Hashable, Sendable {
      case any
      /// Goals that belong to none.
      case none
      case one(ObjectID)
    }
    public var phase = Phase.current
    public var area = Area.any
    public var kind: GoalKind?
    /// What the title has to contain; upper and lower case and accents are alike.
    public var search = ""

    public init() {}

    /// Whether it leaves out more than goals that have ended.
    public var isNarrow: Bool { area != .any || kind != nil || !search.trimmingCharacters(in: .whitespaces).isEmpty || phase == .ended }

    func takes(_ goal: Goal) -> Bool {
      switch phase {
      case .current where goal.status.isOver: return false
      case .ended where !goal.status.isOver: return false
      default: break
      }
      switch area {
      case .none where goal.area != nil: return false
      case .one(let id) where goal.area != id: return false
      default: break
      }
      if let kind, goal.card.kind != kind { return false }
      let wanted = search.trimmingCharacters(in: .whitespaces)
      return wanted.isEmpty || goal.title.range(of: wanted, options: [.caseInsensitive, .diacriticInsensitive]) != nil
    }
  }

  public enum Order: String, Sendable, CaseIterable { case urgency, title, deadline, newest }

  /// A part of the list, and what it has in common.
  public struct Section: Equatable, Sendable, Identifiable {
    public enum Name: Sendable, CaseIterable {
      case today, thisWeek, later, paused, ended
      /// All of them, where they are not ordered by urgency.
      case all
    }
    public let id: Name
    public let goals: [Goal]
  }

  public struct Area: Equatable, Hashable, Sendable, Identifiable {
    public let id: ObjectID
    public let name: String
    public let color: String?
    public let icon: String?
  }

  public struct Content: Equatable, Sendable {
    public let goals: [Goal]
    /// Life areas in their order, for the filter and the rows.
    public let areas: [Area]

    public func area(_ id: ObjectID?) -> Area? { areas.first { $0.id == id } }
  }

  public var filter = Filter()
  public var order = Order.urgency
  public let copy: CopyModel<Content>
  public let actions: GoalActions

  public init(engine: SyncEngine, day: DayClock) {
    copy = CopyModel(engine: engine) { engine -> Content? in
      let goals = try await engine.goals()
      guard !goals.isEmpty else { return nil }
      return Content(goals: goals, areas: try await engine.areas())
    }
    actions = GoalActions(engine: engine, day: day)
  }

  public var screen: Screen<Content> { copy.screen }

  /// What the filter leaves, in parts that are not empty.
  public var sections: [Section] {
    let goals = (screen.value?.goals ?? []).filter { filter.takes($0) }
    guard order == .urgency else { return goals.isEmpty ? [] : [Section(id: .all, goals: goals.sorted { isBefore($0, $1) })] }
    let parts = Dictionary(grouping: goals.sorted(by: Self.isMoreUrgent)) { Self.section(of: $0) }
    return Section.Name.allCases.compactMap { name in parts[name].map { Section(id: name, goals: $0) } }
  }

  nonisolated private static func section(of goal: Goal) -> Section.Name {
    if goal.status.isOver { return .ended }
    if goal.status == .paused { return .paused }
    return switch goal.card.urgency {
    case .today: .today
    case .tomorrow, .soon, .thisWeek: .thisWeek
    case .safe, .none, .unknown: .later
    }
  }

  private func isBefore(_ a: Goal, _ b: Goal) -> Bool {
    switch order {
    case .urgency: Self.isMoreUrgent(a, b)
    case .title:
      switch a.title.localizedStandardCompare(b.title) {
      case .orderedSame: a.id < b.id
      case let order: order == .orderedAscending
      }
    // Those without one come last.
    case .deadline: (a.card.deadline?.description ?? "~", a.id) < (b.card.deadline?.description ?? "~", b.id)
    // Ids grow with time.
    case .newest: a.id > b.id
    }
  }

  /// The most urgent first, those that are over last.
  nonisolated static func isMoreUrgent(_ a: Goal, _ b: Goal) -> Bool {
    func rank(_ goal: Goal) -> (Int, Int, String, ObjectID) {
      (goal.status == .active ? 0 : 1, goal.card.urgency.rank, goal.title, goal.id)
    }
    return rank(a) < rank(b)
  }
}

extension SyncEngine {
  /// Goals as the person sees them, in no order.
  func goals(of area: ObjectID? = nil) async throws -> [GoalsModel.Goal] {
    let changes = Dictionary(grouping: try await pending(), by: \.group)
    var goals: [GoalsModel.Goal] = []
    for object in try await objects(StoreQuery(type: "Goal")) where area == nil || object.data["lifeArea"]?.reference == area {
      goals.append(try await goal(object, with: changes[object.id] ?? []))
    }
    return goals
  }

  func goal(_ object: StoredObject, with changes: [PendingChange]) async throws -> GoalsModel.Goal {
    GoalsModel.Goal(
      card: try await Estimate.card(of: object.data, with: changes, in: self), area: object.data["lifeArea"]?.reference,
      isPending: !changes.isEmpty, needsPerson: changes.contains(where: \.needsPerson))
  }

  /// Life areas in the person's order.
  func areas() async throws -> [GoalsModel.Area] {
    try await sortedAreas().map { area in
      GoalsModel.Area(id: area.id, name: area.data["name"]?.text ?? "", color: area.data["color"]?.text, icon: area.data["icon"]?.text)
    }
  }

  func sortedAreas() async throws -> [StoredObject] {
    try await objects(StoreQuery(type: "LifeArea")).sorted {
      ($0.data["position"]?.number ?? .max, $0.id) < ($1.data["position"]?.number ?? .max, $1.id)
    }
  }
}
