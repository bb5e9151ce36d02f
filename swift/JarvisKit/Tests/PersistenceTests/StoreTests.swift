import Foundation
import Models
import Persistence
import Testing

@testable import PersistenceSQLite

#if canImport(CoreData)
  import PersistenceCoreData
#endif

func temporaryFile() -> String {
  FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString).sqlite").path
}

/// Every kind of store: the contract runs over each.
enum Made: String, CaseIterable, Sendable {
  case memory, sqliteInMemory, sqliteFile
  #if canImport(CoreData)
    case coreData
  #endif

  func make() throws -> any Store {
    switch self {
    case .memory: MemoryStore()
    case .sqliteInMemory: try SQLiteStore(path: ":memory:")
    case .sqliteFile: try SQLiteStore(path: temporaryFile())
    #if canImport(CoreData)
      case .coreData: try CoreDataStore(folder: URL(fileURLWithPath: temporaryFile()), owner: "user_1")
    #endif
    }
  }
}

/// What every store does.
@Suite struct StoreContract {
  let goal = StoredObject(id: ObjectID("goal_1"), type: "Goal", order: "goal_1", version: 3, data: ["title": "Läuft \"gut\"\n\u{0}"])

  func entry(_ number: Int, day: String, goal: String = "goal_1", epoch: Int = 0) -> StoredObject {
    StoredObject(
      id: ObjectID("entry_\(number)"), type: "ProgressEntry", parent: ObjectID(goal), order: day, version: nil,
      data: ["value": .string("\(number)")], epoch: epoch)
  }

  @Test(arguments: Made.allCases) func whatIsPutIsRead(made: Made) async throws {
    let store = try made.make()
    try await store.write([.put(goal)])
    #expect(try await store.object(goal.id) == goal)
    #expect(try await store.object(ObjectID("goal_2")) == nil)
  }

  @Test(arguments: Made.allCases) func puttingAgainReplaces(made: Made) async throws {
    let store = try made.make()
    let newer = StoredObject(id: goal.id, type: "Goal", order: "goal_1", version: 4, data: ["title": "New"])
    try await store.write([.put(goal), .put(newer)])
    #expect(try await store.object(goal.id) == newer)
    #expect(try await store.count(type: "Goal") == 1)
  }

  @Test(arguments: Made.allCases) func objectsComeLatestFirstByParentAndFromADay(made: Made) async throws {
    let store = try made.make()
    try await store.write([
      .put(goal), .put(entry(1, day: "2026-01-01")), .put(entry(3, day: "2026-01-03")), .put(entry(2, day: "2026-01-03")),
      .put(entry(4, day: "2026-01-04", goal: "goal_2")),
    ])
    func ids(_ query: StoreQuery) async throws -> [String] { try await store.objects(query).map(\.id.rawValue) }
    #expect(try await ids(StoreQuery(type: "ProgressEntry")) == ["entry_4", "entry_3", "entry_2", "entry_1"])
    #expect(try await ids(StoreQuery(type: "ProgressEntry", parent: goal.id)) == ["entry_3", "entry_2", "entry_1"])
    #expect(try await ids(StoreQuery(type: "ProgressEntry", parent: goal.id, from: "2026-01-02")) == ["entry_3", "entry_2"])
    #expect(try await ids(StoreQuery(type: "ProgressEntry", limit: 1)) == ["entry_4"])
    #expect(try await ids(StoreQuery(type: "Goal")) == ["goal_1"])
  }

  @Test(arguments: Made.allCases) func removingTakesAlongWhatBelongsToIt(made: Made) async throws {
    let store = try made.make()
    try await store.write([.put(goal), .put(entry(1, day: "2026-01-01")), .put(entry(4, day: "2026-01-04", goal: "goal_2"))])
    try await store.write([.remove(goal.id), .remove(ObjectID("goal_9"))])
    #expect(try await store.object(goal.id) == nil)
    #expect(try await store.objects(StoreQuery(type: "ProgressEntry")).map(\.id.rawValue) == ["entry_4"])
  }

