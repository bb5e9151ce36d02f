import Foundation
import Models
import Persistence

/// A store in one file, by the SQLite of the system.
public actor SQLiteStore: Store {
  /// The version of the tables that this code writes.
  public static let version = 2

  private let database: Database

  /// Opens the file, makes it when it is absent, and brings an older one up to date.
  /// - Parameter path: of the file, or `:memory:`.
  /// - Throws: `StoreFault`.
  public init(path: String) throws {
    database = try Database(path: path)
    try Self.migrate(database)
  }

  private static func migrate(_ database: Database) throws {
    func writtenVersion() throws -> Int {
      let found = try database.run("PRAGMA user_version").first?.first?.int ?? 0
      guard found <= version else { throw StoreFault.tooNew(version: found) }
      return found
    }
    guard try writtenVersion() < version else { return }
    try database.transaction {
      // Asked again: another process, a widget, may have done it while this one waited for its turn.
      let found = try writtenVersion()
      guard found < version else { return }
      if found < 1 {
        try database.run(
          "CREATE TABLE objects (id TEXT PRIMARY KEY, type TEXT NOT NULL, parent TEXT, position TEXT NOT NULL, version INTEGER, data TEXT NOT NULL) WITHOUT ROWID"
        )
        try database.run("CREATE TABLE changes (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL, data TEXT NOT NULL)")
        try database.run("CREATE TABLE notes (name TEXT PRIMARY KEY, data TEXT NOT NULL)")
      }
      // 2: loading everything anew no longer empties the copy first; what a loading did not see goes at its end.
      try database.run("ALTER TABLE objects ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0")
      try database.run("CREATE INDEX objects_by_position ON objects (type, position, id)")
      try database.run("CREATE INDEX objects_by_parent ON objects (parent, position, id)")
      try database.run("PRAGMA user_version = \(version)")
    }
  }

  public func write(_ writes: [StoreWrite]) throws {
    try database.transaction {
      for write in writes { try apply(write) }
    }
  }

  private func apply(_ write: StoreWrite) throws {
    switch write {
    case .put(let object):
      try database.run(
        "INSERT OR REPLACE INTO objects (id, type, parent, position, version, data, epoch) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
          .text(object.id.rawValue), .text(object.type), object.parent.map { .text($0.rawValue) } ?? .null, .text(object.order),
          object.version.map { .int($0) } ?? .null, try text(object.data), .int(object.epoch),
        ])
    case .remove(let id): try database.run("DELETE FROM objects WHERE id = ?1 OR parent = ?1", [.text(id.rawValue)])
    case .sweep(let type, let epoch):
      try database.run("DELETE FROM objects WHERE type = ? AND epoch < ?", [.text(type), .int(epoch)])
    case .putChange(let change):
      try database.run(
        "INSERT OR REPLACE INTO changes (key, sequence, data) VALUES (?, ?, ?)",
        [.text(change.key), .int(change.sequence), try text(change.data)])
    case .removeChange(let key): try database.run("DELETE FROM changes WHERE key = ?", [.text(key)])
    case .setNote(let name, let value?):
      try database.run("INSERT OR REPLACE INTO notes (name, data) VALUES (?, ?)", [.text(name), try text(value)])
    case .setNote(let name, nil): try database.run("DELETE FROM notes WHERE name = ?", [.text(name)])
    case .removeEverything:
      for table in ["objects", "changes", "notes"] { try database.run("DELETE FROM \(table)") }
    }
  }

  private func text(_ value: JSONValue) throws -> Database.Value {
    .text(String(decoding: try JSON.encode(value), as: UTF8.self))
  }

  private func value(_ column: Database.Value) -> JSONValue? {
    column.text.flatMap { try? JSON.decode(JSONValue.self, from: Data($0.utf8)) }
  }

  private static let columns = "id, type, parent, position, version, data, epoch"

  private func object(_ row: [Database.Value]) -> StoredObject? {
    // A row that cannot be read counts as absent: the server has it, and the next loading brings it.
    guard let id = row[0].text, let type = row[1].text, let order = row[3].text, let data = value(row[5]) else { return nil }
    return StoredObject(
      id: ObjectID(id), type: type, parent: row[2].text.map(ObjectID.init(_:)), order: order, version: row[4].int, data: data,
      epoch: row[6].int ?? 0)
  }

  public func object(_ id: ObjectID) throws -> StoredObject? {
    try database.run("SELECT \(Self.columns) FROM objects WHERE id = ?", [.text(id.rawValue)]).first.flatMap(object)
  }

  public func objects(_ query: StoreQuery) throws -> [StoredObject] {
    var sql = "SELECT \(Self.columns) FROM objects WHERE type = ?"
    var values: [Database.Value] = [.text(query.type)]
    if let parent = query.parent {
      sql += " AND parent = ?"
      values.append(.text(parent.rawValue))
    }
    if let from = query.from {
      sql += " AND position >= ?"
      values.append(.text(from))
    }
    values.append(.int(query.limit == .max ? -1 : query.limit))
    return try database.run(sql + " ORDER BY position DESC, id DESC LIMIT ?", values).compactMap(object)
  }

  public func count(type: String) throws -> Int {
    try database.run("SELECT count(*) FROM objects WHERE type = ?", [.text(type)]).first?.first?.int ?? 0
  }

  public func changes() throws -> [StoredChange] {
    let rows = try database.run("SELECT key, sequence, data FROM changes ORDER BY sequence, key")
    return rows.compactMap { row in
      guard let key = row[0].text, let sequence = row[1].int else { return nil }
      // One that cannot be read stays, without its data: it is the person's to give up, not ours.
      return StoredChange(key: key, sequence: sequence, data: value(row[2]) ?? .null)
    }
  }

  public func note(_ name: String) throws -> JSONValue? {
    try database.run("SELECT data FROM notes WHERE name = ?", [.text(name)]).first.flatMap { value($0[0]) }
  }
}
