import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Sync

let body = ObjectID("area_0192f3a1b2c37d4e8f90a1b2c3d4e5f6")
let mind = ObjectID("area_0192f3a1b2c37d4e8f90a1b2c3d4e5f7")

@Suite struct LifeAreas {
  func pair() async throws -> (FakeServer, Device, Device) {
    let server = await serverWithGoal()
    await server.makeArea(body.rawValue, name: "Body", position: 0)
    await server.makeArea(mind.rawValue, name: "Mind", position: 1)
    let (phone, mac) = (Device(server), Device(server, clock: TestClock(seed: 1)))
    await phone.engine.sync()
    await mac.engine.sync()
    return (server, phone, mac)
  }

  func names(_ device: Device) async throws -> [String] {
    try await device.engine.objects(StoreQuery(type: "LifeArea"))
      .sorted { ($0.data["position"]?.number ?? 0) < ($1.data["position"]?.number ?? 0) }.compactMap { $0.data["name"]?.text }
  }

  @Test func aNewDeviceLoadsThemWithTheirNotes() async throws {
    let server = FakeServer()
    await server.set(pageSize: 2)
    for n in 0..<5 {
      await server.makeArea("area_\(n)", name: "Area \(n)", position: n)
      for m in 0..<n { await server.makeNote("note_\(n)\(m)", area: "area_\(n)") }
    }
    let device = Device(server)
    #expect(await device.engine.sync().phase == .idle)
    #expect(try await names(device) == (0..<5).map { "Area \($0)" })
    #expect(try await device.engine.objects(StoreQuery(type: "LifeAreaNote", parent: ObjectID("area_4"))).count == 4)
    #expect(try await device.store.count(type: "LifeAreaNote") == 10)
  }

  @Test func whatIsMadeOfflineIsSentInAnOrderThatTheServerUnderstands() async throws {
    let (server, phone, mac) = try await pair()
    await server.trouble(Array(repeating: .lost, count: 50))
    let area = try await phone.engine.createLifeArea(["name": "Home", "areaKind": "PRODUCTIVITY", "color": "#3A7BD5"])
    let note = try await phone.engine.addNote(lifeArea: area, text: "Less is more.")
    let goal = try await phone.engine.createGoal(["title": "Tidy", "kind": "CUSTOM", "lifeArea": ["id": .string(area.rawValue)]])
    let step = try await phone.engine.createMilestone(goal: goal, ["title": "Cellar"])
    try await phone.engine.arrangeLifeAreas([area, mind])
    await phone.engine.sync()
    #expect(try await names(phone) == ["Home", "Mind", "Body"])
    #expect(try await phone.engine.object(goal)?.data["lifeArea"]?["id"]?.text == area.rawValue)
    await server.trouble([])
    #expect(await phone.engine.sync().pending == 0)
    #expect(await server.objects[area.rawValue]?["kind"] == "PRODUCTIVITY")
    #expect(await server.objects[note.rawValue]?["lifeArea"]?["id"]?.text == area.rawValue)
    #expect(await server.objects[goal.rawValue]?["lifeArea"]?["id"]?.text == area.rawValue)
    #expect(await server.objects[step.rawValue]?["goal"]?["id"]?.text == goal.rawValue)
    await mac.engine.sync()
    #expect(try await names(mac) == ["Home", "Mind", "Body"])
    #expect(try await mac.engine.objects(StoreQuery(type: "Milestone", parent: goal)).map(\.id) == [step])
  }

