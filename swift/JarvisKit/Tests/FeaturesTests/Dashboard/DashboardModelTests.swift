import Foundation
import Graph
import Models
import Persistence
import Sync
import Testing

@testable import Features

@MainActor @Suite struct Dashboards {
  let script = Script()
  let store = MemoryStore()

  func model(_ engine: SyncEngine) -> DashboardModel {
    Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).dashboardModel(engine: engine) { today }
  }

  /// A device whose copy has these goals, and that is without a network when it is not said otherwise.
  func device(_ goals: [StoredObject], areas: [StoredObject] = [], completeAt: Date? = today.now()) async -> SyncEngine {
    await store.write((goals + areas).map { .put($0) })
    if let completeAt { await store.write([.setNote("completeAt", .string(JSON.text(of: completeAt)))]) }
    return SyncEngine(graph: client(Script()), store: store, owner: "user_1", surroundings: surroundings())
  }

  func habit(_ number: Int, _ title: String, _ urgency: String = "TODAY", more: [String: JSONValue] = [:]) -> StoredObject {
    let data: JSONValue = [
      "title": .string(title), "status": "ACTIVE", "kind": "HABIT", "aggregation": "SUM",
      "frequency": ["times": 1, "period": "DAY", "interval": 1], "pace": ["urgency": .string(urgency), "status": "BEHIND"],
      "streak": ["current": 3, "best": 5, "period": "DAY"], "lifeArea": ["id": "area_1"],
    ]
    return StoredObject(id: ObjectID("goal_\(number)"), type: "Goal", version: 1, data: data.merging(more))
  }

  var number: [String: JSONValue] { ["kind": "NUMERIC", "cumulative": false] }
  let area = StoredObject(id: ObjectID("area_1"), type: "LifeArea", version: 1, data: ["name": "Health", "active": true, "position": 0])

  @Test func todayHasWhatAsksForSomethingAndWhatWasDone() async throws {
    let engine = await device([habit(1, "Read"), habit(2, "Run", "SAFE"), habit(3, "Call", "SOON")], areas: [area])
    let model = model(engine)
    await model.show()
    let shown = try #require(model.today.value)
    #expect(shown.goals.map(\.title) == ["Read"])
    #expect(shown.nextStep?.title == "Read")
    #expect(shown.openCount == 1)
    #expect(shown.fraction == 0)
    #expect(shown.streaks.count == 3)
    #expect(shown.balances.first?.fraction == 0)
    #expect(!model.isNew)
    try await engine.logProgress(today.draft(goal: ObjectID("goal_2"), value: 1))
    await model.show()
    #expect(model.today.value?.goals.map(\.title) == ["Read", "Run"])
    #expect(model.today.value?.fraction == 0.5)
  }

  @Test func aTapLogsAndCanBeTakenBack() async throws {
    let model = model(await device([habit(1, "Read"), habit(3, "Call", "SOON")]))
    await model.show()
    let read = try #require(model.today.value?.goals.first)
    await model.log(read)
    #expect(model.today.value?.goals.first?.state == .done)
    #expect(model.today.value?.nextStep?.title == "Call")
    #expect(model.done?.goal.title == "Read")
    #expect(model.done?.isSkip == false)
    #expect(model.doneCount == 1)
    await model.undo()
    #expect(model.today.value?.goals.first?.state == .open)
    #expect(model.done == nil)
    await model.undo()
    #expect(model.work.problem == nil)
  }

  @Test func aDayCanBeLeftOut() async throws {
    let model = model(await device([habit(1, "Read")]))
    await model.show()
    await model.skip(try #require(model.today.value?.goals.first))
    #expect(model.today.value?.goals.first?.state == .skipped)
    #expect(model.done?.isSkip == true)
    model.forgetDone()
    #expect(model.done == nil)
    #expect(model.today.value?.goals.first?.state == .skipped)
  }

  @Test func whatHasNoUsualValueIsAskedFor() async throws {
    let model = model(await device([habit(1, "Weight", more: number)]))
    await model.show()
    let weight = try #require(model.today.value?.goals.first)
    await model.log(weight)
    #expect(model.asking == weight)
    #expect(model.doneCount == 0)
    await model.log(weight, Amount(80), note: "After lunch")
    #expect(model.today.value?.goals.first?.logged == 80)
  }

  @Test func aGoalThatIsGoneSaysSo() async throws {
    let model = model(await device([habit(1, "Read")]))
    await model.show()
    let read = try #require(model.today.value?.goals.first)
    await store.write([.remove(read.id)])
    await model.log(read)
    #expect(model.work.problem == .refused("It is not here any more."))
    #expect(model.doneCount == 0)
  }

  @Test func aNewAccountIsEmptyAndAnEmptyDeviceIsNot() async {
    let known = model(await device([], areas: [area]))
    await known.show()
    #expect(known.isNew)
    let over = model(await device([habit(1, "Read", more: ["status": "COMPLETED"])]))
    await over.show()
    #expect(!over.isNew)
    #expect(over.today.value?.goals == [])
    #expect(over.today.value?.nextStep == nil)
    #expect(over.today.value?.fraction == nil)
    let unknown = DashboardModel(
      Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()),
      engine: SyncEngine(graph: client(script), store: MemoryStore(), owner: "user_1", surroundings: surroundings())
    ) { today }
    await unknown.show()
    #expect(unknown.today == .loading)
    await unknown.open()
    #expect(unknown.today == .failed(.offline))
    #expect(unknown.feed.screen == .failed(.offline))
  }

  func failing(_ fault: GraphFault, _ store: MemoryStore) -> SyncEngine {
    let graph = GraphClient(execute: { _ in throw fault }, subscribe: { _ in .init { $0.finish() } })
    return SyncEngine(graph: graph, store: store, owner: "user_1", surroundings: surroundings())
  }

  @Test(arguments: [
    (GraphFault.offline, Problem.offline), (.server(message: "m", retryAfter: nil), .server), (.unauthenticated, .signedOut),
  ]) func aDeviceWithoutACopySaysWhyAndOneWithSaysHowOldItIs(fault: GraphFault, problem: Problem) async throws {
    let fresh = model(failing(fault, MemoryStore()))
    await fresh.open()
    #expect(fresh.today == .failed(problem))

    await store.write([.put(habit(1, "Read")), .setNote("completeAt", .string(JSON.text(of: today.now())))])
    let kept = model(failing(fault, store))
    await kept.open()
    guard case .content(_, let notice?) = kept.today else {
      Issue.record("\(kept.today)")
      return
    }
    #expect(notice == (problem == .offline ? .offline(since: today.now()) : .stale(since: today.now(), problem)))
  }

  @Test func aCopyOfSomebodyElsesIsNotShownAsOnesOwn() async {
    await store.write([.setNote("owner", "user_2")])
    let other = model(failing(.offline, store))
    await other.open()
    guard case .failed(.refused) = other.today else {
      Issue.record("\(other.today)")
      return
    }
    await store.write([.put(habit(1, "Read"))])
    await other.refresh()
    guard case .content(_, .stale(_, .refused)) = other.today else {
      Issue.record("\(other.today)")
      return
    }
  }

  let told: JSONValue = [
    "viewer": [
      "name": "Ada",
      "researchCategories": [
        "nodes": [["id": "c", "underWay": ["nodes": []]]]
      ],
      "dashboard": [
        "unreadNotificationCount": 2,
        "insights": [
          ["id": "insight_1", "title": "One", "text": "1", "evidence": []],
          ["id": "insight_2", "title": "Two", "text": "2", "evidence": []],
        ],
      ],
    ]
  ]

  @Test func whatTheServerTellsIsShownBeside() async throws {
    await script.set("Dashboard", .success(told))
    let model = model(await device([habit(1, "Read")]))
    await model.open()
    #expect(model.feed.screen.value?.viewer?.name == "Ada")
    #expect(model.feed.screen.value?.content?.unreadNotificationCount == 2)
    #expect(model.feed.screen.value?.runsUnderWay.isEmpty == true)
    #expect(model.today.value?.goals.count == 1)
  }

  @Test func anInsightThatIsDismissedGoesAndComesBackWhenThatFails() async throws {
    await script.set("Dashboard", .success(told))
    let model = model(await device([]))
    await model.open()
    let first = try #require(model.feed.screen.value?.content?.insights?.first)
    await model.dismiss(first)
    #expect(model.work.problem == .offline)
    #expect(model.feed.screen.value?.content?.insights?.map(\.title) == ["One", "Two"])
    await script.set("DismissInsight", .success(["dismissInsight": ["insight": ["id": "insight_1"], "errors": []]]))
    await model.dismiss(first)
    #expect(model.feed.screen.value?.content?.insights?.map(\.title) == ["Two"])
    #expect(model.work.problem == nil)
    #expect(await script.requests.last?.variables["input"] == ["id": "insight_1"])
  }

  @Test func theDayFollowsTheCopy() async throws {
    let engine = await device([habit(1, "Read")])
    let model = model(engine)
    let following = Task { await model.follow() }
    while model.today == .loading { await Task.yield() }
    await store.write([.put(habit(2, "Run"))])
    await engine.sync()
    while model.today.value?.goals.count != 2 { await Task.yield() }
    following.cancel()
    await following.value
  }

  @Test func runningResearchComesBeforeThatWhichWaits() throws {
    func run(_ id: String, _ state: String) -> JSONValue {
      [
        "id": .string(id), "state": .string(state), "trigger": "MANUAL", "step": "PLAN", "dueAt": "2026-03-01T07:30:00.000Z",
        "progress": ["planned": 1, "fetched": 0, "failed": 0, "claims": 0], "category": ["id": "c", "name": "News"],
      ]
    }
    func category(_ runs: JSONValue...) -> JSONValue { ["id": "c", "underWay": ["nodes": .array(runs)]] }
    let value: JSONValue = [
      "viewer": ["researchCategories": ["nodes": [category(run("a", "QUEUED")), category(run("b", "RUNNING")), category()]]]
    ]
    #expect(try value.read(as: DashboardValue.self).runsUnderWay.map(\.id.rawValue) == ["b", "a"])
  }
}
