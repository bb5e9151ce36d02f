import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

@MainActor @Suite struct Screens {
  let script = Script()
  let store = MemoryStore()
  let notification: JSONValue = ["id": "notification_1", "kind": "ALERT", "title": "Hello", "createdAt": "2026-03-01T07:30:00.000Z"]

  func answer(_ items: [JSONValue]) -> JSONValue {
    ["viewer": ["unreadNotificationCount": 1, "notifications": ["nodes": .array(items), "pageInfo": ["hasNextPage": false]]]]
  }

  func model(at time: TimeInterval = 1_780_000_000) -> QueryModel<NotificationsValue> {
    Parts(graph: client(script), store: store, surroundings: surroundings(at: time)).notifications()
  }

  @Test func aScreenLoadsThenShowsWhatThereIs() async {
    await script.set("Notifications", .success(answer([notification])))
    let model = model()
    #expect(model.screen == .loading)
    await model.open()
    #expect(model.screen.value?.viewer?.notifications?.nodes.first?.title == "Hello")
    #expect(model.isRefreshing == false)
    guard case .content(_, nil) = model.screen else {
      Issue.record("\(model.screen)")
      return
    }
  }

  @Test func nothingIsSaidToBeEmpty() async {
    await script.set("Notifications", .success(answer([])))
    let model = model()
    await model.open()
    #expect(model.screen == .empty)
  }

  @Test(arguments: [
    (GraphFault.offline, Problem.offline), (.unauthenticated, .signedOut), (.rateLimited(retryAfter: 3), .busy(retryIn: 3)),
    (.server(message: "m", retryAfter: nil), .server), (.refused(code: "FORBIDDEN", message: "m"), .refused("m")),
    (.unreadable("x"), .outdated),
  ]) func aScreenWithNothingToShowSaysWhy(fault: GraphFault, problem: Problem) async {
    await script.set("Notifications", .failure(fault))
    let model = model()
    await model.open()
    #expect(model.screen == .failed(problem))
  }

  @Test func withoutANetworkAScreenShowsWhatWasLastSeenAndSince() async {
    await script.set("Notifications", .success(answer([notification])))
    await model().open()
    await script.set("Notifications", .failure(.offline))
    let later = model(at: 1_780_000_500)
    await later.open()
    guard case .content(let value, .offline(let since)) = later.screen else {
      Issue.record("\(later.screen)")
      return
    }
    #expect(value.viewer?.notifications?.nodes.count == 1)
    #expect(since == Date(timeIntervalSince1970: 1_780_000_000))
  }

  @Test func aFailedRefreshKeepsWhatIsShownAndSaysHowOldItIs() async {
    await script.set("Notifications", .success(answer([notification])))
    let model = model()
    await model.open()
    await script.set("Notifications", .failure(.server(message: "m", retryAfter: nil)))
    await model.refresh()
    guard case .content(_, .stale(_, .server)) = model.screen else {
      Issue.record("\(model.screen)")
      return
    }
  }

  @Test func whatLacksAPartSaysSoAndIsNotKept() async throws {
    await script.set(
      "Notifications", .success(["viewer": ["notifications": nil]]), problems: [GraphProblem(message: "away", code: "UPSTREAM_FAILED")])
    let model = model()
    await model.open()
    guard case .content(_, .partial) = model.screen else {
      Issue.record("\(model.screen)")
      return
    }
    await script.set("Notifications", .failure(.offline))
    let later = self.model()
    await later.open()
    #expect(later.screen == .failed(.offline))
  }

  @Test func anAnswerOfAnotherFormIsSaidToWantAnUpdate() async {
    await script.set("Notifications", .success(["viewer": ["notifications": ["nodes": "none"]]]))
    let model = model()
    await model.open()
    #expect(model.screen == .failed(.outdated))
  }

  @Test func everyScreenAsksItsOwnOperation() async {
    let parts = Parts(graph: client(script), store: store, surroundings: surroundings())
    await parts.dashboard().open()
    await parts.goal(ObjectID("goal_1")).open()
    await parts.research().list.open()
    await parts.automations().list.open()
    await parts.notifications().open()
    await parts.settings().open()
    #expect(
      await script.requests.map(\.operation.name) == [
        "Dashboard", "GoalDetail", "ResearchResults", "AutomationRules", "Notifications", "Settings",
      ])
  }

  @Test func screensThatHaveNothingAreEmpty() async {
    let none: JSONValue = ["nodes": [], "pageInfo": ["hasNextPage": false]]
    await script.set("ResearchResults", .success(["viewer": ["researchResults": none]]))
    await script.set("AutomationRules", .success(["viewer": ["automationRules": none]]))
    await script.set("Dashboard", .success(["viewer": ["dashboard": ["activeGoalCount": 0]]]))
    await script.set("GoalDetail", .success(["goal": nil]))
    let parts = Parts(graph: client(script), store: store, surroundings: surroundings())
    let (research, rules) = (parts.research(), parts.automations())
    let (dashboard, goal) = (parts.dashboard(), parts.goal(ObjectID("goal_1")))
    for open in [research.list.open, rules.list.open, dashboard.open, goal.open] { await open() }
    #expect(research.list.screen == .empty)
    #expect(rules.list.screen == .empty)
    #expect(dashboard.screen.value?.content?.activeGoalCount == 0)
    #expect(goal.screen == .empty)
  }

  @Test func whoWatchesAScreenIsToldOfAChange() async {
    await script.set("Notifications", .success(answer([notification])))
    let model = model()
    await confirmation { changed in
      withObservationTracking {
        _ = model.screen
      } onChange: {
        changed()
      }
      await model.open()
    }
  }
}
