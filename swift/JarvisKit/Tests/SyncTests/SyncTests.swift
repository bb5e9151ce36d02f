import Foundation
import Graph
import Models
import Persistence
import PersistenceSQLite
import Testing

@testable import Sync

/// A person's device: a store, and the engine over it.
struct Device {
  let engine: SyncEngine
  let store: any Store
  let clock: TestClock

  init(_ server: FakeServer, clock: TestClock = TestClock(), store: any Store = MemoryStore(), owner: String = "user_1") {
    self.clock = clock
    self.store = store
    engine = SyncEngine(graph: server.client, store: store, owner: owner, surroundings: clock.surroundings)
  }

  func title(_ id: ObjectID) async throws -> String? { try await engine.object(id)?.data["title"]?.text }
  func log(_ value: Int, for goal: ObjectID, note: String? = nil) async throws -> ObjectID {
    try await engine.logProgress(
      ProgressDraft(
        goal: goal, value: Amount(Decimal(value)), localDate: LocalDate(clock.now, in: .gmt), occurredAt: clock.now,
        timeZone: "Europe/Berlin",
        note: note))
  }
  func entries(_ goal: ObjectID) async throws -> [StoredObject] {
    try await engine.objects(StoreQuery(type: "ProgressEntry", parent: goal))
  }
}

let run = ObjectID("goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6")

func serverWithGoal() async -> FakeServer {
  let server = FakeServer()
  await server.makeGoal(run.rawValue, title: "Run")
  return server
}

@Suite struct Offline {
  @Test func whatIsAddedAtOnceHasAnOrder() async throws {
    let device = Device(await serverWithGoal())
    await device.engine.sync()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for value in 1...20 { group.addTask { _ = try await device.log(value, for: run) } }
      try await group.waitForAll()
    }
    #expect(try await device.engine.pending().map(\.sequence) == Array(1...20))
  }

  @Test func whatIsMadeOfflineIsSeenAtOnceAndSentLater() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    await server.trouble(Array(repeating: .lost, count: 100))
    let goal = try await device.engine.createGoal(["title": "Read", "kind": "NUMERIC"])
    let entry = try await device.log(5, for: goal, note: "p. 5")
    try await device.engine.update(goal, ["title": "Read more"])
    let offline = await device.engine.sync()
    #expect(try await device.title(goal) == "Read more")
    #expect(try await device.entries(goal).map(\.id) == [entry])
    #expect(offline.pending == 3)
    guard case .waiting(_, .network) = offline.phase else {
      Issue.record("\(offline)")
      return
    }
    await server.trouble([])
    let online = await device.engine.sync()
    #expect(online.phase == .idle)
    #expect(online.pending == 0)
    #expect(await server.goals[goal.rawValue]?["title"] == "Read more")
    #expect(await server.entries[entry.rawValue]?["value"] == "5")
    #expect(try await device.title(goal) == "Read more")
  }

  @Test func whatWasNeverSentIsForgottenWhenItIsDeleted() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    let goal = try await device.engine.createGoal(["title": "Read", "kind": "NUMERIC"])
    _ = try await device.log(5, for: goal)
    try await device.engine.delete(goal)
    #expect(try await device.engine.pending().isEmpty)
    await device.engine.sync()
    #expect(await server.goals.count == 1)
  }

  @Test func anUpdateThatChangesNothingIsNotSent() async throws {
    let device = Device(await serverWithGoal())
    await device.engine.sync()
    try await device.engine.update(run, ["title": "Run"])
    #expect(try await device.engine.pending().isEmpty)
  }

  @Test func whatIsNotHereCannotBeChanged() async throws {
    let device = Device(await serverWithGoal())
    await #expect(throws: UserError.self) { try await device.engine.update(ObjectID("goal_x"), ["title": "a"]) }
    await #expect(throws: UserError.self) { try await device.engine.completeGoal(ObjectID("goal_x")) }
    try await device.engine.delete(ObjectID("goal_x"))
    #expect(try await device.engine.pending().isEmpty)
  }

  @Test func aDayCanBeSkippedAGoalCompletedAndAnEntryChangedAndDeleted() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let entry = try await device.log(1, for: run)
    let day = try #require(LocalDate("2026-05-01"))
    let skip = try await device.engine.skipDay(goal: run, on: day, note: "ill")
    try await device.engine.completeGoal(run)
    await device.engine.sync()
    #expect(await server.entries[skip.rawValue]?["skip"] == true)
    #expect(await server.goals[run.rawValue]?["status"] == "COMPLETED")
    try await device.engine.update(entry, ["value": "2", "localDate": "2026-04-01"])
    #expect(try await device.engine.objects(StoreQuery(type: "ProgressEntry", parent: run, from: "2026-05-01")).map(\.id) == [skip])
    try await device.engine.delete(skip)
    #expect(try await device.entries(run).map(\.id) == [entry])
    let status = await device.engine.sync()
    #expect(status.pending == 0)
    #expect(await server.entries[entry.rawValue]?["value"] == "2")
    #expect(await server.entries[skip.rawValue] == nil)
    try await device.engine.delete(run)
    await device.engine.sync()
    #expect(await server.goals.isEmpty)
    #expect(try await device.engine.object(run) == nil)
  }
}

