import Foundation
import Graph
import Models
import Observation
import Persistence
import Session
import Sync
import Testing

@testable import Features

/// A server that a test changes as it goes on, and what it was asked.
private actor Server {
  var isAway = false
  var turnsDown = false
  private(set) var asked: [String: Int] = [:]
  private(set) var registered: [JSONValue] = []
  private var events: [String: [AsyncThrowingStream<Answer, any Error>.Continuation]] = [:]

  func set(isAway: Bool) { self.isAway = isAway }
  func set(turnsDown: Bool) { self.turnsDown = turnsDown }

  func answer(_ request: Request) throws -> JSONValue {
    asked[request.operation.name, default: 0] += 1
    if isAway { throw GraphFault.offline }
    if turnsDown { throw GraphFault.unauthenticated }
    switch request.operation.name {
    case "Changes": return ["changes": ["changes": [], "cursor": "1", "hasMore": false, "fullSyncNeeded": false]]
    case "OfflineGoals": return ["viewer": ["id": "user_1", "goals": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
    case "OfflineAreas": return ["viewer": ["id": "user_1", "lifeAreas": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
    case "Settings": return ["viewer": ["id": "user_1", "timeZone": "Asia/Tokyo", "dayStartMinutes": 180]]
    case "RegisterDevice":
      registered.append(request.variables["input"]?["pushToken"] ?? .null)
      return ["registerDevice": ["device": ["id": "device_1"], "errors": []]]
    case "CreateGoal": return ["createGoal": ["goal": nil, "errors": [["code": "INVALID", "message": "No.", "path": ["title"]]]]]
    default: return ["signOut": ["errors": []]]
    }
  }

  func subscribed(_ name: String, _ continuation: AsyncThrowingStream<Answer, any Error>.Continuation) {
    asked[name, default: 0] += 1
    events[name, default: []].append(continuation)
  }

  func tell(_ name: String, _ data: JSONValue) {
    for continuation in events[name] ?? [] { continuation.yield(Answer(data: data)) }
  }

  func end(_ name: String, with fault: GraphFault) {
    for continuation in events[name] ?? [] { continuation.finish(throwing: fault) }
    events[name] = nil
  }

  nonisolated var graph: GraphClient {
    GraphClient(
      execute: { Answer(data: try await self.answer($0)) },
      subscribe: { request in
        AsyncThrowingStream { continuation in Task { await self.subscribed(request.operation.name, continuation) } }
      })
  }
}

/// What a test sees of a companion and of the device's files.
private actor Notes {
  private(set) var lines: [String] = []
  private var stores: [String: MemoryStore] = [:]
  private var faults: [StoreFault] = []
  func note(_ line: String) { lines.append(line) }
  func fail(with fault: StoreFault) { faults.append(fault) }
  func open(_ userID: String) throws -> MemoryStore {
    if let fault = faults.popLast() { throw fault }
    let store = stores[userID] ?? MemoryStore()
    stores[userID] = store
    return store
  }
  func remove(_ userID: String) throws {
    if let fault = faults.popLast() { throw fault }
    stores[userID] = nil
    lines.append("removed \(userID)")
  }
}

/// A keychain that is locked until it is not.
private actor Locker: TokenStore {
  struct Locked: Error {}
  var tokens: Tokens?
  var isLocked = false
  init(_ tokens: Tokens?) { self.tokens = tokens }
  func set(isLocked: Bool) { self.isLocked = isLocked }
  func load() throws -> Tokens? {
    if isLocked { throw Locked() }
    return tokens
  }
  func save(_ tokens: Tokens?) throws {
    if isLocked { throw Locked() }
    self.tokens = tokens
  }
}

/// A network that is always there.
private struct Always: Reachability {
  func changes() -> AsyncStream<Bool> { AsyncStream { $0.yield(true) } }
}

@Suite(.timeLimit(.minutes(1))) @MainActor struct TheApp {
  private let server = Server()
  private let notes = Notes()
  private let keys: Locker
  private let session: SessionKeeper
  let app: AppModel
  static let tokens = Tokens(accessToken: "a", refreshToken: "r", userID: "user_1", usedUntil: Date(timeIntervalSince1970: 1_780_000_600))

  init() {
    let (server, notes) = (server, notes)
    keys = Locker(Self.tokens)
    // Waits until it is cancelled: nothing happens by itself.
    let still = Surroundings(
      now: { Date(timeIntervalSince1970: 1_780_000_000) }, random: { 0.5 }, pause: { _ in try await Task.sleep(for: .seconds(3600)) },
      timeZone: { .gmt })
    session = SessionKeeper(graph: server.graph, store: keys, surroundings: still)
    app = AppModel(
      AppEnvironment(
        session: session, graph: server.graph.kept(by: session), openStore: { try await notes.open($0) },
        removeStore: { try await notes.remove($0) },
        device: { DeviceDescription(id: ObjectID("device_1"), name: "Phone", platform: .iOS, appVersion: "1") },
        reachability: Always(),
        companions: [
          Companion(
            whileOpen: { account in
              await notes.note("open for \(account.userID)")
              try? await Task.sleep(for: .seconds(3600))
              await notes.note("closed")
            },
            inBackground: { await notes.note("in the background for \($0.userID)") }, forget: { await notes.note("forgot \($0)") })
        ], surroundings: still))
  }

  /// Lets everything that is under way go on until this is so.
  func until(_ isSo: () async -> Bool) async {
    while await !isSo() { await Task.yield() }
  }

  @Test func withASessionItStartsSignedInAndKeepsTheCopyUpToDate() async throws {
    await app.scene("one", isOpen: true)
    let account = try #require(app.account)
    #expect(account.userID == "user_1" && app.needsWelcome)
    await until { app.status.completeAt != nil && app.status.phase == .idle }
    await until { account.clock.day.timeZone.identifier == "Asia/Tokyo" }
    #expect(account.clock.day.dayStartMinutes == 180)
    await until { await notes.lines == ["open for user_1"] }
    await app.welcomed()
    #expect(!app.needsWelcome)
  }

  @Test func whatThePersonDoesIsSentAtOnce() async throws {
    await app.scene("one", isOpen: true)
    await until { app.status.completeAt != nil }
    try await #require(app.account).engine.createGoal(["title": "Run", "kind": "NUMERIC"])
    await until { app.status.needPerson == 1 }
    #expect(await server.asked["CreateGoal"] == 1)
  }

  @Test func whatHappensElsewhereIsFetchedAndCounted() async throws {
    await app.scene("one", isOpen: true)
    await until { await server.asked["ProgressUpdated"] == 1 && app.status.completeAt != nil && app.status.phase == .idle }
    await until { await server.asked["NotificationCreated"] == 1 }
    let before = await server.asked["Changes"] ?? 0
    await server.tell("NotificationCreated", ["notificationCreated": ["event": ["id": "event_1"]]])
    await until { app.newsCounts[.notificationCreated] == 1 }
    await server.tell("ProgressUpdated", ["progressUpdated": ["event": ["id": "event_2"]]])
    await until { await server.asked["Changes"] ?? 0 > before }
    #expect(app.newsCounts[.progressUpdated] == 1)
    // What the server will not tell is not followed, and nothing else ends with it.
    await server.end("ResearchCompleted", with: .refused(code: "FORBIDDEN", message: ""))
    await server.tell("NotificationCreated", ["notificationCreated": ["event": ["id": "event_3"]]])
    await until { app.newsCounts[.notificationCreated] == 2 }
  }

  @Test func itRestsWhenTheLastWindowIsClosed() async throws {
    await app.scene("one", isOpen: true)
    await app.scene("two", isOpen: true)
    await until { await notes.lines == ["open for user_1"] }
    await app.scene("one", isOpen: false)
    #expect(await notes.lines == ["open for user_1"])
    await app.scene("two", isOpen: false)
    await until { await notes.lines == ["open for user_1", "closed"] }
    await app.scene("two", isOpen: true)
    await until { await notes.lines.count == 3 }
  }

  @Test func withoutASessionItAsksToSignIn() async throws {
    try await keys.save(nil)
    await app.scene("one", isOpen: true)
    guard case .signedOut(ended: false) = app.state else { throw Unexpected(app.state) }
    try await keys.save(Self.tokens)
    try await session.resume()
    await app.sessionChanged()
    #expect(app.account?.userID == "user_1")
    await until { await notes.lines == ["open for user_1"] }
  }

  @Test func untilTheDeviceIsUnlockedNothingIsKnown() async throws {
    await keys.set(isLocked: true)
    #expect(await app.refreshInBackground() == false)
    guard case .starting = app.state else { throw Unexpected(app.state) }
    await keys.set(isLocked: false)
    await app.scene("one", isOpen: true)
    #expect(app.account != nil)
  }

  @Test func aSessionThatEndedIsSaidAndWhatWasNotSentIsKept() async throws {
    await server.set(isAway: true)
    await app.scene("one", isOpen: true)
    try await #require(app.account).engine.createGoal(["title": "Run", "kind": "NUMERIC"])
    await server.set(isAway: false)
    await server.set(turnsDown: true)
    await app.sync()
    await until { if case .signedOut(ended: true) = app.state { true } else { false } }
    #expect(try await notes.open("user_1").changes().count == 1)
    #expect(app.status == SyncStatus())
  }

  @Test func aSubscriptionThatIsTurnedDownEndsTheSessionToo() async throws {
    await app.scene("one", isOpen: true)
    await until { await server.asked["GoalCompleted"] == 1 }
    await server.set(turnsDown: true)
    await server.end("GoalCompleted", with: .unauthenticated)
    await until { if case .signedOut(ended: true) = app.state { true } else { false } }
  }

  @Test func signingOutRemovesTheCopyAndWhatCompanionsKeep() async throws {
    await app.scene("one", isOpen: true)
    await until { await notes.lines.first == "open for user_1" }
    await app.signOut()
    guard case .signedOut(ended: false) = app.state else { throw Unexpected(app.state) }
    #expect(await notes.lines.filter { $0 != "closed" } == ["open for user_1", "removed user_1", "forgot user_1"])
    #expect(await server.asked["SignOut"] == 1)
    #expect(await keys.tokens == nil)
    // There is nobody to sign out any more.
    await app.signOut()
    #expect(await server.asked["SignOut"] == 1)
  }

  @Test func whoCannotBeSignedOutStaysAndIsTold() async throws {
    await app.scene("one", isOpen: true)
    await until { await notes.lines.first == "open for user_1" }
    await keys.set(isLocked: true)
    await app.signOut()
    #expect(app.problem != nil)
    app.dismissProblem()
    #expect(app.problem == nil)
  }

  @Test func aCopyThatCannotBeUsedIsSaidAndBegunAnew() async throws {
    await notes.fail(with: .tooNew(version: 9))
    await app.start()
    guard case .unusable(userID: "user_1", .tooNew(version: 9)) = app.state else { throw Unexpected(app.state) }
    await notes.fail(with: .unusable("The disk is full."))
    await app.startAnew()
    #expect(app.problem != nil && app.account == nil)
    await app.startAnew()
    #expect(app.account?.userID == "user_1" && app.problem == nil)
    await app.startAnew()
    #expect(await notes.lines == ["removed user_1"])
  }

  @Test func inTheBackgroundEverythingIsDoneOnce() async throws {
    #expect(await app.refreshInBackground())
    #expect(await notes.lines == ["in the background for user_1"])
    await server.set(isAway: true)
    #expect(await app.refreshInBackground() == false)
    await server.set(isAway: false)
    await server.set(turnsDown: true)
    #expect(await app.refreshInBackground() == false)
    guard case .signedOut(ended: true) = app.state else { throw Unexpected(app.state) }
  }

  @Test func theServerIsToldWherePushesGoAndAgainWhenItWasAway() async throws {
    await app.start()
    await server.set(isAway: true)
    let address = PushAddress(token: Data([1, 171]), environment: .sandbox)
    await app.pushes(to: address)
    #expect(await server.registered.isEmpty)
    await server.set(isAway: false)
    await app.scene("one", isOpen: true)
    await until { await server.registered == ["01ab"] }
    await app.pushes(to: nil)
    #expect(await server.registered == ["01ab", .null])
  }

  @Test func theClockIsKeptForWhenThereIsNoNetwork() async throws {
    #expect(await app.refreshInBackground())
    await app.scene("one", isOpen: true)
    await until { app.account?.clock.day.timeZone.identifier == "Asia/Tokyo" }
    let store = try await notes.open("user_1")
    let again = PersonalClock(surroundings())
    #expect(again.day.timeZone == .gmt && again.day.dayStartMinutes == 0)
    await until { await store.note("clock") != nil }
    await again.restore(from: store)
    #expect(again.day.timeZone.identifier == "Asia/Tokyo" && again.day.dayStartMinutes == 180)
    again.heard(serverTime: Date(timeIntervalSince1970: 1_780_086_400))
    #expect(again.day.now() == Date(timeIntervalSince1970: 1_780_086_400))
  }

  @Test func aLinkWaitsForAWindowAndIsFollowedOnce() async {
    app.open(.place(.research))
    #expect(app.link == .place(.research))
    #expect(await app.takeLink() == .place(.research))
    #expect(await app.takeLink() == nil)
  }

  @Test func aLinkToAnEntryLeadsToItsGoal() async throws {
    await app.start()
    let engine = try #require(app.account).engine
    let goal = try await engine.createGoal(["title": "Run"])
    let entry = try await engine.logProgress(today.draft(goal: goal, value: 5))
    app.open(.object(entry))
    #expect(await app.takeLink() == .object(goal))
    app.open(.object(goal))
    #expect(await app.takeLink() == .object(goal))
    // One that is not in the copy leads where it says.
    app.open(.object(ObjectID("entry_unknown")))
    #expect(await app.takeLink() == .object(ObjectID("entry_unknown")))
  }

  @Test func shortcutsHaveTheSameCopy() async throws {
    await app.start()
    await #expect(throws: Actions.Fault.nothingToDo) { try await app.account?.actions.nextStep() }
  }
}

private struct Unexpected: Error {
  let state: AppModel.State
  init(_ state: AppModel.State) { self.state = state }
}
