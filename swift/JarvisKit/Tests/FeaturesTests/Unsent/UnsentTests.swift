import Foundation
import Graph
import Models
import Persistence
import Sync
import Testing

@testable import Features

@MainActor @Suite struct UnsentChanges {
  func device() async -> Copied {
    await Copied(
      goals: [goal(1, "Run").with(["unit": "km"]), goal(2, "Read")], areas: [area(1, "Body", position: 0), area(2, "Mind", position: 1)],
      entries: [entry(1, of: 1, value: "1", day: "2026-05-01")])
  }

  @Test func theListSaysWhatThePersonDid() async throws {
    let device = await device()
    let engine = device.engine
    let model = UnsentModel(engine: engine)
    await model.copy.show()
    #expect(model.copy.screen == .empty)
    #expect(model.changes.isEmpty)
    try await engine.createGoal(["title": "Swim"])
    try await engine.logProgress(today.draft(goal: run, value: 5))
    try await engine.skipDay(goal: run, on: today.today)
    try await engine.update(run, ["unit": "mi", "title": "Run on"])
    try await engine.completeGoal(run)
    try await engine.reopenGoal(run)
    try await engine.delete(ObjectID("entry_1"))
    try await engine.arrangeLifeAreas([ObjectID("area_2")])
    try await engine.addNote(lifeArea: ObjectID("area_1"), text: "Sleep")
    await model.copy.show()
    #expect(
      model.changes.map(\.deed) == [
        .made, .logged(5, unit: "mi"), .skippedDay(today.today), .changed([.title, .unit]), .completed, .reopened, .deleted, .arranged,
        .made,
      ])
    #expect(model.changes.map(\.title) == ["Swim", "Run on", "Run on", "Run on", "Run on", "Run on", "Run on", nil, "Sleep"])
    #expect(model.changes.allSatisfy { $0.state == .waiting && $0.canDiscard })
    #expect(model.waitingForPerson.isEmpty)
    #expect(model.waiting.count == 9)
    #expect(model.changes.first?.madeAt == Date(timeIntervalSince1970: 1_780_000_000))
  }

  @Test func whatWasNotSentIsTakenBackWithWhatFollowsIt() async throws {
    let device = await device()
    let engine = device.engine
    let model = UnsentModel(engine: engine)
    let swim = try await engine.createGoal(["title": "Swim"])
    try await engine.logProgress(today.draft(goal: swim, value: 5))
    try await engine.update(run, ["title": "Run 1"])
    try await engine.update(run, ["title": "Run 2"])
    await model.copy.show()
    await model.discard(model.changes[2])
    #expect(try await engine.object(run)?.data["title"] == "Run")
    #expect(model.changes.count == 2)
    await model.discard(model.changes[0])
    #expect(model.copy.screen == .empty)
    #expect(try await engine.object(swim) == nil)
  }

  @Test func whatTheServerMayHaveIsTakenBackByAnotherChange() async throws {
    let device = await device()
    let engine = device.engine
    let entry = try await engine.logProgress(today.draft(goal: run, value: 5))
    await engine.sync()
    try await engine.update(ObjectID("goal_2"), ["title": "Write"])
    let model = UnsentModel(engine: engine)
    await model.copy.show()
    #expect(model.changes.map(\.state) == [.underWay, .waiting])
    #expect(model.changes[0].attempts == 1)
    await model.discard(model.changes[0])
    #expect(try await device.operations() == ["LogProgress", "UpdateGoal", "DeleteProgressEntry"])
    #expect(try await engine.object(entry) == nil)
    // The update is sent, too, now: it is taken back by its opposite.
    await device.server.say { request in
      if request.operation.name == "UpdateGoal" { throw GraphFault.server(message: "502", retryAfter: nil) }
      return ["deletedId": .string(entry.rawValue), "entry": ["id": .string(entry.rawValue), "version": 1], "errors": []]
    }
    await model.retry()
    let update = try #require(model.changes.first { $0.kind == .goal })
    #expect(update.state == .underWay)
    await model.discard(update)
    #expect(try await engine.object(ObjectID("goal_2"))?.data["title"] == "Read")
    #expect(try await engine.pending().map(\.operation).filter { $0 == "UpdateGoal" }.count == 2)
  }

  @Test func aDeletionThatWasSentCannotBeTakenBack() async throws {
    let device = await device()
    try await device.engine.delete(run)
    await device.engine.sync()
    let model = UnsentModel(engine: device.engine)
    await model.copy.show()
    let deletion = try #require(model.changes.first)
    #expect(!deletion.canDiscard)
    #expect(deletion.title == "Run")
    await model.discard(deletion)
    #expect(try await device.operations() == ["DeleteGoal"])
    #expect(model.work.problem == nil)
  }

  @Test func whatWasRefusedIsSaidTriedAgainAndGivenUp() async throws {
    let device = await device()
    await device.server.say { _ in ["errors": [["code": "INVALID", "message": "No.", "path": ["value"]]]] }
    try await device.engine.logProgress(today.draft(goal: run, value: 5))
    let model = UnsentModel(engine: device.engine)
    await model.retry()
    let refused = try #require(model.waitingForPerson.first)
    #expect(refused.state == .refused(["No."]))
    #expect(refused.needsPerson)
    await model.retry(refused)
    #expect(await device.server.sent.count == 2)
    await model.discard(try #require(model.waitingForPerson.first))
    #expect(model.copy.screen == .empty)
  }

  @Test func whatAnotherVersionOfTheAppMadeIsShown() async throws {
    let store: any Store = MemoryStore()
    try await store.write([.putChange(StoredChange(key: "old", sequence: 1, data: .null))])
    let engine = SyncEngine(graph: client(Script()), store: store, owner: "user_1", surroundings: surroundings())
    let model = UnsentModel(engine: engine)
    await model.copy.show()
    #expect(model.changes.map(\.deed) == [.unknown])
    #expect(model.changes.first?.madeAt == nil)
    await model.discard(try #require(model.changes.first))
    #expect(model.changes.isEmpty)
  }
}

@MainActor @Suite struct Conflicts {
  /// A goal that was changed here and elsewhere.
  func clashed(_ mine: [String: JSONValue], _ theirs: [String: JSONValue]) async throws -> (Copied, ConflictModel) {
    let device = await Copied(goals: [goal(1, "Run").with(["targetValue": "100"])], areas: [area(1, "Body", position: 0)])
    let now = goal(1, "Run").with(["targetValue": "100", "version": 2]).with(theirs)
    await device.server.say { request in
      let isOnNew = request.variables["input"]?["expectedVersion"] == 2
      let errors: JSONValue = isOnNew ? [] : [["code": "CONFLICT", "message": "m", "path": ["expectedVersion"]]]
      let input = request.variables["input"]?.members ?? [:]
      return ["goal": isOnNew ? now.with(input).with(["version": 3]) : now, "errors": errors]
    }
    try await device.engine.update(run, mine)
    await device.engine.sync()
    let change = try #require(try await device.engine.pending().first)
    #expect(change.needsPerson)
    let model = ConflictModel(change.key, engine: device.engine)
    await model.load()
    return (device, model)
  }

  let clash: [String: JSONValue] = ["title": "Run 600", "targetValue": "600", "lifeArea": ["id": "area_1"]]

  @Test func bothSidesAreShownFieldByField() async throws {
    let (_, model) = try await clashed(clash, ["title": "Run 700", "targetValue": "700"])
    #expect(model.title == "Run 600")
    guard case .fields(let differences) = model.content else {
      Issue.record("\(model.content)")
      return
    }
    #expect(differences.map(\.field) == [.title, .lifeArea, .targetValue])
    #expect(differences.map(\.mine) == [.text("Run 600"), .text("Body"), .amount(600)])
    #expect(differences.map(\.theirs) == [.text("Run 700"), .nothing, .amount(700)])
    #expect(model.isLoaded)
  }

  @Test func thePersonTakesOneFieldFromTheOtherSide() async throws {
    let (device, model) = try await clashed(clash, ["title": "Run 700", "targetValue": "700"])
    model.sides["title"] = .theirs
    #expect(await model.settle())
    #expect(model.content == .settled)
    await device.engine.sync()
    let input = try #require(await device.server.inputs.last)
    #expect(input["title"] == nil)
    #expect(input["targetValue"] == "600")
    #expect(input["expectedVersion"] == 2)
    #expect(try await device.engine.pending().isEmpty)
  }

  @Test(arguments: ConflictModel.Side.allCases) func thePersonTakesEverythingFromOneSide(side: ConflictModel.Side) async throws {
    for byField in [true, false] {
      let (device, model) = try await clashed(clash, ["title": "Run 700", "targetValue": "700"])
      if byField {
        for name in clash.keys { model.sides[name] = side }
        #expect(await model.settle())
      } else {
        #expect(await model.settle(side))
      }
      await device.engine.sync()
      #expect(try await device.engine.object(run)?.data["title"] == (side == .mine ? "Run 600" : "Run 700"))
      await model.load()
      #expect(model.content == .settled)
    }
  }

  @Test func whatIsGoneOrDeletedIsSaid() async throws {
    let device = await Copied(goals: [goal(1, "Run"), goal(2, "Read")])
    await device.server.say { request in
      if request.operation.name == "UpdateGoal" { return ["errors": [["code": "NOT_FOUND", "message": "m", "path": ["id"]]]] }
      return [
        "goal": goal(2, "Read on").with(["version": 2]), "errors": [["code": "CONFLICT", "message": "m", "path": ["expectedVersion"]]],
      ]
    }
    try await device.engine.update(run, ["title": "Run on"])
    try await device.engine.delete(ObjectID("goal_2"))
    await device.engine.sync()
    let keys = try await device.engine.pending().map(\.key)
    let (gone, deletion) = (ConflictModel(keys[0], engine: device.engine), ConflictModel(keys[1], engine: device.engine))
    await gone.load()
    await deletion.load()
    #expect(gone.content == .gone)
    #expect(deletion.content == .deletion)
    #expect(deletion.title == "Read")
    #expect(await gone.settle())
    #expect(await deletion.settle(.theirs))
    #expect(try await device.engine.pending().isEmpty)
    #expect(try await device.engine.object(run) == nil)
    #expect(try await device.engine.object(ObjectID("goal_2"))?.data["title"] == "Read on")
    let unknown = ConflictModel("none", engine: device.engine)
    await unknown.load()
    #expect(unknown.content == .settled)
    #expect(await unknown.settle() == false)
  }

  @Test func valuesOfEveryFieldAreReadForPeople() {
    func value(_ value: JSONValue?, _ field: CopyField, area: String? = nil) -> CopyValue { CopyValue(value, of: field, area: area) }
    #expect(value(nil, .title) == .nothing)
    #expect(value(.null, .title) == .nothing)
    #expect(value("2026-05-01", .deadline) == .day(LocalDate("2026-05-01") ?? today.today))
    #expect(value("?", .deadline) == .text("?"))
    #expect(value("PAUSED", .status) == .status(.paused))
    #expect(value("AT_MOST", .direction) == .direction(.atMost))
    #expect(value("SUM", .aggregation) == .aggregation(.sum))
    #expect(value("NO_DATA", .missingMeans) == .missingMeans(.noData))
    #expect(value("WORK", .areaKind) == .areaKind(.work))
    #expect(
      value(["times": 2, "period": "WEEK", "interval": 1], .frequency) == .frequency(Frequency(times: 2, period: .week, interval: 1)))
    #expect(value(["amount": "2.5", "period": "DAY"], .rate) == .rate(Amount("2.5") ?? 0, .day))
    #expect(value(["id": "area_1"], .lifeArea, area: "Body") == .text("Body"))
    #expect(value(["id": "area_1"], .lifeArea) == .nothing)
    #expect(value(true, .active) == .flag(true))
    #expect(value(3, .position) == .number(3))
    #expect(value([1, 2], .pauses) == .several(2))
    #expect(CopyField.sorted(["unit", "title", "newer"]) == [.title, .unit, .unknown])
  }
}