@Suite struct Faults {
  @Test func anAnswerThatGotLostIsAskedForAgainAndTheChangeIsDoneOnce() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let entry = try await device.log(5, for: run)
    try await device.engine.update(run, ["title": "Run far"])
    await server.trouble([.answerLost])
    await device.engine.sync()
    #expect(try await device.entries(run).map(\.id) == [entry])
    await server.trouble([.answerLost, .answerLost])
    for _ in 0..<4 { await device.engine.sync() }
    #expect(await server.done == [entry.rawValue: 1, run.rawValue: 1])
    #expect(await device.engine.status().pending == 0)
  }

  @Test func anAnswerThatGotLostForMoreThanADayIsNoConflict() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let entry = try await device.log(5, for: run)
    try await device.engine.update(run, ["title": "Run far"])
    await server.trouble([.answerLost])
    await device.engine.sync()
    await server.trouble([nil, .answerLost])
    await device.engine.sync()
    // The server forgets keys after a day.
    await server.forgetKeys()
    device.clock.advance(90_000)
    let status = await device.engine.sync()
    #expect(status == SyncStatus(phase: .idle, pending: 0, needPerson: 0, completeAt: device.clock.now))
    #expect(await server.done == [entry.rawValue: 1, run.rawValue: 1])
  }

  @Test(arguments: 0..<20) func aNetworkThatFlapsLosesNothingAndDoesNothingTwice(seed: Int) async throws {
    let server = await serverWithGoal()
    await server.set(pageSize: 3)
    let device = Device(server)
    for _ in 0..<seed { _ = device.clock.random() }
    await device.engine.sync()
    var made: [ObjectID] = []
    for round in 0..<6 {
      for n in 0..<3 { made.append(try await device.log(10 * round + n, for: run)) }
      made.append(try await device.engine.createGoal(["title": .string("Goal \(round)"), "kind": "NUMERIC"]))
      try await device.engine.update(run, ["title": .string("Run \(round)")])
      await server.trouble(
        (0..<30).map { _ in
          let chance = device.clock.random()
          if chance < 0.2 { return .lost }
          if chance < 0.4 { return .answerLost }
          if chance < 0.5 { return .fault(.server(message: "500", retryAfter: nil)) }
          return chance < 0.55 ? .fault(.rateLimited(retryAfter: 3)) : nil
        })
      await device.engine.sync()
      device.clock.advance(1000)
    }
    await server.trouble([])
    for _ in 0..<3 {
      await device.engine.sync()
      device.clock.advance(1000)
    }
    let status = await device.engine.status()
    #expect(status.phase == .idle)
    #expect(status.pending == 0)
    for id in made { #expect(await server.done[id.rawValue] == 1) }
    #expect(await server.goals[run.rawValue]?["title"] == "Run 5")
    #expect(try await device.entries(run).count == 18)
    #expect(await server.entries.count == 18)
  }

  @Test func aServerThatIsAwayIsAskedLessAndLessOften() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await server.trouble(Array(repeating: .fault(.server(message: "502", retryAfter: nil)), count: 100))
    var waits: [TimeInterval] = []
    for _ in 0..<12 {
      guard case .waiting(let until, .server) = await device.engine.sync().phase else { break }
      waits.append(until.timeIntervalSince(device.clock.now))
    }
    #expect(waits.count == 12)
    #expect(waits.first.map { $0 <= 1 } == true)
    #expect(waits.last.map { (150...300).contains($0) } == true)
  }

  @Test func aChangeThatTheServerChokesOnDoesNotHoldUpTheOthers() async throws {
    let server = await serverWithGoal()
    let other = ObjectID("goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f7")
    await server.makeGoal(other.rawValue, title: "Read")
    let device = Device(server)
    await device.engine.sync()
    await server.fail(withNote: "poison")
    _ = try await device.log(1, for: run, note: "poison")
    let entry = try await device.log(2, for: other)
    let status = await device.engine.sync()
    #expect(await server.entries[entry.rawValue] != nil)
    #expect(status.pending == 1)
    guard case .waiting(_, .change) = status.phase else {
      Issue.record("\(status)")
      return
    }
  }

  @Test func aServerThatFailsInTheMiddleOfASyncIsGoneOnWithFromThere() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let first = try await device.log(1, for: run)
    await server.set(pageSize: 2)
    await server.makeEntries(7, goal: run.rawValue)
    let before = await server.requests.count
    // The entry is sent, one page of changes comes with the goal that it concerns, and then the server is gone.
    await server.trouble([nil, nil, nil, .fault(.server(message: "502", retryAfter: 7))])
    guard case .waiting(let until, .server) = await device.engine.sync().phase else {
      Issue.record("It does not wait.")
      return
    }
    #expect(until.timeIntervalSince(device.clock.now) >= 7)
    #expect(await server.requests.count == before + 4)
    #expect(await device.engine.sync().phase == .idle)
    #expect(await server.done == [first.rawValue: 1])
    #expect(try await device.entries(run).count == 8)
    // Three pages more, each with the goal.
    #expect(await server.requests.count == before + 10)
  }

  @Test func signedOutInTheMiddleOfASyncKeepsWhatWaits() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let first = try await device.log(1, for: run)
    let second = try await device.log(2, for: run)
    await server.trouble([nil, .fault(.unauthenticated)])
    let status = await device.engine.sync()
    #expect(status.phase == .signedOut)
    #expect(status.pending == 1)
    let after = await device.engine.sync()
    #expect(after.phase == .idle)
    #expect(await server.done == [first.rawValue: 1, second.rawValue: 1])
  }

  @Test(arguments: [86_400.0, -86_400.0]) func aClockThatJumpsADayHoldsUpNothing(jump: TimeInterval) async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let entry = try await device.log(1, for: run)
    await server.trouble([.fault(.server(message: "500", retryAfter: nil))])
    await device.engine.sync()
    device.clock.advance(jump)
    let status = await device.engine.sync()
    #expect(status.pending == 0)
    #expect(await server.done == [entry.rawValue: 1])
  }

  @Test func twoSyncsAtOnceAreOne() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    _ = try await device.log(1, for: run)
    async let a = device.engine.sync()
    async let b = device.engine.sync()
    #expect(await a == b)
    #expect(await server.requests.count { $0 == "LogProgress" } == 1)
  }

  @Test func aStoreThatBelongsToSomebodyElseIsLeftAlone() async throws {
    let server = await serverWithGoal()
    let store = MemoryStore()
    let ada = Device(server, store: store)
    await ada.engine.sync()
    _ = try await ada.log(1, for: run)
    let before = await server.requests.count
    let bob = Device(server, store: store, owner: "user_2")
    let status = await bob.engine.sync()
    #expect(status.phase == .stopped("This copy belongs to another account."))
    #expect(status.pending == 1)
    #expect(await server.requests.count == before)
  }

  @Test func aServerThatSpeaksOtherwiseStopsTheSyncAndSaysSo() async throws {
    let graph = ScriptedGraph { _ in ["changes": ["cursor": 3]] }
    let engine = SyncEngine(graph: graph.client, store: MemoryStore(), owner: "user_1", surroundings: TestClock().surroundings)
    guard case .stopped = await engine.sync().phase else {
      Issue.record("It goes on.")
      return
    }
  }

  @Test func aCopyThatIsLoadedForAnotherAccountIsStopped() async throws {
    let device = Device(await serverWithGoal(), owner: "user_2")
    guard case .stopped = await device.engine.sync().phase else {
      Issue.record("It goes on.")
      return
    }
    #expect(try await device.store.count(type: "Goal") == 0)
  }
}

