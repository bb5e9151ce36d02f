import Foundation
import Graph
import Models
import Persistence
import Sync
import Testing

@testable import Features

/// A store that cannot be read any more.
private actor Broken: Store {
  func write(_ writes: [StoreWrite]) throws { throw StoreFault.unusable("") }
  func object(_ id: ObjectID) throws -> StoredObject? { throw StoreFault.unusable("") }
  func objects(_ query: StoreQuery) throws -> [StoredObject] { throw StoreFault.unusable("") }
  func count(type: String) throws -> Int { throw StoreFault.unusable("") }
  func changes() throws -> [StoredChange] { throw StoreFault.unusable("") }
  func note(_ name: String) throws -> JSONValue? { throw StoreFault.unusable("") }
}

@Suite(.timeLimit(.minutes(1))) @MainActor struct QuickLogging {
  let store = MemoryStore()
  var account: Account { Account(userID: "user_1", graph: client(Script()), store: store, surroundings: surroundings()) }

  func until(_ isSo: () -> Bool) async { while !isSo() { await Task.yield() } }

  func put(_ goals: [JSONValue]) async throws {
    try await store.write(
      goals.map { .put(StoredObject(id: ObjectID($0["id"]?.text ?? ""), type: "Goal", version: 1, data: $0)) }
        + [.setNote("completeAt", .string(JSON.text(of: Date(timeIntervalSince1970: 1_780_000_000))))])
  }

  let habit: JSONValue = [
    "id": "goal_1", "title": "Stretch", "status": "ACTIVE", "kind": "HABIT", "frequency": ["period": "DAY", "interval": 1, "times": 1],
    "version": 1,
  ]

  @Test func oneClickLogsAndCanBeTakenBack() async throws {
    try await put([habit])
    let model = QuickLogModel(account)
    let following = Task { await model.follow() }
    defer { following.cancel() }
    await until { model.screen.value?.first?.state == .open }
    let goal = try #require(model.screen.value?.first)
    await model.log(goal)
    await until { model.screen.value?.first?.state == .done }
    let entry = try #require(model.undoable[goal.id])
    await model.undo(entry, goal: goal)
    await until { model.screen.value?.first?.state == .open }
    #expect(model.undoable.isEmpty && model.work.problem == nil)
  }

  @Test func aTypedValueIsLoggedWhenItIsANumber() async throws {
    try await put([habit])
    let account = account
    let model = QuickLogModel(account)
    let goal = try #require(try await account.actions.suggestedGoals().first)
    #expect(await !model.log("many", goal: goal))
    #expect(await model.log("2,5", goal: goal, locale: Locale(identifier: "de_DE")))
    #expect(try await account.actions.suggestedGoals().first?.logged == Amount("2.5"))
  }

  @Test func withoutGoalsItSaysSoOnceItKnows() async throws {
    let model = QuickLogModel(account)
    let following = Task { await model.follow() }
    defer { following.cancel() }
    try await put([])
    let known = QuickLogModel(account)
    let alsoFollowing = Task { await known.follow() }
    defer { alsoFollowing.cancel() }
    await until { known.screen == .empty }
  }

  @Test func aCopyThatCannotBeReadIsSaid() async throws {
    let model = QuickLogModel(Account(userID: "user_1", graph: client(Script()), store: Broken(), surroundings: surroundings()))
    let following = Task { await model.follow() }
    defer { following.cancel() }
    await until { if case .failed = model.screen { true } else { false } }
    await model.log(TodayTimelineGoal.any)
    #expect(model.work.problem != nil)
  }
}

private enum TodayTimelineGoal {
  static let any = TodayGoal(
    id: ObjectID("goal_1"), title: "", unit: nil, percent: nil, urgency: .none, state: .open, logged: nil, wanted: nil, step: 1, streak: nil
  )
}
