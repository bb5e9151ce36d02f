import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync

/// What only the server reckons of a goal: its line, its days, where it leads, and what was earned. It is shown as it was last seen when
/// there is no network.
public struct GoalDetailValue: Decodable, Sendable, Equatable {
  public struct Goal: Decodable, Sendable, Equatable {
    /// The line from start to target.
    public struct Line: Decodable, Sendable, Equatable {
      public let startDate: LocalDate
      public let startValue: Amount
      public let deadline: LocalDate?
      public let targetValue: Amount?
      public let ratePerDay: Amount?
    }
    public struct Day: Decodable, Sendable, Equatable {
      public let localDate: LocalDate
      public let value: Amount?
      public let skipped: Bool
    }
    public struct Forecast: Decodable, Sendable, Equatable {
      public let kind: ForecastKind
      public let date: LocalDate?
      public let earliest: LocalDate?
      /// Nil when it may never be reached.
      public let latest: LocalDate?
    }
    public struct Achievement: Decodable, Sendable, Equatable, Identifiable {
      public let id: ObjectID
      /// A sentence of the server's.
      public let title: String
      public let localDate: LocalDate
    }
    public let id: ObjectID
    public let title: String
    public let percent: Double?
    public let line: Line?
    public let forecast: Forecast?
    public let series: [Day]
    public let achievements: [Achievement]?
    public let cumulative: Bool
    public let currentValue: Amount?
    public let version: Int

    private var days: [PaceSeries.Day] {
      series.map { PaceSeries.Day(day: $0.localDate, value: $0.value ?? 0, isSkipped: $0.skipped) }
    }

    /// What a chart of its values against its line is drawn of.
    public func pace(of card: GoalCard, today: LocalDate) -> PaceSeries {
      let plan = line.map {
        PaceSeries.Plan(
          start: $0.startDate, startValue: $0.startValue, deadline: $0.deadline, targetValue: $0.targetValue, rate: $0.ratePerDay)
      }
      return PaceSeries(series: days, adds: cumulative, current: currentValue, plan: plan, target: card.targetValue, today: today)
    }

    /// What the latest weeks of a habit are drawn of.
    public func grid(of card: GoalCard, start: LocalDate, today: LocalDate, firstWeekday: Int) -> StreakGrid {
      StreakGrid(days: days, target: card.targetValue, start: start, today: today, weeks: 16, firstWeekday: firstWeekday)
    }
  }
  public let goal: Goal?
}

extension Parts {
  @MainActor public func goal(_ id: ObjectID) -> QueryModel<GoalDetailValue> {
    model(Document.goalDetail, ["id": .string(id.rawValue)]) { $0.goal == nil }
  }
}

/// The screen of one goal: the goal, its milestones and entries from the device's copy, and what the server reckons of it.
@MainActor @Observable public final class GoalModel {
  public struct Milestone: Equatable, Sendable, Identifiable {
    public let id: ObjectID
    public let title: String
    public let description: String?
    public let dueDate: LocalDate?
    public let isReached: Bool
    public let reachedOn: LocalDate?
    public let isPending: Bool
  }

  public struct Entry: Equatable, Sendable, Identifiable {
    public let id: ObjectID
    public let day: LocalDate?
    public let value: Amount?
    public let note: String?
    /// It says that the day does not count.
    public let isSkip: Bool
    public let source: EntrySource
    /// The server does not have it as it is here.
    public let isPending: Bool
    public let needsPerson: Bool
  }

  public struct Pause: Equatable, Hashable, Sendable {
    public var start: LocalDate
    /// Nil while it lasts.
    public var end: LocalDate?
  }

  public struct Content: Equatable, Sendable {
    public let goal: GoalsModel.Goal
    public let description: String?
    public let area: GoalsModel.Area?
    public let startDate: LocalDate?
    public let frequency: Frequency?
    public let direction: GoalDirection?
    public let completedAt: Date?
    public let pauses: [Pause]
    public let customFields: [CustomField.Filled]
    /// In their order.
    public let milestones: [Milestone]
    /// The latest first.
    public let entries: [Entry]
    public let hasMoreEntries: Bool
  }

  /// Empty when the goal is gone.
  public let copy: CopyModel<Content>
  public let reckoned: QueryModel<GoalDetailValue>
  public let actions: GoalActions
  public let goal: ObjectID

  public static let pageSize = 50
  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let window = Window(pageSize)

  /// How many entries are shown, read by the copy's model while the screen asks for more.
  private final class Window: @unchecked Sendable {
    private let lock = NSLock()
    private var count: Int
    init(_ count: Int) { self.count = count }
    var size: Int { lock.withLock { count } }
    func grow(by more: Int) { lock.withLock { count += more } }
  }

  public init(_ goal: ObjectID, engine: SyncEngine, parts: Parts, day: DayClock) {
    self.goal = goal
    self.engine = engine
    actions = GoalActions(engine: engine, day: day)
    reckoned = parts.goal(goal)
    copy = CopyModel(engine: engine) { [window] in try await Self.read(goal, entries: window.size, in: $0) }
  }

  public var screen: Screen<Content> { copy.screen }
  public var work: Work { actions.work }

  /// Shows the copy, and asks the server for what it reckons.
  public func open() async {
    await copy.show()
    await reckoned.open()
  }

  public func refresh() async {
    await copy.refresh()
    await reckoned.refresh()
  }