  @Test(arguments: Made.allCases) func sweepingTakesWhatALoadingDidNotSeeOfOneType(made: Made) async throws {
    let store = try made.make()
    try await store.write([.put(goal), .put(entry(1, day: "2026-01-01", epoch: 1)), .put(entry(2, day: "2026-01-02", epoch: 2))])
    try await store.write([.sweep(type: "ProgressEntry", before: 2)])
    #expect(try await store.objects(StoreQuery(type: "ProgressEntry")).map(\.id.rawValue) == ["entry_2"])
    #expect(try await store.count(type: "Goal") == 1)
  }

  @Test(arguments: Made.allCases) func changesComeInTheOrderInWhichTheyWereMade(made: Made) async throws {
    let store = try made.make()
    try await store.write([10, 9, 2].map { .putChange(StoredChange(key: "k\($0)", sequence: $0, data: ["n": .int($0)])) })
    try await store.write([.removeChange(key: "k9"), .putChange(StoredChange(key: "k2", sequence: 2, data: ["n": 7]))])
    #expect(
      try await store.changes() == [
        StoredChange(key: "k2", sequence: 2, data: ["n": 7]), StoredChange(key: "k10", sequence: 10, data: ["n": 10]),
      ])
  }

  @Test(arguments: Made.allCases) func notesAreKeptReplacedAndRemoved(made: Made) async throws {
    let store = try made.make()
    try await store.write([.setNote("a", "1"), .setNote("b", ["x": 1])])
    try await store.write([.setNote("a", "2"), .setNote("b", nil)])
    #expect(try await store.note("a") == "2")
    #expect(try await store.note("b") == nil)
  }

  @Test(arguments: Made.allCases) func removingEverythingLeavesNothing(made: Made) async throws {
    let store = try made.make()
    try await store.write([
      .put(goal), .setNote("a", "1"), .putChange(StoredChange(key: "k", sequence: 1, data: nil)), .removeEverything,
    ])
    #expect(try await store.object(goal.id) == nil)
    #expect(try await store.note("a") == nil)
    #expect(try await store.changes().isEmpty)
  }
}

@Suite struct SQLiteFiles {
  let change = StoredChange(key: "k1", sequence: 1, data: ["operation": "LogProgress"])

  @Test func whatWasWrittenIsThereAfterOpeningAgain() async throws {
    let path = temporaryFile()
    do {
      let store = try SQLiteStore(path: path)
      try await store.write([.putChange(change), .setNote("cursor", "c")])
    }
    let again = try SQLiteStore(path: path)
    #expect(try await again.changes() == [change])
    #expect(try await again.note("cursor") == "c")
  }

  @Test func aWriteThatACrashBrokeOffLeavesNoTrace() async throws {
    let path = temporaryFile()
    let store = try SQLiteStore(path: path)
    try await store.write([.putChange(change)])
    // Another connection is in the middle of a transaction when its process ends.
    var crashing: Database? = try Database(path: path)
    try crashing?.run("BEGIN IMMEDIATE")
    try crashing?.run("DELETE FROM changes")
    try crashing?.run("INSERT INTO changes (key, sequence, data) VALUES ('half', 2, '{}')")
    crashing = nil
    #expect(try await SQLiteStore(path: path).changes() == [change])
  }

  @Test func aListOfWritesIsDoneWholeOrNotAtAll() async throws {
    let path = temporaryFile()
    let store = try SQLiteStore(path: path)
    let database = try Database(path: path)
    try database.run("CREATE TRIGGER full BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    await #expect(throws: StoreFault.unusable("the disk is full")) {
      try await store.write([.putChange(change), .setNote("cursor", "c")])
    }
    #expect(try await store.changes().isEmpty)
    // And it goes on after that.
    try database.run("DROP TRIGGER full")
    try await store.write([.putChange(change), .setNote("cursor", "c")])
    #expect(try await store.changes() == [change])
  }

  @Test func aChangeThatCannotBeReadStaysUntilSomebodyGivesItUp() async throws {
    let path = temporaryFile()
    let store = try SQLiteStore(path: path)
    try await store.write([.putChange(change)])
    try Database(path: path).run("INSERT INTO changes (key, sequence, data) VALUES ('half', 2, '{\"operation\":\"Log')")
    #expect(try await store.changes() == [change, StoredChange(key: "half", sequence: 2, data: .null)])
    try await store.write([.removeChange(key: "half")])
    #expect(try await store.changes() == [change])
  }