  @Test func aGoalWaitsForTheAreaThatItIsIn() async throws {
    let (server, phone, _) = try await pair()
    let area = try await phone.engine.createLifeArea(["name": "Home", "areaKind": "WORK"])
    let goal = try await phone.engine.createGoal(["title": "Tidy", "kind": "CUSTOM", "lifeArea": ["id": .string(area.rawValue)]])
    let other = try await phone.engine.createGoal(["title": "Read", "kind": "CUSTOM"])
    await server.trouble([.fault(.server(message: "500", retryAfter: nil))])
    await phone.engine.sync()
    #expect(await server.goals[other.rawValue] != nil)
    #expect(await server.goals[goal.rawValue] == nil)
    #expect(await phone.engine.status().needPerson == 0)
    phone.clock.advance(60)
    #expect(await phone.engine.sync().pending == 0)
    #expect(await server.goals[goal.rawValue]?["lifeArea"]?["id"]?.text == area.rawValue)
  }

  @Test func aGoalLosesTheAreaThatIsGivenUpBeforeItWasMade() async throws {
    let (server, phone, _) = try await pair()
    let area = try await phone.engine.createLifeArea(["name": "Home", "areaKind": "WORK"])
    _ = try await phone.engine.addNote(lifeArea: area, text: "x")
    let goal = try await phone.engine.createGoal(["title": "Tidy", "kind": "CUSTOM", "lifeArea": ["id": .string(area.rawValue)]])
    try await phone.engine.update(run, ["lifeArea": ["id": .string(area.rawValue)]])
    try await phone.engine.arrangeLifeAreas([area])
    try await phone.engine.delete(area)
    #expect(try await phone.engine.pending().map(\.subject) == [goal])
    #expect(try await phone.engine.object(goal)?.data["lifeArea"] == nil)
    #expect(await phone.engine.sync().pending == 0)
    #expect(await server.goals[goal.rawValue]?["lifeArea"] == nil)
    #expect(await server.all("area").count == 2)
  }

  @Test func differentFieldsAreBothKeptAndTheSameOneIsAConflict() async throws {
    let (server, phone, mac) = try await pair()
    try await phone.engine.update(body, ["name": "Fitness"])
    try await mac.engine.update(body, ["color": "#FF0000"])
    await phone.engine.sync()
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.objects[body.rawValue]?["name"] == "Fitness")
    #expect(await server.objects[body.rawValue]?["color"] == "#FF0000")
    await phone.engine.sync()
    try await phone.engine.update(body, ["name": "Sport"])
    try await mac.engine.update(body, ["name": "Health", "areaKind": "LEARNING"])
    await phone.engine.sync()
    #expect(await mac.engine.sync().needPerson == 1)
    let change = try #require(try await mac.engine.pending().first)
    try await mac.engine.settle(change.key, by: .keepMineOnly(fields: ["areaKind"]))
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.objects[body.rawValue]?["name"] == "Sport")
    #expect(await server.objects[body.rawValue]?["kind"] == "LEARNING")
  }

  @Test func anOrderMadeOfflineMeetsAnotherDevicesEditsAndDeletions() async throws {
    let (server, phone, mac) = try await pair()
    await server.makeArea("area_0", name: "Work", position: 2)
    await phone.engine.sync()
    try await phone.engine.arrangeLifeAreas([ObjectID("area_0"), body])
    try await phone.engine.arrangeLifeAreas([ObjectID("area_0"), mind, body])
    #expect(try await phone.engine.pending().count == 1)
    #expect(try await names(phone) == ["Work", "Mind", "Body"])
    try await phone.engine.update(body, ["name": "Fitness"])
    try await mac.engine.delete(mind)
    await mac.engine.sync()
    #expect(await phone.engine.sync().pending == 0)
    #expect(try await names(phone) == ["Work", "Fitness"])
    #expect(await server.objects["area_0"]?["position"] == 0)
  }

  @Test func anOrderOfAreasThatAreAllGoneIsNothingToDo() async throws {
    let (server, phone, _) = try await pair()
    try await phone.engine.arrangeLifeAreas([mind, body])
    await server.remove(mind.rawValue)
    await server.remove(body.rawValue)
    #expect(await phone.engine.sync() == SyncStatus(completeAt: phone.clock.now))
  }

  @Test func whatIsDeletedElsewhereGoesWithItsNotes() async throws {
    let (server, phone, mac) = try await pair()
    let note = try await phone.engine.addNote(lifeArea: body, text: "Sleep.")
    await phone.engine.sync()
    await mac.engine.sync()
    #expect(try await mac.engine.object(note)?.data["text"] == "Sleep.")
    try await mac.engine.update(note, ["text": "Sleep more."])
    await mac.engine.sync()
    try await mac.engine.delete(body)
    await mac.engine.sync()
    await server.remove(note.rawValue)
    await phone.engine.sync()
    #expect(try await names(phone) == ["Mind"])
    #expect(try await phone.store.count(type: "LifeAreaNote") == 0)
  }

  @Test func aNoteThatIsDeletedHereIsDeletedEverywhere() async throws {
    let (server, phone, mac) = try await pair()
    let note = try await phone.engine.addNote(lifeArea: body, text: "Sleep.")
    await phone.engine.sync()
    await mac.engine.sync()
    try await mac.engine.delete(note)
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.objects[note.rawValue] == nil)
    await phone.engine.sync()
    #expect(try await phone.engine.object(note) == nil)
  }

  @Test func aDeletionOfAnAreaThatSomebodyChangedIsAskedAndMayBeDone() async throws {
    let (server, phone, mac) = try await pair()
    try await phone.engine.update(body, ["name": "Fitness"])
    try await mac.engine.delete(body)
    await phone.engine.sync()
    #expect(await mac.engine.sync().needPerson == 1)
    let change = try #require(try await mac.engine.pending().first)
    #expect(await mac.engine.choices(for: change) == [.keepMine, .keepTheirs])
    try await mac.engine.settle(change.key, by: .keepMine)
    #expect(await mac.engine.sync().pending == 0)
    #expect(await server.objects[body.rawValue] == nil)
  }
}