  /// Shows entries of longer ago.
  public func more() async {
    guard screen.value?.hasMoreEntries == true else { return }
    window.grow(by: Self.pageSize)
    await copy.show()
  }

  // MARK: Milestones

  /// - Returns: whether it is kept.
  @discardableResult
  public func addMilestone(_ title: String, description: String = "", due: LocalDate? = nil) async -> Bool {
    await work.run(on: goal) { try await engine.createMilestone(goal: goal, Self.fields(title, description, due)) }
  }

  @discardableResult
  public func change(_ milestone: Milestone, title: String, description: String, due: LocalDate?) async -> Bool {
    await work.run(on: milestone.id) { try await engine.update(milestone.id, Self.fields(title, description, due)) }
  }

  private static func fields(_ title: String, _ description: String, _ due: LocalDate?) -> [String: JSONValue] {
    let text = description.trimmingCharacters(in: .whitespacesAndNewlines)
    return [
      "title": .string(title.trimmingCharacters(in: .whitespacesAndNewlines)), "description": text.isEmpty ? .null : .string(text),
      "dueDate": due.map { .string($0.description) } ?? .null,
    ]
  }

  /// Declares a milestone reached today, or open again.
  public func toggle(_ milestone: Milestone, today: LocalDate) async {
    await work.run(on: milestone.id) {
      let day: JSONValue = milestone.isReached ? .null : .string(today.description)
      try await engine.update(milestone.id, ["reached": .bool(!milestone.isReached), "reachedOn": day])
    }
  }

  /// Puts milestones elsewhere in the order, as a list tells it: from these places before that one.
  public func moveMilestones(from offsets: IndexSet, to destination: Int) async {
    guard let milestones = screen.value?.milestones, let from = offsets.first, milestones.indices.contains(from) else { return }
    let to = destination > from ? destination - 1 : destination
    guard to != from else { return }
    let id = milestones[from].id
    await work.run(on: id) { try await engine.update(id, ["position": .int(to)]) }
  }

  // MARK: Parts

  /// Deletes a milestone or an entry.
  public func delete(_ part: ObjectID) async { await work.run(on: part) { try await engine.delete(part) } }

  // MARK: Reading

  nonisolated private static func read(_ id: ObjectID, entries count: Int, in engine: SyncEngine) async throws -> Content? {
    guard let object = try await engine.object(id) else { return nil }
    let data = object.data
    let changes = try await engine.pending().filter { $0.group == id }
    let bySubject = Dictionary(grouping: changes, by: \.subject)
    let goal = try await engine.goal(object, with: changes)
    let area = try await goal.area.flatMapAsync { try await engine.object($0) }
    let entries = try await engine.objects(StoreQuery(type: "ProgressEntry", parent: id, limit: count + 1))
    let milestones = try await engine.objects(StoreQuery(type: "Milestone", parent: id))
    return Content(
      goal: goal, description: data["description"]?.text,
      area: area.map {
        GoalsModel.Area(id: $0.id, name: $0.data["name"]?.text ?? "", color: $0.data["color"]?.text, icon: $0.data["icon"]?.text)
      },
      startDate: data["startDate"]?.localDate, frequency: try? data["frequency"]?.read(), direction: data["direction"]?.choice(),
      completedAt: data["completedAt"]?.text.flatMap(JSON.date(of:)), pauses: pauses(in: data),
      customFields: CustomField.filled(area: area?.data, goal: data), milestones: inOrder(milestones, bySubject),
      entries: entries.prefix(count).map { entry($0, bySubject[$0.id] ?? []) }, hasMoreEntries: entries.count > count)
  }

  nonisolated static func pauses(in data: JSONValue) -> [Pause] {
    (data["pauses"]?.items ?? []).compactMap { pause in
      pause["start"]?.localDate.map { Pause(start: $0, end: pause["end"]?.localDate) }
    }
  }

  nonisolated private static func entry(_ object: StoredObject, _ changes: [PendingChange]) -> Entry {
    let data = object.data
    return Entry(
      id: object.id, day: data["localDate"]?.localDate, value: data["value"]?.amount, note: data["note"]?.text,
      isSkip: data["skip"] == true, source: data["source"]?.choice() ?? .manual, isPending: !changes.isEmpty,
      needsPerson: changes.contains(where: \.needsPerson))
  }

  /// Milestones by their positions. One that was moved and not sent yet shares its position with the one that it pushes away.
  nonisolated private static func inOrder(_ objects: [StoredObject], _ changes: [ObjectID: [PendingChange]]) -> [Milestone] {
    func place(_ object: StoredObject) -> Double {
      let position = Double(object.data["position"]?.number ?? .max)
      for change in changes[object.id] ?? [] {
        guard case .update(let fields, let before) = change.edit, fields["position"] != nil else { continue }
        return position + (before["position"]?.number ?? 0 > Int(position) ? -0.5 : 0.5)
      }
      return position
    }
    return objects.sorted { (place($0), $0.id) < (place($1), $1.id) }.map { object in
      let data = object.data
      return Milestone(
        id: object.id, title: data["title"]?.text ?? "", description: data["description"]?.text, dueDate: data["dueDate"]?.localDate,
        isReached: data["reached"] == true, reachedOn: data["reachedOn"]?.localDate, isPending: changes[object.id] != nil)
    }
  }
}

extension Optional {
  fileprivate func flatMapAsync<Value>(_ transform: (Wrapped) async throws -> Value?) async rethrows -> Value? {
    guard let self else { return nil }
    return try await transform(self)
  }
}
