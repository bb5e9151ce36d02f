import Foundation
import Graph
import Models
import Persistence
import Sync
import Testing

@testable import Features

@Suite struct Today {
  let store = MemoryStore()
  /// Thursday, 28 May 2026, 20:26 UTC.
  let now = Date(timeIntervalSince1970: 1_780_000_000)

  func engine() -> SyncEngine {
    SyncEngine(graph: client(Script()), store: store, owner: "user_1", surroundings: surroundings())
  }

  func clock(at time: Date? = nil, dayStart: Int = 0) -> DayClock {
    let time = time ?? now
    return DayClock(now: { time }, timeZone: .gmt, dayStartMinutes: dayStart)
  }

  func reader(at time: Date? = nil, dayStart: Int = 0) -> TodayReader {
    TodayReader(engine: engine(), day: clock(at: time, dayStart: dayStart))
  }

  func actions() -> Actions { Actions(engine: engine(), graph: client(Script()), day: clock(), surroundings: surroundings()) }

  func put(_ number: Int, _ title: String, _ more: [String: JSONValue] = [:]) async {
    let data = goal(number, title).merging(["kind": "NUMERIC", "cumulative": true, "aggregation": "SUM"]).merging(more)
    await store.write([.put(StoredObject(id: ObjectID("goal_\(number)"), type: "Goal", version: 1, data: data))])
  }

  func log(_ number: Int, goal: Int, _ value: String, day: String = "2026-05-28", skip: Bool = false) async {
    await store.write([
      .put(
        StoredObject(
          id: ObjectID("entry_\(number)"), type: "ProgressEntry", parent: ObjectID("goal_\(goal)"), order: day, version: 1,
          data: ["value": .string(value), "skip": .bool(skip)]))
    ])
  }

  func loaded(_ date: Date? = nil) async {
    await store.write([.setNote("completeAt", .string(JSON.text(of: date ?? now)))])
  }

  func habit(times: Int = 1, period: String = "DAY", _ more: [String: JSONValue] = [:]) -> [String: JSONValue] {
    let frequency: JSONValue = ["times": .int(times), "period": .string(period), "interval": 1]
    return ["kind": "HABIT", "cumulative": false, "frequency": frequency].merging(more) { $1 }
  }

  @Test func whatIsOpenAndUrgentComesFirst() async throws {
    await put(1, "Safe", ["pace": ["urgency": "SAFE"]])
    await put(2, "Now", ["pace": ["urgency": "TODAY"]])
    await put(3, "Done", ["pace": ["urgency": "TODAY"]])
    await put(4, "Paused", ["status": "PAUSED", "pace": ["urgency": "TODAY"]])
    await log(1, goal: 3, "5")
    let goals = try await reader().goals()
    #expect(goals.map(\.title) == ["Now", "Safe", "Done"])
    #expect(goals.map(\.state) == [.open, .open, .done])
  }

  @Test(arguments: [
    ("TODAY", TodayGoal.Urgency.today), ("TOMORROW", .tomorrow), ("SOON", .soon), ("THIS_WEEK", .thisWeek), ("LATER", .none),
  ])
  func theServersWordsAreRead(word: String, urgency: TodayGoal.Urgency) async throws {
    await put(1, "Goal", ["pace": ["urgency": .string(word)], "percent": 40])
    let goal = try #require(try await reader().goals().first)
    #expect(goal.urgency == urgency)
    #expect(goal.percent == 40)
  }

  @Test func howUrgentItIsMovesWithTheDays() async throws {
    for days in [0, 1, 2, 3, 9] { await put(days, "Goal", ["pace": ["urgency": "NONE", "safeDays": .int(days)]]) }
    await loaded(now.addingTimeInterval(-86_400))
    let goals = try await reader().goals()
    #expect(goals.sorted { $0.id < $1.id }.map(\.urgency) == [.today, .today, .tomorrow, .soon, .safe])
  }