@Suite struct Crashes {
  /// A store that ends its process at the n-th write.
  actor CrashingStore: Store {
    struct Crash: Error {}
    let store: any Store
    var writesLeft: Int
    init(_ store: any Store, after writes: Int) {
      self.store = store
      writesLeft = writes
    }
    func write(_ writes: [StoreWrite]) async throws {
      guard writesLeft > 0 else { throw Crash() }
      writesLeft -= 1
      try await store.write(writes)
    }
    func object(_ id: ObjectID) async throws -> StoredObject? { try await store.object(id) }
    func objects(_ query: StoreQuery) async throws -> [StoredObject] { try await store.objects(query) }
    func count(type: String) async throws -> Int { try await store.count(type: type) }
    func changes() async throws -> [StoredChange] { try await store.changes() }
    func note(_ name: String) async throws -> JSONValue? { try await store.note(name) }
  }

  @Test(arguments: 0..<14) func aCrashAtAnyWriteLosesNothingAndDoesNothingTwice(writes: Int) async throws {
    let server = await serverWithGoal()
    await server.set(pageSize: 2)
    await server.makeEntries(5, goal: run.rawValue)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("crash-\(UUID().uuidString)").path
    let clock = TestClock()
    var made: [ObjectID] = []
    do {
      let device = Device(server, clock: clock, store: try SQLiteStore(path: path))
      made.append(try await device.log(1, for: run))
      made.append(try await device.engine.createGoal(["title": "Read", "kind": "NUMERIC"]))
      made.append(try await device.log(2, for: made[1]))
      let crashing = Device(server, clock: clock, store: CrashingStore(device.store, after: writes))
      await crashing.engine.sync()
    }
    let restarted = Device(server, clock: clock, store: try SQLiteStore(path: path))
    let status = await restarted.engine.sync()
    #expect(status.phase == .idle)
    #expect(status.pending == 0)
    for id in made { #expect(await server.done[id.rawValue] == 1) }
    #expect(try await restarted.entries(run).count == 6)
    #expect(try await restarted.store.count(type: "Goal") == 2)
  }

  @Test func aChangeOfAnotherVersionOfTheAppIsKeptAndShown() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    try await device.store.write([
      .putChange(StoredChange(key: "old", sequence: 1, data: ["operation": "LogMood", "subject": "mood_1", "group": "mood_1"])),
      .putChange(StoredChange(key: "half", sequence: 2, data: .null)),
    ])
    let entry = try await device.log(1, for: run)
    let status = await device.engine.sync()
    #expect(status.pending == 2)
    #expect(status.needPerson == 2)
    #expect(await server.done == [entry.rawValue: 1])
    #expect(try await device.store.changes().map(\.key) == ["old", "half"])
    for key in ["old", "half"] { try await device.engine.settle(key, by: .keepTheirs) }
    #expect(try await device.store.changes().isEmpty)
  }

