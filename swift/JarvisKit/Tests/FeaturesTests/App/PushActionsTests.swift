import Foundation
import Graph
import Models
import Persistence
import Sync
import Testing

@testable import Features

@Suite struct PushActions {
  let script = Script()
  let store = MemoryStore()
  let goalID = ObjectID("goal_" + String(repeating: "1", count: 32))
  let notificationID = "notification_" + String(repeating: "2", count: 32)

  func responder() -> PushResponder {
    let graph = client(script)
    let engine = SyncEngine(graph: graph, store: store, owner: "user_1", surroundings: surroundings())
    return PushResponder(actions: Actions(engine: engine, graph: graph, day: today, surroundings: surroundings()))
  }

  func push(_ more: [String: JSONValue] = [:]) -> PushPayload {
    PushPayload(["notificationId": .string(notificationID), "subjectId": .string(goalID.rawValue)].merging(more) { $1 })
  }

  func hasGoal(_ more: [String: JSONValue] = [:]) async {
    let data = goal(1, "Floss").merging(["kind": "HABIT"]).merging(more)
    await store.write([.put(StoredObject(id: goalID, type: "Goal", version: 1, data: data))])
  }

  @Test func doneLogsWhatOneTapLogsAndReads() async throws {
    await hasGoal()
    await script.set("MarkNotificationsRead", .success(["markNotificationsRead": ["count": 1, "errors": []]]))
    #expect(await responder().respond(to: push(), by: .done) == .done)
    #expect(try await responder().actions.engine.pending().map(\.input["value"]) == ["1"])
    #expect(await script.requests.map { $0.variables["input"]?["ids"] } == [[.string(notificationID)]])
  }

  @Test func withoutANetworkWhatWasLoggedIsKept() async throws {
    await hasGoal()
    #expect(await responder().respond(to: push(), by: .done) == .done)
    #expect(try await responder().actions.engine.pending().count == 1)
  }

  @Test func whatHasNoUsualValueIsOnlyRead() async throws {
    await hasGoal(["kind": "NUMERIC", "cumulative": false])
    #expect(await responder().respond(to: push(), by: .done) == .done)
    #expect(try await responder().actions.engine.pending().isEmpty)
    #expect(await script.requests.map(\.operation.name) == ["MarkNotificationsRead"])
  }

  @Test func loggingOpensTheSheetOfTheGoal() async {
    #expect(await responder().respond(to: push(), by: .log) == .open(.logProgress(goal: goalID)))
    let other = ObjectID("area_" + String(repeating: "3", count: 32))
    #expect(await responder().respond(to: push(["subjectId": .string(other.rawValue)]), by: .log) == .open(.object(other)))
    #expect(await responder().respond(to: PushPayload([:]), by: .log) == .done)
  }

  @Test(arguments: [(PushAction.snoozeHour, 3_600.0), (.snoozeMorning, 41_600)])
  func itIsPutOffAtTheServer(action: PushAction, seconds: TimeInterval) async {
    await script.set("SnoozeNotification", .success(["snoozeNotification": ["notification": nil, "errors": []]]))
    #expect(await responder().respond(to: push(), by: action) == .done)
    let until = JSON.text(of: today.now().addingTimeInterval(seconds))
    #expect(await script.requests.last?.variables["input"] == ["id": .string(notificationID), "until": .string(until)])
  }

  @Test func whatCannotBePutOffAtTheServerIsToldAgainByTheDevice() async {
    #expect(await responder().respond(to: push(), by: .snoozeHour) == .again(at: today.now().addingTimeInterval(3_600)))
    #expect(await responder().respond(to: PushPayload([:]), by: .snoozeHour) == .again(at: today.now().addingTimeInterval(3_600)))
  }

  @Test func whatAPushTellsIsReadWithCare() {
    let bad = PushPayload(["notificationId": "../x", "subjectId": 5])
    #expect(bad.notification == nil && bad.subject == nil && bad.link == nil)
    #expect(push().link == .object(goalID))
    #expect(PushPayload(userInfo: ["subjectId": goalID.rawValue, "notificationId": notificationID, "aps": ["badge": 1], 5: "x"]) == push())
  }

  @Test func everyKindOffersWhatMakesSense() {
    #expect(PushAction.offered(for: .reminder).count == 4)
    #expect(PushAction.offered(for: .alert) == [.done, .snoozeHour, .snoozeMorning])
    #expect(PushAction.offered(for: .digest) == [.done])
    #expect(PushAction.offered(for: .unknown).isEmpty)
    #expect(PushAction.allCases.filter(\.opensApp) == [.log])
  }
}