@Suite struct MilestonesAndEnds {
  @Test func aStepIsReachedAndTheGoalIsReckonedAnewOnTheOtherDevice() async throws {
    let server = await serverWithGoal()
    let (phone, mac) = (Device(server), Device(server, clock: TestClock(seed: 1)))
    let first = try await phone.engine.createMilestone(goal: run, ["title": "5 km"])
    let second = try await phone.engine.createMilestone(goal: run, ["title": "10 km", "dueDate": "2026-06-01"])
    try await phone.engine.update(first, ["reached": true, "reachedOn": "2026-05-01"])
    #expect(try await phone.engine.object(second)?.data["position"] == 1)
    await phone.engine.sync()
    await mac.engine.sync()
    try await phone.engine.delete(second)
    await phone.engine.sync()
    await mac.engine.sync()
    #expect(try await mac.engine.objects(StoreQuery(type: "Milestone", parent: run)).map(\.id) == [first])
    #expect(try await mac.engine.object(first)?.data["reached"] == true)
    #expect(try await mac.engine.object(run)?.data["reckoned"] == 1)
  }

  @Test func aGoalIsCompletedAndThatIsTakenBack() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    try await device.engine.completeGoal(run)
    try await device.engine.reopenGoal(run)
    #expect(try await device.engine.object(run)?.data["status"] == "ACTIVE")
    #expect(await device.engine.sync().pending == 0)
    #expect(await server.goals[run.rawValue]?["status"] == "ACTIVE")
    #expect(await server.done[run.rawValue] == 2)
  }
}

