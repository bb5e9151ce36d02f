import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

/// What a test says the server answers; it can be changed as the test goes on.
actor Script {
  private var results: [String: Result<JSONValue, GraphFault>] = [:]
  private var problems: [GraphProblem] = []
  private(set) var requests: [Request] = []
  func set(_ name: String, _ result: Result<JSONValue, GraphFault>, problems: [GraphProblem] = []) {
    results[name] = result
    self.problems = problems
  }
  func answer(_ request: Request) throws -> Answer {
    requests.append(request)
    guard let result = results[request.operation.name] else { throw GraphFault.offline }
    return Answer(data: try result.get(), problems: problems)
  }
}

func surroundings(at time: TimeInterval = 1_780_000_000) -> Surroundings {
  Surroundings(
    now: { Date(timeIntervalSince1970: time) }, random: { Double.random(in: 0..<1) },
    pause: { _ in try await Task.sleep(for: .milliseconds(1)) },
    timeZone: { .gmt })
}

func client(
  _ script: Script, stream: @escaping @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> = { _ in .init { $0.finish() } }
)
  -> GraphClient
{
  GraphClient(execute: { try await script.answer($0) }, subscribe: stream)
}

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
    await parts.lifeAreas().open()
    await parts.goal(ObjectID("goal_1")).open()
    await parts.research().open()
    await parts.automations().open()
    await parts.notifications().open()
    await parts.settings().open()
    #expect(
      await script.requests.map(\.operation.name) == [
        "Dashboard", "LifeAreas", "GoalDetail", "ResearchResults", "AutomationRules", "Notifications", "Settings",
      ])
  }

  @Test func screensThatHaveNothingAreEmpty() async {
    let none: JSONValue = ["nodes": [], "pageInfo": ["hasNextPage": false]]
    await script.set("LifeAreas", .success(["viewer": ["lifeAreas": none]]))
    await script.set("ResearchResults", .success(["viewer": ["researchResults": none]]))
    await script.set("AutomationRules", .success(["viewer": ["automationRules": none]]))
    await script.set("Dashboard", .success(["viewer": ["dashboard": ["activeGoalCount": 0]]]))
    await script.set("GoalDetail", .success(["goal": nil]))
    let parts = Parts(graph: client(script), store: store, surroundings: surroundings())
    let (areas, research, rules) = (parts.lifeAreas(), parts.research(), parts.automations())
    let (dashboard, goal) = (parts.dashboard(), parts.goal(ObjectID("goal_1")))
    for open in [areas.open, research.open, rules.open, dashboard.open, goal.open] { await open() }
    #expect(areas.screen == .empty)
    #expect(research.screen == .empty)
    #expect(rules.screen == .empty)
    #expect(dashboard.screen == .empty)
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

@MainActor @Suite struct Chats {
  let script = Script()
  func message(_ id: String, _ content: String = "", status: String = "COMPLETE") -> JSONValue {
    ["id": .string(id), "role": "ASSISTANT", "content": .string(content), "status": .string(status), "toolCalls": []]
  }
  func call(_ state: String) -> JSONValue {
    [
      "id": "toolcall_1", "tool": "LogProgress", "kind": "WRITE", "state": .string(state), "title": "Log 5 km",
      "details": [["name": "value", "value": "5"]], "confirmation": "c1", "tainted": false,
    ]
  }
  func delta(_ number: Int, _ kind: String, _ extra: [String: JSONValue] = [:]) -> Answer {
    Answer(data: ["messageStream": .object(extra.merging(["sequence": .int(number), "kind": .string(kind)]) { $1 })])
  }

  /// A stream of these deltas whose connection is lost after every second one.
  func stream(_ deltas: [Answer]) -> @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> {
    { request in
      AsyncThrowingStream { continuation in
        let after = request.variables["after"]?.number ?? 0
        for answer in deltas.filter({ $0.data["messageStream"]?["sequence"]?.number ?? 0 > after }).prefix(2) { continuation.yield(answer) }
        continuation.finish(throwing: GraphFault.offline)
      }
    }
  }

  func sent() async {
    await script.set(
      "SendMessage",
      .success([
        "sendMessage": [
          "message": message("message_1", "Hi"), "reply": message("message_2", status: "PENDING"), "conversation": ["id": "conversation_1"],
          "errors": [],
        ]
      ]))
  }

  @Test func aReplyIsWrittenOutOnceHoweverOftenTheConnectionIsLost() async {
    await sent()
    let deltas = [
      delta(1, "TEXT", ["text": "Hel"]), delta(2, "TEXT", ["text": "lo, "]), delta(3, "USAGE"), delta(4, "TEXT", ["text": "Ada"]),
    ]
    let chat = ChatModel(
      graph: client(script, stream: stream(deltas + [delta(5, "END", ["status": "COMPLETE"])])), surroundings: surroundings())
    await chat.send(" Hi ")
    #expect(chat.reply?.text == "Hello, Ada")
    #expect(chat.reply?.ended == "COMPLETE")
    #expect(chat.conversationID == ObjectID("conversation_1"))
    #expect(chat.messages.map(\.content) == ["Hi"])
    #expect(chat.problem == nil)
    #expect(chat.isReconnecting == false)
    #expect(await script.requests.first?.variables["input"]?["content"] == "Hi")
  }

  @Test func aProposalWaitsForThePersonWhoApprovesExactlyWhatIsShown() async throws {
    await sent()
    await script.set("ApproveToolCall", .success(["approveToolCall": ["toolCall": call("APPROVED"), "errors": []]]))
    let deltas = [delta(1, "TOOL_CALL", ["toolCall": call("PROPOSED")]), delta(2, "END", ["status": "WAITING"])]
    let chat = ChatModel(graph: client(script, stream: stream(deltas)), surroundings: surroundings())
    await chat.send("Log 5 km")
    let proposal = try #require(chat.reply?.proposals.first)
    await chat.approve(proposal)
    #expect(chat.reply?.proposals.isEmpty == true)
    #expect(await script.requests.last?.variables["input"] == ["id": "toolcall_1", "confirmation": "c1", "always": false])
    let approved = try #require(chat.reply?.toolCalls.first)
    let before = await script.requests.count
    await chat.approve(approved)
    #expect(await script.requests.count == before)
  }

  @Test func aProposalIsRejectedWithAReason() async throws {
    await sent()
    await script.set("RejectToolCall", .success(["rejectToolCall": ["toolCall": call("REJECTED"), "errors": []]]))
    let deltas = [delta(1, "TOOL_CALL", ["toolCall": call("PROPOSED")]), delta(2, "END")]
    let chat = ChatModel(graph: client(script, stream: stream(deltas)), surroundings: surroundings())
    await chat.send("Log 5 km")
    await chat.reject(try #require(chat.reply?.proposals.first), reason: String(repeating: "x", count: 900))
    #expect(chat.reply?.toolCalls.first?.state == "REJECTED")
    #expect(await script.requests.last?.variables["input"]?["reason"]?.text?.count == 500)
  }

  @Test func whatCouldNotBeSentGoesBackIntoTheField() async {
    let chat = ChatModel(graph: client(script), surroundings: surroundings())
    await chat.send("Hi")
    #expect(chat.unsent == "Hi")
    #expect(chat.problem == .offline)
    await chat.send("  ")
    #expect(await script.requests.count == 1)
  }

  @Test func aConversationThatIsOpenedGoesOnWithItsReply() async {
    await script.set(
      "Conversation", .success(["conversation": ["messages": ["nodes": [message("message_2", "Hel", status: "STREAMING")]]]]))
    let deltas = [delta(1, "TEXT", ["text": "Hello"]), delta(2, "END", ["status": "STOPPED"])]
    let chat = ChatModel(
      graph: client(script, stream: stream(deltas)), conversationID: ObjectID("conversation_1"), surroundings: surroundings())
    await chat.open()
    #expect(chat.reply?.text == "Hello")
    #expect(chat.reply?.ended == "STOPPED")
  }

  @Test func aConversationThatIsGoneOrUnreachableSaysSo() async {
    await script.set("Conversation", .success(["conversation": nil]))
    let chat = ChatModel(graph: client(script), conversationID: ObjectID("conversation_1"), surroundings: surroundings())
    await chat.open()
    guard case .refused = chat.problem else {
      Issue.record("\(String(describing: chat.problem))")
      return
    }
    await script.set("Conversation", .failure(.unauthenticated))
    await chat.open()
    #expect(chat.problem == .signedOut)
  }

  @Test func aReplyThatIsRefusedEndsWithTheProblem() async {
    await sent()
    let chat = ChatModel(
      graph: client(script, stream: { _ in .init { $0.finish(throwing: GraphFault.refused(code: "NOT_FOUND", message: "Gone.")) } }),
      surroundings: surroundings())
    await chat.send("Hi")
    #expect(chat.problem == .refused("Gone."))
    await script.set("StopMessage", .success(["stopMessage": ["message": nil, "errors": []]]))
    await chat.stop()
    #expect(await script.requests.last?.operation.name == "StopMessage")
  }
}

/// A server that has these goals, and takes every change.
func engine(_ goals: [JSONValue], offline: Bool = false) async throws -> SyncEngine {
  let script = ScriptedGraph { request in
    if offline { throw GraphFault.offline }
    switch request.operation.name {
    case "Changes": return ["changes": ["changes": [], "cursor": "1", "hasMore": false, "fullSyncNeeded": false]]
    case "OfflineGoals": return ["viewer": ["id": "user_1", "goals": ["nodes": .array(goals), "pageInfo": ["hasNextPage": false]]]]
    case "OfflineEntries": return ["goal": ["entries": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
    default: return ["logProgress": ["entry": nil, "errors": [["code": "INVALID", "message": "No.", "path": ["value"]]]]]
    }
  }
  return SyncEngine(graph: script.client, store: MemoryStore(), owner: "user_1", surroundings: surroundings())
}

func goal(_ number: Int, _ title: String, urgency: String = "NONE", status: String = "ACTIVE") -> JSONValue {
  [
    "id": .string("goal_\(number)"), "title": .string(title), "status": .string(status), "percent": 0.5, "version": 1,
    "pace": ["urgency": .string(urgency)],
  ]
}

let today = DayClock(now: { Date(timeIntervalSince1970: 1_780_000_000) }, timeZone: .gmt)

@MainActor @Suite struct GoalScreens {
  @Test func goalsComeByUrgencyAndThoseThatAreOverLast() async throws {
    let model = GoalsModel(
      engine: try await engine([goal(1, "Done", status: "COMPLETED"), goal(2, "Later", urgency: "SAFE"), goal(3, "Now", urgency: "TODAY")]))
    await model.refresh()
    #expect(model.screen.value?.map(\.title) == ["Now", "Later", "Done"])
    #expect(model.screen.value?.first?.percent == 0.5)
    #expect(model.status.phase == .idle)
  }

  @Test func aNewDeviceWithoutANetworkSaysSoAndOneWithoutGoalsIsEmpty() async throws {
    let offline = GoalsModel(engine: try await engine([], offline: true))
    await offline.show()
    #expect(offline.screen == .loading)
    await offline.refresh()
    #expect(offline.screen == .failed(.offline))
    let none = GoalsModel(engine: try await engine([]))
    await none.refresh()
    #expect(none.screen == .empty)
  }

  @Test func whatIsLoggedIsKeptAndMarkedUntilTheServerHasIt() async throws {
    let engine = try await engine([goal(1, "Run")])
    await engine.sync()
    let sheet = LogProgressModel(goal: ObjectID("goal_1"), engine: engine, day: today)
    sheet.text = "5,5 km"
    await sheet.save(locale: Locale(identifier: "de_DE"))
    #expect(sheet.outcome == .notANumber)
    sheet.text = "5,5"
    sheet.note = "Rain"
    await sheet.save(locale: Locale(identifier: "de_DE"))
    guard case .kept(let id) = sheet.outcome else {
      Issue.record("\(String(describing: sheet.outcome))")
      return
    }
    #expect(sheet.text.isEmpty)
    let entry = try #require(try await engine.object(id))
    #expect(entry.data["value"] == "5.5")
    #expect(entry.data["localDate"] == "2026-05-28")
    let model = GoalsModel(engine: engine)
    await model.show()
    #expect(model.screen.value?.first?.isPending == true)
    // The server refuses it: the person is told, and gives it up.
    await model.refresh()
    #expect(model.status.needPerson == 1)
    await model.settle(try #require(try await engine.pending().first), by: .keepTheirs)
    #expect(model.status.pending == 0)
    #expect(model.problem == nil)
  }
}

@Suite struct AppActions {
  func actions(_ goals: [JSONValue], graph: GraphClient? = nil) async throws -> Actions {
    let engine = try await engine(goals)
    await engine.sync()
    return Actions(engine: engine, graph: graph ?? client(Script()), day: today, surroundings: surroundings())
  }

  @Test func aGoalIsFoundByItsNameOrAPartOfIt() async throws {
    let actions = try await actions([
      goal(1, "Run 500 km"), goal(2, "Read"), goal(3, "Read poems"), goal(4, "Old run", status: "COMPLETED"),
    ])
    _ = try await actions.logProgress(5, goalNamed: "run")
    // The whole name wins over a part of another one.
    _ = try await actions.logProgress(5, goalNamed: " READ ")
    #expect(try await actions.engine.pending().map(\.group.rawValue) == ["goal_1", "goal_2"])
    await #expect(throws: Actions.Fault.noGoal(named: "swim")) { try await actions.logProgress(5, goalNamed: "swim") }
    await #expect(throws: Actions.Fault.noGoal(named: "")) { try await actions.logProgress(5, goalNamed: "") }
    await #expect(throws: Actions.Fault.ambiguous(["Read", "Read poems"])) { try await actions.logProgress(5, goalNamed: "rea") }
  }

  @Test func theNextStepIsTheMostUrgentGoal() async throws {
    let actions = try await actions([
      goal(1, "Later", urgency: "SAFE"), goal(2, "Now", urgency: "TODAY"), goal(3, "Over", urgency: "TODAY", status: "PAUSED"),
    ])
    #expect(try await actions.nextStep().title == "Now")
    let none = try await self.actions([])
    await #expect(throws: Actions.Fault.nothingToDo) { try await none.nextStep() }
  }

  @Test func aQuestionWithoutANetworkFailsWithTheReason() async throws {
    let actions = try await actions([])
    await #expect(throws: AskFault(problem: .offline)) { try await actions.ask("How am I doing?", within: 5) }
  }

  @Test func aQuestionWaitsNoLongerThanItMay() async throws {
    let script = Script()
    await script.set(
      "SendMessage",
      .success([
        "sendMessage": [
          "reply": ["id": "message_2", "role": "ASSISTANT", "content": "", "status": "PENDING", "toolCalls": []], "errors": [],
        ]
      ]))
    let silent = client(script, stream: { _ in .init { _ in } })
    let actions = try await actions([], graph: silent)
    await #expect(throws: Actions.Fault.noAnswerInTime) { try await actions.ask("How am I doing?", within: 0.01) }
  }
}

@Suite struct Links {
  let id = "goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6"
  func link(_ text: String, host: String? = "jarvis.example") throws -> DeepLink? {
    DeepLink(try #require(URL(string: text)), webHost: host)
  }

  @Test func linksLeadToObjectsAndSheets() throws {
    #expect(try link("jarvis://goal/\(id)") == .object(ObjectID(id)))
    #expect(try link("jarvis://log/\(id)") == .logProgress(goal: ObjectID(id)))
    #expect(try link("jarvis://dashboard") == .dashboard)
    #expect(try link("https://jarvis.example/goal/\(id)") == .object(ObjectID(id)))
    #expect(try link("https://jarvis.example/") == .dashboard)
    #expect(try link("jarvis://connected?code=1&state=2") == .connectionReturned(parameters: ["code": "1", "state": "2"]))
  }

  @Test(arguments: [
    "https://evil.example/goal/goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "http://jarvis.example/", "jarvis://goal/goal_1",
    "jarvis://area/goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "jarvis://log/area_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "javascript:alert(1)",
    "jarvis://goal/goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6/delete", "file:///etc/passwd",
  ]) func whatOthersMakeUpLeadsNowhere(text: String) throws { #expect(try link(text) == nil) }

  @Test func aPushLeadsToWhatItIsAbout() {
    #expect(
      DeepLink(push: ["notificationId": "notification_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "subjectId": .string(id)]) == .object(ObjectID(id))
    )
    #expect(
      DeepLink(push: ["notificationId": "notification_0192f3a1b2c37d4e8f90a1b2c3d4e5f6"])
        == .object(ObjectID("notification_0192f3a1b2c37d4e8f90a1b2c3d4e5f6")))
    #expect(DeepLink(push: [:]) == nil)
    #expect(DeepLink(push: ["subjectId": "x"]) == nil)
  }
}

@Suite struct Live {
  @Test(arguments: LiveUpdates.Kind.allCases) func afterARestartItGoesOnAfterTheLastEventThatWasSeen(kind: LiveUpdates.Kind) async throws {
    let store = MemoryStore()
    let opened = Script()
    let graph = client(
      opened,
      stream: { request in
        AsyncThrowingStream { continuation in
          let after = request.variables["after"]?.text ?? "event_0"
          let next = after == "event_0" ? "event_1" : "event_2"
          continuation.yield(Answer(data: [kind.rawValue: ["event": ["id": .string(next)], "after": .string(after)]]))
          continuation.finish(throwing: GraphFault.refused(code: "FORBIDDEN", message: ""))
        }
      })
    var seen: [JSONValue?] = []
    for _ in 0..<2 {
      let live = LiveUpdates(graph: graph, store: store, surroundings: surroundings())
      do {
        for try await event in live.events(kind) { if case .happened(kind, let payload) = event { seen.append(payload["after"]) } }
        Issue.record("It ended.")
      } catch { #expect(error as? GraphFault == .refused(code: "FORBIDDEN", message: "")) }
    }
    #expect(seen == ["event_0", "event_1"])
  }

  @Test func aLostConnectionIsTold() async throws {
    let graph = client(Script(), stream: { _ in .init { $0.finish(throwing: GraphFault.offline) } })
    for try await event in LiveUpdates(graph: graph, store: MemoryStore(), surroundings: surroundings()).events(.progressUpdated) {
      #expect(event == .away(.progressUpdated))
      break
    }
  }
}