  @Test func anOperationThatThisVersionDoesNotKnowIsNotSent() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    var change = try await device.engine.add(.logProgress, input: [:], subject: run, group: run, edit: .delete)
    change.operation = "LogMood"
    try await device.store.write([.putChange(try change.stored)])
    #expect(await device.engine.sync().needPerson == 1)
    #expect(await server.requests.contains("LogMood") == false)
  }
}

@Suite struct TwoDevices {
  func pair() async throws -> (FakeServer, Device, Device) {
    let server = await serverWithGoal()
    let (phone, mac) = (Device(server), Device(server, clock: TestClock(seed: 1)))
    await phone.engine.sync()
    await mac.engine.sync()
    return (server, phone, mac)
  }

  @Test func whatOneDeviceDoesTheOtherOneSees() async throws {
    let (_, phone, mac) = try await pair()
    let entry = try await phone.log(5, for: run)
    await phone.engine.sync()
    await mac.engine.sync()
    #expect(try await mac.entries(run).map(\.id) == [entry])
    try await mac.engine.delete(entry)
    await mac.engine.sync()
    await phone.engine.sync()
    #expect(try await phone.entries(run).isEmpty)
  }

  @Test func aGoalIsReckonedAnewWhenAnEntryCameOrWent() async throws {
    let (server, phone, mac) = try await pair()
    let entry = try await phone.log(5, for: run)
    await phone.engine.sync()
    #expect(try await mac.engine.object(run)?.data["reckoned"] == nil)
    await mac.engine.sync()
    #expect(try await mac.engine.object(run)?.data["reckoned"] == 1)
    await server.change(run.rawValue, ["title": "Walk"])
    await mac.engine.sync()
    #expect(try await mac.engine.object(run)?.data["reckoned"] == nil)
    await server.remove(entry.rawValue)
    await mac.engine.sync()
    #expect(try await mac.engine.object(run)?.data["reckoned"] == 1)
  }