  @Test func aHabitIsDoneWhenTheDayHasWhatItAsksFor() async throws {
    await put(1, "Twice", habit(times: 2))
    await put(2, "Minutes", habit(["targetValue": "30"]))
    await put(3, "Weekly", habit(times: 3, period: "WEEK"))
    await put(4, "Coffee", habit(["direction": "AT_MOST", "targetValue": "2"]))
    for (number, value) in [(1, "1"), (2, "20"), (3, "1"), (4, "1")] { await log(number, goal: number, value) }
    func states() async throws -> [TodayGoal.State] { try await reader().goals().sorted { $0.id < $1.id }.map(\.state) }
    #expect(try await states() == [.open, .open, .done, .open])
    await log(5, goal: 1, "1")
    await log(6, goal: 2, "10")
    #expect(try await states() == [.done, .done, .done, .open])
    let wanted = try await reader().goals().sorted { $0.id < $1.id }.map(\.wanted)
    #expect(wanted == [2, 30, 1, 2])
  }

  @Test func aDayThatIsLeftOutIsNotOpen() async throws {
    await put(1, "Habit", habit())
    await log(1, goal: 1, "0", skip: true)
    let goal = try #require(try await reader().goals().first)
    #expect(goal.state == .skipped)
    #expect(goal.logged == nil)
  }

  @Test(arguments: [("SUM", "8"), ("LAST", "5"), ("MIN", "3"), ("MAX", "5"), ("MEAN", "4")])
  func entriesOfADayComeToOneValue(how: String, value: String) async throws {
    await put(1, "Goal", ["aggregation": .string(how)])
    await log(1, goal: 1, "3")
    await log(2, goal: 1, "5")
    #expect(try await reader().goals().first?.logged?.description == value)
  }

  @Test func oneTapLogsWhatWasLoggedLast() async throws {
    await put(1, "Run")
    await put(2, "Weight", ["cumulative": false])
    await put(3, "Steps", ["kind": "MILESTONE"])
    await put(4, "Meditate", habit(["targetValue": "15"]))
    await put(5, "Floss", habit())
    for number in 1...3 { await log(number, goal: number, "7", day: "2026-05-20") }
    await log(9, goal: 1, "0", day: "2026-05-21", skip: true)
    #expect(try await reader().goals().sorted { $0.id < $1.id }.map(\.step) == [7, nil, nil, 15, 1])
  }

  @Test func whatWasJustLoggedCountsWithoutANetwork() async throws {
    await put(1, "Run")
    let actions = actions()
    await #expect(throws: Actions.Fault.needsValue) { try await actions.logProgress(goal: ObjectID("goal_1")) }
    let first = try await actions.logProgress(5, goal: ObjectID("goal_1"), note: "")
    #expect(first.goal.logged == 5)
    let second = try await actions.logProgress(goal: ObjectID("goal_1"), note: "Rain")
    #expect(second.goal.logged == 10)
    #expect(try await actions.engine.pending().map { $0.input["note"] } == [nil, "Rain"])
    try await actions.undo(second.entry)
    #expect(try await actions.goals([ObjectID("goal_1")]).first?.logged == 5)
    await #expect(throws: Actions.Fault.noGoal(named: "")) { try await actions.logProgress(5, goal: ObjectID("goal_2")) }
  }

  @Test func aDayIsLeftOutWithoutANetwork() async throws {
    await put(1, "Habit", habit())
    #expect(try await actions().skipToday(goal: ObjectID("goal_1")).goal.state == .skipped)
    await #expect(throws: Actions.Fault.noGoal(named: "")) { try await actions().skipToday(goal: ObjectID("goal_2")) }
  }

  @Test func goalsAreFoundByWhatIsSaid() async throws {
    for (number, title) in ["Lauf", "Laufen gehen", "Jeden Tag laufen", "Umlauf", "Über Berge"].enumerated() { await put(number, title) }
    let actions = actions()
    #expect(try await actions.goals(matching: " LAUF ").map(\.title) == ["Lauf", "Laufen gehen", "Jeden Tag laufen", "Umlauf"])
    #expect(try await actions.goals(matching: "uber").map(\.title) == ["Über Berge"])
    #expect(try await actions.goals(matching: " ").isEmpty)
    #expect(try await actions.goals([ObjectID("goal_3"), ObjectID("goal_9"), ObjectID("goal_0")]).map(\.title) == ["Umlauf", "Lauf"])
    #expect(try await actions.suggestedGoals().count == 5)
  }

