import Foundation
import Graph
import Models
import Persistence

/// What a change of the person's does to the copy on the device, until the server has done it.
public enum Edit: Codable, Hashable, Sendable {
  /// A new object, as it will probably be.
  case create(type: String, parent: ObjectID?, order: String, fields: [String: JSONValue])
  /// New values of fields, with those they had when the person changed them: they tell whether somebody else changed the same.
  case update(fields: [String: JSONValue], before: [String: JSONValue])
  case delete
  /// Puts objects of one type into this order, in their field `position`; those left out follow after.
  case arrange(type: String, ids: [ObjectID])
}

/// A change that waits to be sent, or for the person.
public struct PendingChange: Codable, Hashable, Sendable {
  public enum State: Codable, Hashable, Sendable {
    /// It waits for its turn.
    case waiting
    /// It was sent, and what became of it is not known: it has to be sent again as it is.
    case sent
    /// Somebody else changed the same: the object as it is now, nil when it was deleted. The person has to choose.
    case conflict(current: JSONValue?)
    /// The server will not do it: what it said.
    case refused([UserError])
  }

  /// The idempotency key, too.
  public var key: String
  public var sequence: Int
  public var operation: String
  /// The mutation's input, but for `expectedVersion`.
  public var input: [String: JSONValue]
  public var subject: ObjectID
  /// Changes of one group are sent one after the other, those of different groups do not wait for each other: a goal with its entries.
  public var group: ObjectID
  public var edit: Edit
  /// The version that the change was made on; nil when the operation does not ask for one.
  public var expectedVersion: Int?
  public var state: State
  public var attempts: Int
  /// Not to be tried before this instant, by the device's clock.
  public var notBefore: Date?
  public var madeAt: Date

  public init(
    key: String, sequence: Int, operation: String, input: [String: JSONValue], subject: ObjectID, group: ObjectID, edit: Edit,
    expectedVersion: Int?, madeAt: Date
  ) {
    self.key = key
    self.sequence = sequence
    self.operation = operation
    self.input = input
    self.subject = subject
    self.group = group
    self.edit = edit
    self.expectedVersion = expectedVersion
    self.madeAt = madeAt
    state = .waiting
    attempts = 0
  }

  /// The mutations that may wait. A stored change names its operation; what the name stands for may be another document after an update.
  static let operations: [String: Document] = Dictionary(
    (Kept.all.flatMap { [$0.create, $0.update, $0.delete] }
      + [Document.completeGoal, Document.reopenGoal, Document.skipDay, Document.reorderLifeAreas]).map { ($0.name, $0) },
    uniquingKeysWith: { $1 })

  /// What to send. Nil when this version of the app does not know the operation.
  var request: Request? {
    guard let operation = Self.operations[operation] else { return nil }
    var input = input
    if let expectedVersion { input["expectedVersion"] = .int(expectedVersion) }
    return Request(operation, ["input": .object(input)], idempotencyKey: key)
  }

  /// Whether it makes its subject.
  public var isCreation: Bool { if case .create = edit { true } else { false } }

  /// The server may have it: it was sent at least once.
  var wasSent: Bool { attempts > 0 }

  /// Whether the person can still make it undone.
  public var canBeTakenBack: Bool {
    if needsPerson || !wasSent { return true }
    return switch edit {
    // Its own operations have no opposite that can be sent before it is known what became of them.
    case .update: operation != Document.completeGoal.name && operation != Document.reopenGoal.name
    case .create: true
    case .delete, .arrange: false
    }
  }

  /// The objects that its input names: it cannot be done before they are made.
  var mentions: Set<ObjectID> {
    Set(input.values.flatMap { $0.items ?? [$0] }.compactMap { $0.text.map(ObjectID.init(_:)) }.filter { $0.kind != nil && $0 != subject })
  }

  var stored: StoredChange {
    get throws { StoredChange(key: key, sequence: sequence, data: try JSONValue(self)) }
  }

  public var isRefused: Bool { if case .refused = state { true } else { false } }

  /// Whether it waits for the person, and holds up what follows it in its group.
  public var needsPerson: Bool {
    switch state {
    case .waiting, .sent: false
    case .conflict, .refused: true
    }
  }
}