  @Test func differentFieldsOfOneGoalAreBothKeptWithoutAsking() async throws {
    let (server, phone, mac) = try await pair()
    try await phone.engine.update(run, ["title": "Run far"])
    try await mac.engine.update(run, ["unit": "km"])
    await phone.engine.sync()
    let status = await mac.engine.sync()
    #expect(status.needPerson == 0)
    #expect(status.pending == 0)
    #expect(await server.goals[run.rawValue]?["title"] == "Run far")
    #expect(await server.goals[run.rawValue]?["unit"] == "km")
  }

  @Test func theSameChangeOnBothIsNoConflict() async throws {
    let (_, phone, mac) = try await pair()
    for device in [phone, mac] { try await device.engine.update(run, ["title": "Run far"]) }
    await phone.engine.sync()
    #expect(await mac.engine.sync().pending == 0)
  }

  func conflict() async throws -> (FakeServer, Device, PendingChange) {
    let (server, phone, mac) = try await pair()
    try await phone.engine.update(run, ["title": "Run far"])
    try await mac.engine.update(run, ["title": "Run fast", "unit": "mi"])
    await phone.engine.sync()
    let status = await mac.engine.sync()
    #expect(status.needPerson == 1)
    let change = try #require(try await mac.engine.pending().first)
    guard case .conflict(let current) = change.state else { throw GraphFault.offline }
    #expect(current?["title"] == "Run far")
    // Until the person chooses, they see their own.
    #expect(try await mac.title(run) == "Run fast")
    #expect(
      await mac.engine.choices(for: change) == [.keepMine, .keepTheirs, .keepMineOnly(fields: ["title"]), .keepMineOnly(fields: ["unit"])])
    return (server, mac, change)
  }

  @Test func aConflictWaitsForThePersonWhoKeepsTheirOwn() async throws {
    let (server, mac, change) = try await conflict()
    #expect(await mac.engine.sync().needPerson == 1)
    try await mac.engine.settle(change.key, by: .keepMine)
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.goals[run.rawValue]?["title"] == "Run fast")
    #expect(await server.goals[run.rawValue]?["unit"] == "mi")
  }

  @Test func aConflictWaitsForThePersonWhoKeepsTheOther() async throws {
    let (server, mac, change) = try await conflict()
    try await mac.engine.settle(change.key, by: .keepTheirs)
    #expect(try await mac.title(run) == "Run far")
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.goals[run.rawValue]?["title"] == "Run far")
  }

  @Test func aConflictWaitsForThePersonWhoKeepsOneField() async throws {
    let (server, mac, change) = try await conflict()
    try await mac.engine.settle(change.key, by: .keepMineOnly(fields: ["unit"]))
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.goals[run.rawValue]?["title"] == "Run far")
    #expect(await server.goals[run.rawValue]?["unit"] == "mi")
  }

  @Test func aThirdChangeWhileThePersonChoosesIsAConflictAgain() async throws {
    let (server, mac, change) = try await conflict()
    await server.change(run.rawValue, ["title": "Walk"])
    try await mac.engine.settle(change.key, by: .keepMine)
    #expect(await mac.engine.sync().needPerson == 1)
    #expect(await server.goals[run.rawValue]?["title"] == "Walk")
  }

  @Test func otherGoalsGoOnWhileOneWaitsForThePerson() async throws {
    let (server, mac, _) = try await conflict()
    let goal = try await mac.engine.createGoal(["title": "Read", "kind": "NUMERIC"])
    await mac.engine.sync()
    #expect(await server.goals[goal.rawValue] != nil)
  }

  @Test func aGoalThatWasDeletedElsewhereIsSaidToBeGone() async throws {
    let (server, phone, mac) = try await pair()
    try await mac.engine.update(run, ["title": "Run fast"])
    await phone.engine.sync()
    try await phone.engine.delete(run)
    await phone.engine.sync()
    #expect(await mac.engine.sync().needPerson == 1)
    let change = try #require(try await mac.engine.pending().first)
    #expect(change.state == .conflict(current: nil))
    #expect(await mac.engine.choices(for: change) == [.keepTheirs])
    try await mac.engine.settle(change.key, by: .keepTheirs)
    #expect(try await mac.engine.object(run) == nil)
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.goals.isEmpty)
  }

  @Test func bothDeleteAndBothAreDone() async throws {
    let (_, phone, mac) = try await pair()
    for device in [phone, mac] { try await device.engine.delete(run) }
    await phone.engine.sync()
    #expect(await mac.engine.sync().pending == 0)
  }

  @Test func aDeletionOfWhatSomebodyChangedMeanwhileIsAsked() async throws {
    let (server, phone, mac) = try await pair()
    try await phone.engine.update(run, ["title": "Run far"])
    try await mac.engine.delete(run)
    await phone.engine.sync()
    #expect(await mac.engine.sync().needPerson == 1)
    #expect(await server.goals[run.rawValue]?["title"] == "Run far")
  }

  @Test func severalEditsOfOneGoalGoOutOneAfterTheOther() async throws {
    let (server, phone, _) = try await pair()
    for n in 1...5 { try await phone.engine.update(run, ["title": .string("Run \(n)")]) }
    #expect(await phone.engine.sync().pending == 0)
    #expect(await server.goals[run.rawValue]?["title"] == "Run 5")
    #expect(await server.goals[run.rawValue]?["version"] == 6)
  }
}