@Suite struct Amending {
  @Test func whatWasRefusedIsCorrectedAndSentOnceMore() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let goal = try await device.engine.createGoal(["title": "", "kind": "NUMERIC", "unit": "km"])
    let entry = try await device.log(1, for: goal)
    #expect(await device.engine.sync().needPerson == 1)
    try await device.engine.update(goal, ["title": "Run", "unit": .null])
    #expect(await device.engine.sync().pending == 0)
    #expect(await server.goals[goal.rawValue]?["title"] == "Run")
    #expect(await server.goals[goal.rawValue]?["unit"] == nil)
    #expect(await server.done == [goal.rawValue: 1, entry.rawValue: 1])
  }

  @Test func aRefusedUpdateKeepsWhatItWasMadeOn() async throws {
    let change = PendingChange(
      key: "k", sequence: 1, operation: "UpdateGoal", input: ["id": .string(run.rawValue), "title": ""], subject: run, group: run,
      edit: .update(fields: ["title": ""], before: ["title": "Run"]), expectedVersion: 3, madeAt: .now)
    let again = Outbox.amended(change, ["title": "Walk", "unit": "km"], current: ["title": "", "unit": "mi"], key: "k2")
    #expect(again.edit == .update(fields: ["title": "Walk", "unit": "km"], before: ["title": "Run", "unit": "mi"]))
    #expect(again.input == ["id": .string(run.rawValue), "title": "Walk", "unit": "km"])
    #expect(again.key == "k2")
    #expect(again.expectedVersion == 3)
  }

  @Test func whatWasRefusedIsDeletedWithoutAsking() async throws {
    let server = await serverWithGoal()
    let device = Device(server)
    await device.engine.sync()
    let goal = try await device.engine.createGoal(["title": "", "kind": "NUMERIC"])
    await device.engine.sync()
    try await device.engine.delete(goal)
    try await device.engine.update(run, ["title": "Walk"])
    await server.change(run.rawValue, ["title": "Swim"])
    #expect(await device.engine.sync().needPerson == 1)
    try await device.engine.delete(run)
    #expect(await device.engine.sync().pending == 0)
    #expect(await server.goals.isEmpty)
  }
}

@Suite struct OlderCopies {
  @Test func aCopyOfAnOlderAppIsLoadedAnewAndStaysVisibleMeanwhile() async throws {
    let server = await serverWithGoal()
    await server.makeArea(body.rawValue, name: "Body", position: 0)
    let device = Device(server)
    // As the version before wrote it: no life areas, no note of what is in it.
    try await device.store.write([
      .put(StoredObject(id: run, type: "Goal", order: run.rawValue, version: 1, data: ["id": .string(run.rawValue), "title": "Old"])),
      .put(StoredObject(id: ObjectID("goal_gone"), type: "Goal", version: 1, data: ["id": "goal_gone"])),
      .setNote("owner", "user_1"), .setNote("cursor", "2"), .setNote("epoch", 4),
    ])
    let entry = try await device.log(1, for: run)
    await server.trouble([nil, nil, .lost])
    await device.engine.sync()
    #expect(try await device.title(run) == "Old")
    #expect(await device.engine.sync().phase == .idle)
    #expect(try await device.title(run) == "Run")
    #expect(try await device.engine.object(body)?.data["name"] == "Body")
    #expect(try await device.engine.object(ObjectID("goal_gone")) == nil)
    #expect(await server.done == [entry.rawValue: 1])
    let before = await server.requests.count
    await device.engine.sync()
    #expect(await server.requests.count == before + 1)
  }

  @Test func aLoadingThatAnOlderAppBeganIsReadAndBegunAnew() async throws {
    let server = await serverWithGoal()
    await server.makeArea(body.rawValue, name: "Body", position: 0)
    let device = Device(server)
    try await device.store.write([
      .put(StoredObject(id: ObjectID("goal_gone"), type: "Goal", version: 1, data: ["id": "goal_gone"], epoch: 3)),
      .setNote("loading", ["epoch": 3, "cursor": "0", "goalsLoaded": true, "goalsAfter": "x", "entriesUpTo": "goal_z"]),
    ])
    #expect(await device.engine.sync().phase == .idle)
    #expect(try await device.title(run) == "Run")
    #expect(try await device.engine.object(body) != nil)
    #expect(try await device.engine.object(ObjectID("goal_gone")) == nil)
    #expect(try await device.engine.epoch() == 4)
    #expect(try await device.store.note("loading") == nil)
  }
}
