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

/// The changes that a person makes, each as a mutation to send and as what it does to the copy meanwhile.
extension SyncEngine {
  /// - Returns: the id of the entry.
  @discardableResult
  public func logProgress(_ draft: ProgressDraft) async throws -> ObjectID {
    let id = surroundings.makeID(.entry)
    var fields: [String: JSONValue] = ["value": .string(draft.value.description), "localDate": .string(draft.localDate.description)]
    if let note = draft.note { fields["note"] = .string(note) }
    let input = fields.merging([
      "id": .string(id.rawValue), "goalId": .string(draft.goal.rawValue), "occurredAt": .string(JSON.text(of: draft.occurredAt)),
      "timeZone": .string(draft.timeZone),
    ]) { $1 }
    let seen = fields.merging(["goal": ["id": .string(draft.goal.rawValue)], "skip": false, "source": "MANUAL"]) { $1 }
    try await add(
      Document.logProgress, input: input, subject: id, group: draft.goal,
      edit: .create(type: "ProgressEntry", parent: draft.goal, order: draft.localDate.description, fields: seen))
    return id
  }

  @discardableResult
  public func skipDay(goal: ObjectID, on day: LocalDate, note: String? = nil) async throws -> ObjectID {
    let id = surroundings.makeID(.entry)
    var fields: [String: JSONValue] = ["localDate": .string(day.description)]
    if let note { fields["note"] = .string(note) }
    let seen = fields.merging(["goal": ["id": .string(goal.rawValue)], "skip": true, "value": "0", "source": "MANUAL"]) { $1 }
    try await add(
      Document.skipDay, input: fields.merging(["id": .string(id.rawValue), "goalId": .string(goal.rawValue)]) { $1 }, subject: id,
      group: goal, edit: .create(type: "ProgressEntry", parent: goal, order: day.description, fields: seen))
    return id
  }

  /// - Parameter input: of `createGoal`, without an id.
  @discardableResult
  public func createGoal(_ input: [String: JSONValue]) async throws -> ObjectID {
    let id = surroundings.makeID(.goal)
    let seen = input.merging(["status": "ACTIVE"]) { own, _ in own }
    try await add(
      Document.createGoal, input: input.merging(["id": .string(id.rawValue)]) { $1 }, subject: id, group: id,
      edit: .create(type: "Goal", parent: nil, order: id.rawValue, fields: seen))
    return id
  }

  /// Changes a goal or an entry. Fields that have the value already are left out; when all have, nothing is done.
  public func update(_ id: ObjectID, _ fields: [String: JSONValue]) async throws {
    guard let object = try await object(id) else { throw UserError(code: "NOT_FOUND", message: "It is not here any more.") }
    let current = object.data.members ?? [:]
    let changed = fields.filter { current[$0.key] ?? .null != $0.value }
    guard !changed.isEmpty else { return }
    let before = Dictionary(uniqueKeysWithValues: changed.keys.map { ($0, current[$0] ?? .null) })
    try await add(
      object.type == "Goal" ? Document.updateGoal : Document.updateProgressEntry,
      input: changed.merging(["id": .string(id.rawValue)]) { $1 }, subject: id, group: object.parent ?? id,
      edit: .update(fields: changed, before: before), expectedVersion: object.version)
  }

  public func completeGoal(_ id: ObjectID) async throws {
    guard let object = try await object(id) else { throw UserError(code: "NOT_FOUND", message: "It is not here any more.") }
    try await add(
      Document.completeGoal, input: ["id": .string(id.rawValue)], subject: id, group: id,
      edit: .update(fields: ["status": "COMPLETED"], before: ["status": object.data["status"] ?? .null]), expectedVersion: object.version)
  }

  /// Deletes a goal or an entry. What was made here and never sent is just forgotten, with all that was to follow it.
  public func delete(_ id: ObjectID) async throws {
    let changes = try await pending()
    let own = changes.filter { $0.subject == id || $0.group == id }
    let creation = own.first { if case .create = $0.edit { $0.subject == id } else { false } }
    if let creation, creation.state == .waiting, creation.attempts == 0 {
      try await store.write(own.map { .removeChange(key: $0.key) })
      await announce(status().phase)
      return
    }
    guard let object = try await object(id) else { return }
    try await add(
      object.type == "Goal" ? Document.deleteGoal : Document.deleteProgressEntry, input: ["id": .string(id.rawValue)], subject: id,
      group: object.parent ?? id, edit: .delete, expectedVersion: object.version)
  }
}