@Suite struct Refusals {
  @Test func whatTheServerRefusesWaitsForThePersonWithWhatHangsOnIt() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let goal = try await device.engine.createGoal(["title": "", "kind": "NUMERIC"])
    let entry = try await device.log(1, for: goal)
    let other = try await device.log(2, for: run)
    let status = await device.engine.sync()
    #expect(status.needPerson == 1)
    #expect(status.pending == 2)
    #expect(await server.done == [other.rawValue: 1])
    let change = try #require(try await device.engine.pending().first)
    #expect(change.state == .refused([UserError(code: "INVALID", message: "m", path: ["title"])]))
    #expect(await device.engine.choices(for: change) == [.keepMine, .keepTheirs])
    // To try again is refused again; to give up takes the entry along.
    try await device.engine.settle(change.key, by: .keepMine)
    #expect(await device.engine.sync().needPerson == 1)
    let again = try #require(try await device.engine.pending().first)
    try await device.engine.settle(again.key, by: .keepTheirs)
    #expect(await device.engine.sync().pending == 0)
    #expect(await server.entries[entry.rawValue] == nil)
  }

  @Test func onlyWhatWaitsForThePersonCanBeSettled() async throws {
    let device = Device(await serverWithGoal())
    _ = try await device.log(1, for: run)
    let change = try #require(try await device.engine.pending().first)
    #expect(await device.engine.choices(for: change).isEmpty)
    try await device.engine.settle(change.key, by: .keepTheirs)
    try await device.engine.settle("unknown", by: .keepMine)
    #expect(try await device.engine.pending() == [change])
  }

  @Test func whatTheGraphItselfRefusesWaitsForThePerson() {
    let change = PendingChange(
      key: "k", sequence: 1, operation: "LogProgress", input: [:], subject: run, group: run, edit: .delete, expectedVersion: nil,
      madeAt: .now)
    #expect(Outcome(of: change, fault: .refused(code: "FORBIDDEN", message: "m")) == .refused([UserError(code: "FORBIDDEN", message: "m")]))
    #expect(Outcome(of: change, fault: .unreadable("u")) == .refused([UserError(code: "UNREADABLE", message: "u")]))
    // The same key is under way at the server.
    #expect(Outcome(of: change, fault: .refused(code: "CONFLICT", message: "m")) == .later(retryAfter: nil))
    #expect(Outcome(of: change, fault: .rateLimited(retryAfter: 4)) == .later(retryAfter: 4))
  }
}