  @Test func anOlderStoreIsBroughtUpToDateWithAllThatIsInIt() async throws {
    let path = temporaryFile()
    do {
      let old = try Database(path: path)
      try old.run(
        "CREATE TABLE objects (id TEXT PRIMARY KEY, type TEXT NOT NULL, parent TEXT, position TEXT NOT NULL, version INTEGER, data TEXT NOT NULL) WITHOUT ROWID"
      )
      try old.run("CREATE TABLE changes (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL, data TEXT NOT NULL)")
      try old.run("CREATE TABLE notes (name TEXT PRIMARY KEY, data TEXT NOT NULL)")
      try old.run("INSERT INTO objects VALUES ('goal_1', 'Goal', NULL, 'goal_1', 2, '{\"title\":\"Old\"}')")
      try old.run("INSERT INTO changes VALUES ('k1', 1, '{\"operation\":\"LogProgress\"}')")
      try old.run("PRAGMA user_version = 1")
    }
    let store = try SQLiteStore(path: path)
    #expect(try await store.object(ObjectID("goal_1"))?.data["title"] == "Old")
    #expect(try await store.object(ObjectID("goal_1"))?.epoch == 0)
    #expect(try await store.changes() == [change])
  }

  @Test func aStoreOfANewerVersionIsLeftAlone() throws {
    let path = temporaryFile()
    try Database(path: path).run("PRAGMA user_version = 99")
    #expect(throws: StoreFault.tooNew(version: 99)) { try SQLiteStore(path: path) }
  }

  @Test func whatIsNoDatabaseIsSaidSo() throws {
    let path = temporaryFile()
    try Data(repeating: 65, count: 4096).write(to: URL(fileURLWithPath: path))
    #expect(throws: StoreFault.self) { try SQLiteStore(path: path) }
    #expect(throws: StoreFault.self) { try SQLiteStore(path: "/nowhere/at/all.sqlite") }
  }

  @Test func anObjectThatCannotBeReadCountsAsAbsent() async throws {
    let path = temporaryFile()
    let store = try SQLiteStore(path: path)
    try Database(path: path).run("INSERT INTO objects (id, type, position, data) VALUES ('goal_1', 'Goal', '', '{')")
    #expect(try await store.object(ObjectID("goal_1")) == nil)
    #expect(try await store.objects(StoreQuery(type: "Goal")).isEmpty)
  }
}

@Suite struct ManyEntries {
  @Test func fiftyThousandEntriesOpenColdAndAreReadByGoal() async throws {
    let path = temporaryFile()
    let clock = ContinuousClock()
    do {
      let store = try SQLiteStore(path: path)
      for part in 0..<50 {
        try await store.write(
          (0..<1000).map { number in
            let n = part * 1000 + number
            let day = "20\(10 + n % 15)-0\(1 + n % 9)-1\(n % 10)"
            return .put(
              StoredObject(
                id: ObjectID("entry_\(n)"), type: "ProgressEntry", parent: ObjectID("goal_\(n % 50)"), order: day, version: 1,
                data: ["id": .string("entry_\(n)"), "value": "12.5", "localDate": .string(day), "note": "A note of usual length."]))
          })
      }
    }
    let before = residentKilobytes()
    var found: [StoredObject] = []
    let cold = try await clock.measure {
      let store = try SQLiteStore(path: path)
      found = try await store.objects(StoreQuery(type: "ProgressEntry", parent: ObjectID("goal_7"), limit: 100))
      #expect(try await store.count(type: "ProgressEntry") == 50_000)
    }
    print("Cold start with 50,000 entries and one goal's latest hundred: \(cold), \(residentKilobytes() - before) kB more memory.")
    #expect(found.count == 100)
    #expect(found.map(\.order) == found.map(\.order).sorted(by: >))
    #expect(cold < .seconds(5))
  }

  /// What the process has in memory; 0 where the system does not tell it this way.
  func residentKilobytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }.flatMap { line in Int(line.filter(\.isNumber)) } ?? 0
  }
}
