import Foundation
import Models

/// An object as the server last told it.
public struct StoredObject: Hashable, Sendable {
  public let id: ObjectID
  /// Name of its type in the graph, e.g. `Goal`.
  public let type: String
  /// What it belongs to: the goal of an entry.
  public let parent: ObjectID?
  /// Orders objects of one type; the local date of an entry.
  public let order: String
  public let version: Int?
  public let data: JSONValue
  /// Which loading of everything it was last seen in.
  public let epoch: Int

  public init(id: ObjectID, type: String, parent: ObjectID? = nil, order: String = "", version: Int?, data: JSONValue, epoch: Int = 0) {
    self.id = id
    self.type = type
    self.parent = parent
    self.order = order
    self.version = version
    self.data = data
    self.epoch = epoch
  }
}

/// A change of the person's that waits to be sent, as it is stored. What it means is the sync's affair.
public struct StoredChange: Hashable, Sendable {
  /// Made once, sent along each time: the server does it once.
  public let key: String
  /// In which order changes were made.
  public let sequence: Int
  public let data: JSONValue

  public init(key: String, sequence: Int, data: JSONValue) {
    self.key = key
    self.sequence = sequence
    self.data = data
  }
}

/// One step of writing to a store.
public enum StoreWrite: Hashable, Sendable {
  case put(StoredObject)
  /// The object, and what belongs to it.
  case remove(ObjectID)
  /// Objects of the type that the loading `epoch` did not see.
  case sweep(type: String, before: Int)
  case putChange(StoredChange)
  case removeChange(key: String)
  /// A value under a name; nil removes it.
  case setNote(String, JSONValue?)
  case removeEverything
}

/// What to read of a type's objects, latest first.
public struct StoreQuery: Hashable, Sendable {
  public var type: String
  public var parent: ObjectID?
  /// Only what has at least this order, e.g. a day.
  public var from: String?
  public var limit: Int

  public init(type: String, parent: ObjectID? = nil, from: String? = nil, limit: Int = .max) {
    self.type = type
    self.parent = parent
    self.from = from
    self.limit = limit
  }
}

public enum StoreFault: Error, Equatable, Sendable {
  /// It was written by a newer version of the app.
  case tooNew(version: Int)
  /// It cannot be opened, read or written: the disk is full, the file is damaged.
  case unusable(String)
}

/// Where an app keeps its copy of the graph and the changes that wait. A list of writes is done whole or not at all.
public protocol Store: Sendable {
  func write(_ writes: [StoreWrite]) async throws
  func object(_ id: ObjectID) async throws -> StoredObject?
  func objects(_ query: StoreQuery) async throws -> [StoredObject]
  func count(type: String) async throws -> Int
  /// All changes that wait, in the order in which they were made.
  func changes() async throws -> [StoredChange]
  func note(_ name: String) async throws -> JSONValue?
}
