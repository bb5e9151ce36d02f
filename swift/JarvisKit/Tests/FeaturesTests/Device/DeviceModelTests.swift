import DeviceData
import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

/// A device's calendars.
private actor Calendars: CalendarSource {
  private(set) var now: DevicePermission
  private let answer: DevicePermission
  private var listeners: [AsyncStream<Void>.Continuation] = []
  init(_ now: DevicePermission = .granted, answer: DevicePermission = .granted) {
    self.now = now
    self.answer = answer
  }
  func permission() -> DevicePermission { now }
  func requestPermission() -> DevicePermission {
    now = answer
    return answer
  }
  nonisolated func changes() -> AsyncStream<Void> {
    AsyncStream { continuation in Task { await self.listen(continuation) } }
  }
  private func listen(_ continuation: AsyncStream<Void>.Continuation) {
    listeners.append(continuation)
    for waiting in waiters { waiting.resume() }
    waiters = []
  }
  private var waiters: [CheckedContinuation<Void, Never>] = []
  func tell() async {
    if listeners.isEmpty { await withCheckedContinuation { waiters.append($0) } }
    for listener in listeners { listener.yield() }
  }
  func calendars() -> [DeviceList] {
    [DeviceList(id: "w", title: "Work", account: "Exchange"), DeviceList(id: "h", title: "Home", account: "Cloud")]
  }
  func events(in window: DeviceWindow, of calendars: [DeviceList]) -> [CalendarEvent] {
    calendars.map {
      CalendarEvent(
        externalID: $0.id, occurrenceStart: nil, calendarID: $0.id, title: $0.title, when: .time(from: window.from, to: window.to),
        lastModifiedAt: nil)
    }
  }
}

