import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@MainActor @Suite struct InsightLists {
  let script = Script()

  func insight(_ number: Int, kind: String = "TREND", read: Bool = false) -> JSONValue {
    [
      "id": .string("insight_\(number)"), "kind": .string(kind), "title": .string("Insight \(number)"), "text": "More.",
      "origin": "TEMPLATE", "evidence": [["label": "Pages", "value": "12"]], "goals": [nil, ["id": "goal_1", "title": "Read"]],
      "readAt": read ? "2026-03-01T07:30:00.000Z" : nil, "createdAt": "2026-03-01T07:30:00.000Z",
    ]
  }

  func page(_ items: [JSONValue], next: String? = nil) -> JSONValue {
    let info: JSONValue = ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null]
    return ["viewer": ["insights": ["nodes": .array(items), "pageInfo": info]]]
  }

  func opened(_ items: [JSONValue], next: String? = nil) async -> InsightsModel {
    await script.set("Insights", .success(page(items, next: next)))
    let model = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).insightsModel()
    await model.open()
    return model
  }

  func accept(_ name: String, _ field: String) async {
    await script.set(name, .success([field: ["errors": []]]))
  }

  @Test func theListIsReadPageByPage() async {
    let model = await opened([insight(1), insight(2, read: true)], next: "b")
    #expect(model.items.map(\.isUnread) == [true, false])
    #expect(model.items[0].goals?.count == 2)
    await script.set("Insights", .success(page([insight(3)])))
    await model.more()
    #expect(model.items.count == 3)
    await script.set("Insights", .success(page([])))
    await model.refresh()
    #expect(model.list.screen == .empty)
  }

  @Test func theListIsNarrowedToAKind() async {
    let model = await opened([insight(1)])
    await model.show(.risk)
    #expect(model.kind == .risk)
    #expect(await script.requests.last?.variables == ["filter": ["kinds": ["RISK"]]])
    let count = await script.requests.count
    await model.show(.risk)
    #expect(await script.requests.count == count)
    await model.show(nil)
    #expect(await script.requests.last?.variables == [:])
    #expect(!InsightKind.known.contains(.unknown))
  }

  @Test func whatWasSeenIsRead() async {
    await accept("MarkInsightsRead", "markInsightsRead")
    let model = await opened([insight(1), insight(2, read: true), insight(3)])
    await model.saw([ObjectID("insight_1"), ObjectID("insight_2")])
    #expect(model.items.map(\.isUnread) == [false, false, true])
    #expect(await script.requests.last?.variables["input"] == ["ids": ["insight_1"]])
    let count = await script.requests.count
    await model.saw([ObjectID("insight_1")])
    #expect(await script.requests.count == count)
  }

  @Test func moreThanAHundredAreReadInTwoRequests() async {
    await accept("MarkInsightsRead", "markInsightsRead")
    let model = await opened((1...150).map { insight($0) })
    await model.saw(model.items.map(\.id))
    let sizes = await script.requests.filter { $0.operation.name == "MarkInsightsRead" }.map { $0.variables["input"]?["ids"]?.items?.count }
    #expect(sizes == [100, 50])
  }

  @Test func withoutANetworkTheyStayUnreadWithoutAWord() async {
    let model = await opened([insight(1)])
    await model.saw([ObjectID("insight_1")])
    #expect(model.items.map(\.isUnread) == [true])
    #expect(model.work.problem == nil)
  }

  @Test func oneThatIsDismissedCanBeBroughtBackToItsPlace() async {
    await accept("DismissInsight", "dismissInsight")
    let model = await opened([insight(1), insight(2), insight(3)])
    await model.dismiss(model.items[1])
    #expect(model.items.map(\.title) == ["Insight 1", "Insight 3"])
    #expect(model.dismissed?.title == "Insight 2")
    await model.undo()
    #expect(model.items.map(\.title) == ["Insight 1", "Insight 2", "Insight 3"])
    #expect(await script.requests.last?.variables["input"] == ["id": "insight_2", "dismissed": false])
    #expect(model.dismissed == nil)
    let count = await script.requests.count
    await model.undo()
    #expect(await script.requests.count == count)
  }

  @Test func whatCouldNotBeDismissedIsThereAgain() async {
    let model = await opened([insight(1), insight(2)])
    await model.dismiss(model.items[0])
    #expect(model.items.map(\.title) == ["Insight 1", "Insight 2"])
    #expect(model.work.problem == .offline)
    #expect(model.dismissed == nil)
  }

  @Test func anUndoneInsightOfAnotherKindStaysOutOfTheList() async {
    await accept("DismissInsight", "dismissInsight")
    let model = await opened([insight(1), insight(2)])
    await model.dismiss(model.items[0])
    await script.set("Insights", .success(page([insight(5, kind: "RISK")])))
    await model.show(.risk)
    await model.undo()
    #expect(model.items.map(\.title) == ["Insight 5"])
    await model.dismiss(model.items[0])
    model.forgetDismissed()
    #expect(model.dismissed == nil)
    #expect(model.list.screen == .empty)
  }
}

