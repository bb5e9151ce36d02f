import Foundation
import Graph
import Models
import Persistence

/// What a person logs for a goal.
public struct ProgressDraft: Sendable, Hashable {
  public var goal: ObjectID
  public var value: Amount
  public var localDate: LocalDate
  public var occurredAt: Date
  public var timeZone: String
  public var note: String?

  public init(goal: ObjectID, value: Amount, localDate: LocalDate, occurredAt: Date, timeZone: String, note: String? = nil) {
    self.goal = goal
    self.value = value
    self.localDate = localDate
    self.occurredAt = occurredAt
    self.timeZone = timeZone
    self.note = note
  }
}

/// The changes that a person makes, each as a mutation to send and as what it does to the copy meanwhile. Fields have the names that they
/// have in the copy, e.g. `"lifeArea": ["id": …]`; where inputs have others, that is seen to here.
extension SyncEngine {
  /// - Returns: the id of the entry.
  @discardableResult
  public func logProgress(_ draft: ProgressDraft) async throws -> ObjectID {
    var fields: [String: JSONValue] = ["value": .string(draft.value.description), "localDate": .string(draft.localDate.description)]
    if let note = draft.note { fields["note"] = .string(note) }
    return try await create(
      .entry, fields, in: draft.goal, seen: ["skip": false, "source": "MANUAL"],
      sent: ["occurredAt": .string(JSON.text(of: draft.occurredAt)), "timeZone": .string(draft.timeZone)])
  }

  /// Says that a day does not count for a goal.
  @discardableResult
  public func skipDay(goal: ObjectID, on day: LocalDate, note: String? = nil) async throws -> ObjectID {
    var fields: [String: JSONValue] = ["localDate": .string(day.description)]
    if let note { fields["note"] = .string(note) }
    return try await create(
      .entry, by: Document.skipDay, fields, in: goal, seen: ["skip": true, "value": "0", "source": "MANUAL"])
  }

  @discardableResult
  public func createGoal(_ fields: [String: JSONValue]) async throws -> ObjectID {
    try await create(.goal, fields, seen: ["status": "ACTIVE"])
  }

  /// Adds a step to a goal, behind the others.
  @discardableResult
  public func createMilestone(goal: ObjectID, _ fields: [String: JSONValue]) async throws -> ObjectID {
    let others = try await objects(StoreQuery(type: Kept.milestone.type, parent: goal))
    let last = others.compactMap { $0.data["position"]?.number }.max() ?? -1
    return try await create(.milestone, fields, in: goal, seen: ["reached": false, "position": .int(last + 1)])
  }

  /// Adds a life area behind the others.
  @discardableResult
  public func createLifeArea(_ fields: [String: JSONValue]) async throws -> ObjectID {
    let last = try await objects(StoreQuery(type: Kept.area.type)).compactMap { $0.data["position"]?.number }.max() ?? -1
    return try await create(.area, fields, seen: ["active": true, "position": .int(last + 1)])
  }

  @discardableResult
  public func addNote(lifeArea: ObjectID, text: String) async throws -> ObjectID {
    try await create(.note, ["text": .string(text)], in: lifeArea, seen: ["createdAt": .string(JSON.text(of: surroundings.now()))])
  }

  /// Makes an object.
  /// - Parameters:
  ///   - fields: what is both sent and seen.
  ///   - seen: what the server will say of it besides, as far as it can be told.
  ///   - sent: what only the server wants to know.
  private func create(
    _ kept: Kept, by document: Document? = nil, _ fields: [String: JSONValue], in parent: ObjectID? = nil,
    seen: [String: JSONValue] = [:], sent: [String: JSONValue] = [:]
  ) async throws -> ObjectID {
    let id = surroundings.makeID(kept.kind)
    var fields = fields
    if let parent, let field = kept.parent?.field { fields[field] = ["id": .string(parent.rawValue)] }
    let data = JSONValue.object(seen).merging(fields)
    let input = kept.input(of: fields).filter { $0.value != .null }.merging(sent) { $1 }.merging(["id": .string(id.rawValue)]) { $1 }
    try await add(
      document ?? kept.create, input: input, subject: id, group: parent ?? id,
      edit: .create(type: kept.type, parent: parent, order: kept.order(of: data, id: id), fields: data.members ?? [:]))
    return id
  }

