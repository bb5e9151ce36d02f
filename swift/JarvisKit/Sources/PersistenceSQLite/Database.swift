import CSQLite
import Foundation
import Persistence

/// A connection to a database file of SQLite. One task at a time may use it: its owner is an actor.
final class Database {
  enum Value: Equatable {
    case null
    case int(Int)
    case text(String)
  }

  private var handle: OpaquePointer?
  private var prepared: [String: OpaquePointer] = [:]

  /// - Throws: `StoreFault.unusable`.
  init(path: String) throws {
    guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nil) == SQLITE_OK else {
      throw fault()
    }
    // Readers of another process (a widget) do not wait for the app, and a crash loses nothing that was committed.
    sqlite3_busy_timeout(handle, 5_000)
    try run("PRAGMA journal_mode = WAL")
    try run("PRAGMA synchronous = FULL")
  }

  deinit {
    for statement in prepared.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  private func fault() -> StoreFault {
    .unusable(handle.map { String(cString: sqlite3_errmsg($0)) } ?? "There is no memory for it.")
  }

  private func statement(_ sql: String) throws -> OpaquePointer {
    if let known = prepared[sql] { return known }
    var made: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &made, nil) == SQLITE_OK, let made else { throw fault() }
    prepared[sql] = made
    return made
  }

  /// Runs one statement and reads its rows.
  @discardableResult
  func run(_ sql: String, _ values: [Value] = []) throws -> [[Value]] {
    let statement = try statement(sql)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      switch value {
      case .null: sqlite3_bind_null(statement, place)
      case .int(let number): sqlite3_bind_int64(statement, place, Int64(number))
      case .text(let text):
        // SQLITE_TRANSIENT, a macro that Swift does not see: SQLite copies the text.
        sqlite3_bind_text(statement, place, text, Int32(text.utf8.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
      }
    }
    var rows: [[Value]] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_DONE: return rows
      case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { column(statement, $0) })
      default: throw fault()
      }
    }
  }

  private func column(_ statement: OpaquePointer, _ index: Int32) -> Value {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER: .int(Int(sqlite3_column_int64(statement, index)))
    default: sqlite3_column_text(statement, index).map { .text(String(cString: $0)) } ?? .null
    }
  }

  /// Does it whole or not at all.
  func transaction(_ work: () throws -> Void) throws {
    try run("BEGIN IMMEDIATE")
    do {
      try work()
      try run("COMMIT")
    } catch {
      // A failed commit may have rolled back by itself: then there is nothing to do.
      _ = try? run("ROLLBACK")
      throw error
    }
  }
}

extension Database.Value {
  var text: String? { if case .text(let value) = self { value } else { nil } }
  var int: Int? { if case .int(let value) = self { value } else { nil } }
}