@MainActor @Suite struct AchievementsAndCorrelations {
  let script = Script()
  var parts: Parts { Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()) }

  func page(_ names: [String], next: String? = nil) -> JSONValue {
    let nodes = names.enumerated().map { index, name -> JSONValue in
      [
        "id": .string("achievement_\(index)_\(name)"), "name": .string(name), "localDate": "2026-05-28",
        "earnedAt": "2026-05-28T07:30:00.000Z",
      ]
    }
    let info: JSONValue = ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null]
    return ["viewer": ["achievements": ["nodes": .array(nodes), "pageInfo": info]]]
  }

  @Test func whatWasEarnedIsCountedByKind() async throws {
    await script.set("Achievements", .success(page(["STREAK_7", "HALFWAY", "MOON_LANDING"], next: "b")))
    let model = parts.achievements()
    await model.open()
    await script.set("Achievements", .success(page(["STREAK_7"])))
    await model.more()
    let value = try #require(model.screen.value)
    #expect(value.nodes.count == 4)
    #expect(value.counts.map(\.count) == [0, 2, 0, 0, 1, 0, 0])
    #expect(!value.counts.map(\.name).contains(.unknown))
    await script.set("Achievements", .success(page([])))
    await model.refresh()
    #expect(model.screen == .empty)
  }

  func pair(_ number: Int, r: Double, q: Double, effect: String = "STRONG") -> JSONValue {
    [
      "a": ["id": .string("goal_\(number)"), "title": "A"], "b": ["id": "goal_0", "title": "B"], "lag": 0, "n": 40, "r": .double(r),
      "q": .double(q), "effect": .string(effect),
    ]
  }

  @Test func onlyClearAssociationsAreTold() async throws {
    let pairs = [
      pair(1, r: 0.4, q: 0.01, effect: "MODERATE"), pair(2, r: -0.8, q: 0.001), pair(3, r: 0.9, q: 0.2),
      pair(4, r: 0.05, q: 0.01, effect: "NONE"),
    ]
    await script.set("GoalCorrelations", .success(["viewer": ["analytics": ["correlations": .array(pairs)]]]))
    let model = parts.correlations()
    await model.open()
    #expect(model.screen.value?.clear.map(\.r) == [-0.8, 0.4])
    #expect(model.screen.value?.clear.first?.id == "goal_2 goal_0")
    await script.set("GoalCorrelations", .success(["viewer": ["analytics": ["correlations": .array([pairs[2]])]]]))
    await model.refresh()
    #expect(model.screen == .empty)
    await script.set("GoalCorrelations", .success(["viewer": ["analytics": nil]]), problems: [GraphProblem(message: "away", code: nil)])
    await model.refresh()
    #expect(model.screen.value?.clear.isEmpty == true)
  }
}