/// A server with the connections that devices made.
private actor Server {
  private(set) var operations: [String] = []
  private(set) var ingested: [JSONValue] = []
  var isAway = false
  private var made: JSONValue?
  private var waiting: [(name: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  func set(isAway: Bool) { self.isAway = isAway }

  /// Returns when it was asked this so often.
  func asked(_ name: String, times count: Int) async {
    if operations.count(where: { $0 == name }) >= count { return }
    await withCheckedContinuation { waiting.append((name, count, $0)) }
  }

  func answer(_ request: Request) throws -> JSONValue {
    let name = request.operation.name
    operations.append(name)
    let due = waiting.filter { wait in operations.count(where: { $0 == wait.name }) >= wait.count }
    waiting.removeAll { wait in operations.count(where: { $0 == wait.name }) >= wait.count }
    for wait in due { wait.continuation.resume() }
    if isAway { throw GraphFault.offline }
    let input = request.variables["input"] ?? .null
    switch name {
    case "DeviceConnections": return ["viewer": ["connections": ["nodes": .array(made.map { [$0] } ?? [])]]]
    case "ConnectDeviceProvider", "UpdateConnection":
      made = [
        "id": input["id"] ?? .null, "status": input["paused"] == true ? "PAUSED" : "ACTIVE", "version": 1,
        "provider": ["id": "APPLE_CALENDAR"], "device": ["id": "device_1"],
      ]
      return ["payload": ["connection": made ?? .null, "errors": []]]
    case "Disconnect":
      made = nil
      return ["payload": ["connectionId": input["id"] ?? .null, "errors": []]]
    case "IngestCalendarEvents":
      ingested.append(input)
      let rejected: JSONValue = ["outcome": "REJECTED", "errors": [["code": "INVALID", "message": "No.", "path": []]]]
      return ["payload": ["results": .array((input["events"]?.items ?? []).map { _ in rejected }), "errors": []]]
    default: throw GraphFault.offline
    }
  }
  nonisolated var graph: GraphClient { ScriptedGraph { try await self.answer($0) }.client }
}

@MainActor @Suite struct DeviceScreen {
  private let server = Server()
  private let store = MemoryStore()

  private func connections(_ calendars: Calendars? = Calendars()) -> DeviceConnections {
    DeviceConnections(
      graph: server.graph, store: store, device: ObjectID("device_1"), sources: DeviceSources(calendar: calendars),
      surroundings: surroundings())
  }

  @Test func itIsAllowedThenChosenThenConnectedAndSent() async throws {
    let model = DeviceModel(connections: connections(Calendars(.notAsked)))
    await model.refresh()
    #expect(model.row(.calendar)?.permission == .notAsked)
    #expect(await model.allow(.calendar))
    #expect(model.lists[.calendar]?.map(\.title) == ["Home", "Work"])
    #expect(await !server.operations.contains("IngestCalendarEvents"))
    #expect(await model.connect(.calendar, excluding: ["w"]))
    #expect(await server.ingested.flatMap { $0["events"]?.items ?? [] }.map { $0["title"] } == ["Home"])
    let state = try #require(model.row(.calendar)?.state)
    #expect(state.connection != nil && state.latest.sent == 1 && state.refused.count == 1)
    await model.dismissRefusals(.calendar)
    #expect(model.row(.calendar)?.state.refused.count == 0)
    #expect(!model.isBusy(.calendar))
  }

  @Test func whatThePersonDoesNotAllowIsSaid() async {
    let model = DeviceModel(connections: connections(Calendars(.notAsked, answer: .denied)))
    #expect(await !model.allow(.calendar))
    #expect(model.notAllowed == .calendar)
    #expect(await !model.connect(.calendar))
    model.dismissNotAllowed()
    #expect(model.notAllowed == nil)
    #expect(model.work.problem == nil)
  }

  @Test func itIsPausedGoesOnAndIsEnded() async {
    let model = DeviceModel(connections: connections())
    #expect(await model.connect(.calendar))
    await model.pause(.calendar, true)
    #expect(model.row(.calendar)?.state.isPaused == true)
    await model.pause(.calendar, false)
    #expect(model.row(.calendar)?.state.isPaused == false)
    await model.disconnect(.calendar)
    #expect(model.row(.calendar)?.state.connection == nil)
  }

  @Test func aCalendarIsLeftOutAndTakenInAgain() async {
    let model = DeviceModel(connections: connections())
    #expect(await model.connect(.calendar))
    await model.loadLists(.calendar)
    let work = DeviceList(id: "w", title: "Work", account: "Exchange")
    await model.include(work, false, of: .calendar)
    #expect(model.row(.calendar)?.state.excluded == ["w"])
    await model.sync(.calendar)
    #expect(await server.ingested.last?["resetCalendars"] == ["w"])
    await model.include(work, true, of: .calendar)
    #expect(model.row(.calendar)?.state.excluded == [])
  }

  @Test func withoutANetworkWhatIsKnownIsShown() async {
    await server.set(isAway: true)
    let model = DeviceModel(connections: connections())
    await model.refresh()
    #expect(model.refreshProblem == .offline)
    #expect(model.row(.calendar)?.permission == .granted)
    #expect(await !model.connect(.calendar))
    #expect(model.work.problem == .offline)
    await server.set(isAway: false)
    await model.refresh()
    #expect(model.refreshProblem == nil)
  }

  @Test func aDeviceWithoutSuchDataSaysSo() async {
    let model = DeviceModel(connections: connections(nil))
    await model.refresh()
    #expect(model.screen == .empty)
    await model.include(DeviceList(id: "w", title: "", account: ""), false, of: .calendar)
    #expect(model.row(.calendar) == nil)
  }

  @Test func whatBecomesOfItIsFollowed() async throws {
    let own = connections()
    let model = DeviceModel(connections: own)
    let following = Task { await model.follow() }
    await server.asked("DeviceConnections", times: 1)
    try await own.connect(.calendar)
    while model.row(.calendar)?.state.connection == nil { await Task.yield() }
    following.cancel()
    await following.value
  }

  @Test func whatTheDeviceTellsIsSentWhileTheAppIsOpen() async throws {
    let calendars = Calendars()
    let server = server
    let hub = DeviceHub(sources: DeviceSources(calendar: calendars), device: { ObjectID("device_1") })
    let account = Account(userID: "user_1", graph: server.graph, store: store, surroundings: surroundings())
    let own = try await hub.connections(of: account)
    #expect(try await hub.connections(of: account) === own)
    try await own.connect(.calendar)
    let open = Task { await hub.companion.whileOpen(account) }
    await server.asked("IngestCalendarEvents", times: 1)
    try await own.exclude(["w"], of: .calendar)
    await server.asked("IngestCalendarEvents", times: 2)
    await calendars.tell()
    open.cancel()
    await open.value
    await hub.companion.forget("user_1")
    #expect(try await hub.connections(of: account) !== own)
  }

  @Test func whatIsDueIsSentInTheBackground() async throws {
    let hub = DeviceHub(sources: DeviceSources(calendar: Calendars()), device: { ObjectID("device_1") })
    let account = Account(userID: "user_1", graph: server.graph, store: store, surroundings: surroundings())
    try await hub.connections(of: account).connect(.calendar)
    await hub.companion.inBackground(account)
    #expect(await server.ingested.count == 1)
    await hub.companion.inBackground(account)
    await hub.sync(account, changed: .calendar)
    #expect(await server.ingested.count == 1, "Nothing changed.")
    #expect(try await hub.connections(of: account).state(.calendar).attemptedAt == surroundings().now())
    let locked = DeviceHub(sources: DeviceSources(calendar: Calendars()), device: { throw GraphFault.offline })
    await locked.sync(account)
  }
}