  /// Changes an object. Fields that have the value already are left out; when all have, nothing is done. A change of it that was refused is
  /// sent once more, with these values.
  public func update(_ id: ObjectID, _ fields: [String: JSONValue]) async throws {
    let (object, kept) = try await present(id)
    let current = object.data.members ?? [:]
    let changed = fields.filter { current[$0.key] ?? .null != $0.value }
    guard !changed.isEmpty else { return }
    if let refused = try await pending().first(where: { $0.subject == id && $0.edit != .delete && $0.isRefused }) {
      let again = Outbox.amended(refused, changed, current: current, key: surroundings.makeKey())
      return try await replace([refused], by: [again])
    }
    try await change(object, kept.update, changed, input: kept.input(of: changed))
  }

  public func completeGoal(_ id: ObjectID) async throws {
    try await change(try await present(id).object, Document.completeGoal, ["status": "COMPLETED"])
  }

  /// Takes back that a goal is completed.
  public func reopenGoal(_ id: ObjectID) async throws {
    try await change(try await present(id).object, Document.reopenGoal, ["status": "ACTIVE", "completedAt": .null])
  }

  private func change(
    _ object: StoredObject, _ document: Document, _ fields: [String: JSONValue], input: [String: JSONValue] = [:]
  ) async throws {
    let before = Dictionary(uniqueKeysWithValues: fields.keys.map { ($0, object.data[$0] ?? .null) })
    try await add(
      document, input: input.merging(["id": .string(object.id.rawValue)]) { $1 }, subject: object.id, group: object.parent ?? object.id,
      edit: .update(fields: fields, before: before), expectedVersion: object.version)
  }

  /// Puts the life areas into another order; those left out follow after.
  public func arrangeLifeAreas(_ ids: [ObjectID]) async throws {
    // An order that was not sent yet is nothing any more when there is a new one.
    let outdated = try await pending().filter { change in
      if case .arrange(Kept.area.type, _) = change.edit { !change.wasSent || change.needsPerson } else { false }
    }
    try await add(
      Document.reorderLifeAreas, input: ["ids": .array(ids.map { .string($0.rawValue) })], subject: Self.order, group: Self.order,
      edit: .arrange(type: Kept.area.type, ids: ids), replacing: outdated)
  }

  /// Stands for the order of the life areas, which is no object of its own.
  private static let order = ObjectID("order-of-life-areas")

  /// Deletes an object. What was made here and never sent is just forgotten, with all that was to follow it.
  public func delete(_ id: ObjectID) async throws { try await delete(id, sent: [:]) }

  /// Deletes a life area with its notes.
  /// - Parameter other: the area that its goals move to; without one they stay without an area.
  public func deleteLifeArea(_ id: ObjectID, movingGoalsTo other: ObjectID?) async throws {
    try await delete(id, sent: other.map { ["moveGoalsTo": .string($0.rawValue)] } ?? [:])
  }

  private func delete(_ id: ObjectID, sent: [String: JSONValue]) async throws {
    let changes = try await pending()
    let creation = changes.first { $0.subject == id && $0.isCreation }
    if let creation, creation.isRefused || (creation.state == .waiting && !creation.wasSent) {
      let (removed, changed) = Outbox.withdrawing([id], from: changes)
      return try await replace(removed, by: changed)
    }
    guard let object = try await object(id), let kept = Kept.of(id) else { return }
    // What the person was to decide about it is decided.
    let decided = changes.filter { $0.subject == id && $0.needsPerson }
    try await add(
      kept.delete, input: sent.merging(["id": .string(id.rawValue)]) { $1 }, subject: id, group: object.parent ?? id, edit: .delete,
      expectedVersion: object.version, replacing: decided)
  }

  private func present(_ id: ObjectID) async throws -> (object: StoredObject, kept: Kept) {
    guard let object = try await object(id), let kept = Kept.of(id) else {
      throw UserError(code: "NOT_FOUND", message: "It is not here any more.")
    }
    return (object, kept)
  }
}
