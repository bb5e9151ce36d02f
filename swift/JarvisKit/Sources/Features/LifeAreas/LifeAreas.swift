import Foundation
import Models
import Observation
import Persistence
import Sync

/// Parts of life that areas belong to.
public enum LifeAreaKind: String, OpenEnum, CaseIterable {
  case health = "HEALTH"
  case finance = "FINANCE"
  case learning = "LEARNING"
  case work = "WORK"
  case goals = "GOALS"
  case productivity = "PRODUCTIVITY"
  case unknown
}

/// A life area as lists show it.
public struct LifeArea: Equatable, Hashable, Sendable, Identifiable {
  public let id: ObjectID
  public let name: String
  public let kind: LifeAreaKind
  public let description: String?
  /// `#RRGGBB`.
  public let color: String?
  /// Name of an SF Symbol.
  public let icon: String?
  /// Areas that are not in use keep their goals but stay out of the way.
  public let isActive: Bool
  public let activeGoalCount: Int
  /// The server does not have it as it is here.
  public let isPending: Bool
  /// A change of it waits for the person.
  public let needsPerson: Bool

  init(_ object: StoredObject, goals: [GoalsModel.Goal], changes: [PendingChange]) {
    let data = object.data
    id = object.id
    name = data["name"]?.text ?? ""
    kind = data["areaKind"]?.choice() ?? .unknown
    description = data["description"]?.text
    color = data["color"]?.text
    icon = data["icon"]?.text
    isActive = data["active"]?.flag ?? true
    activeGoalCount = goals.count { $0.area == object.id && $0.status == .active }
    isPending = !changes.isEmpty
    needsPerson = changes.contains(where: \.needsPerson)
  }
}

/// The list of life areas, from the device's copy.
@MainActor @Observable public final class LifeAreasModel {
  public let copy: CopyModel<[LifeArea]>
  public let work = Work()
  @ObservationIgnored private let engine: SyncEngine

  public init(engine: SyncEngine) {
    self.engine = engine
    copy = CopyModel(engine: engine) { engine in
      let goals = try await engine.goals()
      let changes = Dictionary(grouping: try await engine.pending(), by: \.subject)
      let areas = try await engine.sortedAreas().map { LifeArea($0, goals: goals, changes: changes[$0.id] ?? []) }
      return areas.isEmpty ? nil : areas
    }
  }

  public var screen: Screen<[LifeArea]> { copy.screen }
  /// Those in use, in the person's order.
  public var active: [LifeArea] { screen.value?.filter(\.isActive) ?? [] }
  public var inactive: [LifeArea] { screen.value?.filter { !$0.isActive } ?? [] }

  /// Puts areas in use elsewhere in the order, as a list tells it: from these places before that one.
  public func move(from offsets: IndexSet, to destination: Int) async {
    let areas = active
    let moved = offsets.filter { areas.indices.contains($0) }
    let before = areas.indices.filter { $0 < destination && !moved.contains($0) }
    let after = areas.indices.filter { $0 >= destination && !moved.contains($0) }
    let order = (before + moved + after).map { areas[$0].id }
    guard !moved.isEmpty, order != areas.map(\.id), let first = order.first else { return }
    await work.run(on: first) { try await engine.arrangeLifeAreas(order + inactive.map(\.id)) }
  }

  /// Puts an area out of use, or into use again.
  public func set(_ area: ObjectID, active: Bool) async {
    await work.run(on: area) { try await engine.update(area, ["active": .bool(active)]) }
  }

  /// - Parameter other: the area that its goals move to; without one they stay without an area.
  public func delete(_ area: ObjectID, movingGoalsTo other: ObjectID? = nil) async {
    await work.run(on: area) { try await engine.deleteLifeArea(area, movingGoalsTo: other) }
  }
}

/// The screen of one life area: its goals and its notes.
@MainActor @Observable public final class LifeAreaModel {
  public struct Note: Equatable, Sendable, Identifiable {
    public let id: ObjectID
    public let text: String
    public let createdAt: Date?
    public let isPending: Bool
    public let needsPerson: Bool
  }

  public struct Content: Equatable, Sendable {
    public let area: LifeArea
    public let customFields: [CustomField]
    /// The most urgent first, those that have ended last.
    public let goals: [GoalsModel.Goal]
    /// The newest first.
    public let notes: [Note]
    /// Other areas in use, to which its goals could move.
    public let others: [LifeArea]
  }

  /// Empty when the area is gone.
  public let copy: CopyModel<Content>
  public let work = Work()
  public let area: ObjectID
  @ObservationIgnored private let engine: SyncEngine

  public init(_ area: ObjectID, engine: SyncEngine) {
    self.area = area
    self.engine = engine
    copy = CopyModel(engine: engine) { engine in
      guard let object = try await engine.object(area) else { return nil }
      let changes = Dictionary(grouping: try await engine.pending(), by: \.subject)
      let goals = try await engine.goals(of: area).sorted(by: GoalsModel.isMoreUrgent)
      let notes = try await engine.objects(StoreQuery(type: "LifeAreaNote", parent: area)).map { note in
        let own = changes[note.id] ?? []
        return Note(
          id: note.id, text: note.data["text"]?.text ?? "", createdAt: note.data["createdAt"]?.text.flatMap(JSON.date(of:)),
          isPending: !own.isEmpty, needsPerson: own.contains(where: \.needsPerson))
      }
      return Content(
        area: LifeArea(object, goals: goals, changes: changes[area] ?? []), customFields: CustomField.fields(of: object.data),
        goals: goals, notes: notes,
        others: try await engine.sortedAreas().filter { $0.id != area }
          .map { LifeArea($0, goals: [], changes: []) }.filter(\.isActive))
    }
  }

  public var screen: Screen<Content> { copy.screen }

  /// - Returns: whether it is kept. An empty note is none.
  @discardableResult
  public func addNote(_ text: String) async -> Bool {
    guard !text.trimmed.isEmpty else { return false }
    return await work.run(on: area) { try await engine.addNote(lifeArea: area, text: text.trimmed) }
  }

  @discardableResult
  public func change(_ note: Note, to text: String) async -> Bool {
    guard !text.trimmed.isEmpty else { return false }
    return await work.run(on: note.id) { try await engine.update(note.id, ["text": .string(text.trimmed)]) }
  }

  public func delete(_ note: Note) async { await work.run(on: note.id) { try await engine.delete(note.id) } }

  /// - Returns: whether it is gone.
  @discardableResult
  public func deleteArea(movingGoalsTo other: ObjectID? = nil) async -> Bool {
    await work.run(on: area) { try await engine.deleteLifeArea(area, movingGoalsTo: other) }
  }
}