@Suite struct LoadingEverything {
  @Test func aNewDeviceLoadsEverythingPageByPage() async throws {
    let server = await serverWithGoal()
    for n in 0..<7 { await server.makeGoal("goal_\(n)", title: "Goal \(n)") }
    await server.makeEntries(10, goal: run.rawValue)
    await server.makeEntries(3, goal: "goal_3")
    await server.set(pageSize: 3)
    let device = Device(server)
    #expect(await device.engine.sync().phase == .idle)
    #expect(try await device.store.count(type: "Goal") == 8)
    #expect(try await device.store.count(type: "ProgressEntry") == 13)
  }

  @Test func aCopyThatIsTooOldIsLoadedAnewAndWhatWaitsIsKept() async throws {
    let server = await serverWithGoal()
    await server.makeGoal("goal_gone", title: "Gone")
    await server.makeEntries(4, goal: "goal_gone")
    let device = Device(server)
    await device.engine.sync()
    let entry = try await device.log(1, for: run)
    await server.remove("goal_gone")
    await server.makeGoal("goal_new", title: "New")
    await server.forgetEvents()
    #expect(await device.engine.sync().phase == .idle)
    #expect(try await device.store.object(ObjectID("goal_gone")) == nil)
    #expect(try await device.store.object(ObjectID("goal_new")) != nil)
    #expect(await server.done == [entry.rawValue: 1])
    #expect(try await device.entries(run).map(\.id) == [entry])
  }

  @Test func aLoadingThatIsBrokenOffGoesOnWhereItWas() async throws {
    let server = await serverWithGoal()
    await server.makeEntries(10, goal: run.rawValue)
    await server.set(pageSize: 2)
    let device = Device(server)
    await server.trouble([nil, nil, nil, nil, nil, .lost])
    guard case .waiting = await device.engine.sync().phase else {
      Issue.record("It did not break off.")
      return
    }
    let before = await server.requests.count
    #expect(await device.engine.sync().phase == .idle)
    // Three pages are left, and what changed meanwhile.
    #expect(await server.requests.count - before == 4)
    #expect(try await device.store.count(type: "ProgressEntry") == 10)
  }

  @Test func aGoalThatIsDeletedWhileEverythingIsLoadedIsGoneAtTheEnd() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await server.trouble([nil, nil, nil, .lost])
    await device.engine.sync()
    await server.remove(run.rawValue)
    #expect(await device.engine.sync().phase == .idle)
    #expect(try await device.store.count(type: "Goal") == 0)
  }

  /// As many as `JARVIS_ENTRIES` says, e.g. 50000.
  @Test func manyEntriesAreLoadedAndBroughtUpToDate() async throws {
    let size = ProcessInfo.processInfo.environment["JARVIS_ENTRIES"].flatMap { Int($0) } ?? 2_000
    let server = await serverWithGoal()
    await server.set(pageSize: 500)
    await server.makeEntries(size / 10, goal: run.rawValue)
    let device = Device(server, store: try SQLiteStore(path: ":memory:"))
    await device.engine.sync()
    // Pages of changes, as after a long time without a network.
    for part in 0..<9 {
      await server.makeGoal("goal_\(part)", title: "Goal")
      await server.makeEntries(size / 10, goal: "goal_\(part)")
    }
    let clock = ContinuousClock()
    let spent = await clock.measure { #expect(await device.engine.sync().phase == .idle) }
    print("\(size / 10 * 9) changes fetched in \(spent).")
    #expect(try await device.store.count(type: "ProgressEntry") == size / 10 * 10)
  }
}

@Suite struct Statuses {
  @Test func whoWatchesIsToldAsItGoes() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    let stream = await device.engine.statuses()
    _ = try await device.log(1, for: run)
    await device.engine.sync()
    var seen: [SyncStatus] = []
    for await status in stream {
      seen.append(status)
      if status.phase == .idle, status.pending == 0, seen.count > 1 { break }
    }
    #expect(seen.first == SyncStatus())
    #expect(seen.contains { $0.pending == 1 })
    #expect(seen.contains { $0.phase == .loadingEverything })
    #expect(seen.last?.completeAt == device.clock.now)
  }
}