  @Test func aTimelineGoesOnToTheNextDay() async throws {
    await put(1, "Habit", habit(["pace": ["urgency": "TODAY", "safeDays": 0]]))
    await log(1, goal: 1, "1")
    await loaded()
    let morning = now.addingTimeInterval(-12 * 3_600)
    let timeline = await reader(at: morning).timeline(limit: 3)
    let midnight = Date(timeIntervalSince1970: 1_780_012_800)
    #expect(timeline.entries.map(\.date) == [morning, midnight.addingTimeInterval(-5 * 3_600), midnight, now.addingTimeInterval(86_400)])
    func state(_ entry: TodayEntry) -> TodayGoal.State? { if case .goals(let goals, _) = entry.content { goals.first?.state } else { nil } }
    #expect(timeline.entries.map(state) == [.done, .done, .open, .open])
    #expect(timeline.entries.map(\.staleSince) == [nil, nil, nil, now])
    #expect(timeline.entries.map(\.relevance) == [0, 0, 0.5, 0.5])
    #expect(timeline.reloadAfter == midnight)
  }

  @Test func theEveningMattersMoreAndTheDayBeginsWhenThePersonSays() async throws {
    await put(1, "Habit", habit(["pace": ["urgency": "TODAY"]]))
    await loaded()
    let timeline = await reader(dayStart: 240).timeline(limit: 1)
    #expect(timeline.entries.first?.relevance == 1)
    #expect(timeline.reloadAfter == Date(timeIntervalSince1970: 1_780_012_800 + 4 * 3_600))
  }

  @Test func whatThereIsNoRoomForIsCounted() async throws {
    for number in 1...5 { await put(number, "Goal \(number)") }
    await loaded()
    guard case .goals(let goals, let more) = await reader().timeline(limit: 3).entries[0].content else { return #expect(Bool(false)) }
    #expect(goals.map(\.title) == ["Goal 1", "Goal 2", "Goal 3"])
    #expect(more == 2)
    let wanted = try await actions().goals([ObjectID("goal_5")])
    let chosen = await reader().timeline(limit: 3, of: [ObjectID("goal_5"), ObjectID("goal_9")])
    #expect(wanted.count == 1)
    #expect(chosen.entries[0].content == .goals(wanted, more: 0))
  }

  @Test func everyOtherStateIsSaid() async throws {
    #expect(await reader().timeline(limit: 3).entries.map(\.content) == [.notLoaded])
    await loaded()
    #expect(await reader().timeline(limit: 3).entries.first?.content == .empty)
    #expect(TodayTimeline.signedOut(at: now).entries.map(\.content) == [.signedOut])
    let broken = SyncEngine(graph: client(Script()), store: BrokenStore(), owner: "user_1", surroundings: surroundings())
    #expect(await TodayReader(engine: broken, day: clock()).timeline(limit: 3).entries.map(\.content) == [.unusable])
    guard case .goals(let goals, 0) = TodayTimeline.example(at: now, titles: ["A", "B"]).content else { return #expect(Bool(false)) }
    #expect(goals.map(\.state) == [.open, .done])
  }

  @Test func whatTheServerDoesNotHaveYetIsCounted() async throws {
    await put(1, "Run")
    await loaded()
    _ = try await actions().logProgress(5, goal: ObjectID("goal_1"))
    #expect(await reader().timeline(limit: 3).entries.first?.pendingCount == 1)
  }
}

/// A disk that cannot be read.
private struct BrokenStore: Store {
  func write(_ writes: [StoreWrite]) throws { throw StoreFault.unusable("The disk is full.") }
  func object(_ id: ObjectID) throws -> StoredObject? { throw StoreFault.unusable("") }
  func objects(_ query: StoreQuery) throws -> [StoredObject] { throw StoreFault.unusable("") }
  func count(type: String) throws -> Int { throw StoreFault.unusable("") }
  func changes() throws -> [StoredChange] { throw StoreFault.unusable("") }
  func note(_ name: String) throws -> JSONValue? { throw StoreFault.unusable("") }
}
