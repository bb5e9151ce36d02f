import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import DeviceData

@Suite struct ConnectionsOfADevice {
  let server = Server()
  let store = MemoryStore()
  let clock = Clock()
  let calendar = Appointments()
  let tasks = Tasks()

  func connections(health: Readings? = nil) -> DeviceConnections {
    DeviceConnections(
      graph: server.graph, store: store, device: device, sources: DeviceSources(health: health, calendar: calendar, reminders: tasks),
      surroundings: clock.surroundings)
  }

  @Test func onlyWhatTheDeviceHasIsOffered() async throws {
    #expect(try await connections().rows().map(\.provider) == [.calendar, .reminders])
    #expect(try await connections(health: Readings()).rows().map(\.permission) == [.asked, .granted, .granted])
    await #expect(throws: DeviceFault.noAccess) { try await connections().connect(.health) }
  }

  @Test func thePersonIsAskedOnceAndThenItIsConnectedAndSynced() async throws {
    await calendar.access.set(.notAsked)
    await calendar.set([event("a")])
    let own = connections()
    try await own.connect(.calendar)
    try await own.connect(.calendar)
    #expect(await calendar.access.asked == 1)
    #expect(await server.operations.filter { $0 == "ConnectDeviceProvider" }.count == 1)
    let input = try #require(await server.inputs.first)
    #expect(input["provider"] == "APPLE_CALENDAR")
    #expect(input["deviceId"] == "device_1")
    try await own.syncDue()
    let state = try await own.state(.calendar)
    #expect(state.connection?.rawValue == input["id"]?.text)
    #expect(state.latest.sent == 1)
    #expect(state.succeededAt == start)
    #expect(try await own.nextDue() == start.addingTimeInterval(3_600))
  }

  @Test func whatIsNotAllowedIsNotConnected() async throws {
    let access = Permission(.notAsked, answer: .denied)
    let own = connections(health: Readings(access: access))
    await #expect(throws: DeviceFault.noAccess) { try await own.connect(.health) }
    #expect(await server.operations.isEmpty)
    // The system asks once.
    await #expect(throws: DeviceFault.noAccess) { try await own.connect(.health) }
    #expect(await access.asked == 1)
  }

  @Test func aConnectionThatNobodyHeardOfIsMadeWithTheSameId() async throws {
    let own = connections()
    await server.set(userErrors: ["ConnectDeviceProvider": ["code": "TAKEN", "message": "Already.", "path": ["deviceId"]]])
    await #expect(throws: UserError.self) { try await own.connect(.calendar) }
    await server.set(userErrors: [:])
    try await connections().connect(.calendar)
    #expect(Set(await server.inputs.map { $0["id"] }).count == 1)
  }

  @Test func aConnectionFromBeforeIsTakenOver() async throws {
    await server.set(connections: [
      Server.connection("connection_other", "APPLE_CALENDAR", device: "device_2"),
      Server.connection("connection_none", "APPLE_CALENDAR", device: nil),
      Server.connection("connection_own", "APPLE_CALENDAR", status: "PAUSED"),
    ])
    try await connections().connect(.calendar)
    #expect(await server.operations == ["DeviceConnections"])
    let state = try await connections().state(.calendar)
    #expect(state.connection == ObjectID("connection_own"))
    #expect(state.isPaused)
  }

  @Test func whatWasEndedElsewhereIsForgottenWithItsAnchors() async throws {
    let own = connections(health: Readings(samples: samples(2)))
    try await own.connect(.health)
    try await own.sync(.health)
    let id = try #require(try await own.state(.health).connection)
    #expect(await store.note("anchor:\(id):stepCount") == "2")
    await server.set(connections: nil)
    try await own.refresh()
    #expect(try await own.state(.health).connection == id, "While a part of the server is away, nothing is known.")
    await server.set(connections: [])
    try await own.refresh()
    #expect(try await own.state(.health) == DeviceState())
    #expect(await store.note("anchor:\(id):stepCount") == nil)
  }

  @Test func aSyncLearnsThatTheConnectionIsNoMore() async throws {
    let own = connections()
    try await own.connect(.calendar)
    await server.set(userErrors: ["IngestCalendarEvents": ["code": "NOT_FOUND", "message": "No.", "path": ["connectionId"]]])
    try await own.sync(.calendar)
    #expect(try await own.state(.calendar) == DeviceState())
    #expect(try await own.nextDue() == nil)
  }

  @Test func whatIsPausedIsNotSentUntilItGoesOn() async throws {
    await calendar.set([event("a")])
    let own = connections()
    try await own.connect(.calendar)
    try await own.pause(.calendar, true)
    try await own.sync(.calendar)
    try await own.syncDue()
    #expect(await !server.operations.contains("IngestCalendarEvents"))
    #expect(try await own.nextDue() == nil)
    try await own.pause(.calendar, false)
    try await own.syncDue()
    #expect(await server.operations.contains("IngestCalendarEvents"))
    try await own.pause(.health, true)
  }

  @Test func aPauseOnAnotherDeviceIsLearntAndItsEndToo() async throws {
    let own = connections()
    try await own.connect(.calendar)
    await server.set(userErrors: ["IngestCalendarEvents": ["code": "CONFLICT", "message": "Paused.", "path": ["connectionId"]]])
    try await own.sync(.calendar)
    #expect(try await own.state(.calendar).isPaused)
    #expect(try await own.state(.calendar).problem == .paused)
    try await own.refresh()
    #expect(try await !own.state(.calendar).isPaused)
    #expect(try await own.state(.calendar).problem == nil)
  }

  @Test func whatIsEndedIsEndedAndTheChoiceOfCalendarsIsKept() async throws {
    await calendar.set([event("a")])
    let own = connections()
    try await own.connect(.calendar, excluding: ["work"])
    try await own.sync(.calendar)
    try await own.disconnect(.calendar)
    #expect(await server.operations.last == "Disconnect")
    #expect(try await own.state(.calendar) == DeviceState(excluding: ["work"]))
    try await own.disconnect(.calendar)
    try await own.connect(.calendar)
    #expect(try await own.state(.calendar).excluded == ["work"])
    await server.set(userErrors: ["Disconnect": ["code": "NOT_FOUND", "message": "No.", "path": ["id"]]])
    try await own.disconnect(.calendar)
    #expect(try await own.state(.calendar).connection == nil)
  }

  @Test func leavingACalendarOutIsDueAtOnce() async throws {
    let own = connections()
    try await own.connect(.calendar)
    try await own.sync(.calendar)
    #expect(try await own.nextDue() == start.addingTimeInterval(3_600))
    try await own.exclude(["work"], of: .calendar)
    #expect(try await own.nextDue() == start)
    try await own.syncDue()
    try await own.exclude(["work"], of: .calendar)
    #expect(try await own.nextDue() == start.addingTimeInterval(3_600))
    #expect(try await own.lists(.calendar).map(\.id) == ["home"])
    #expect(try await own.lists(.health).isEmpty)
    #expect(try await own.lists(.reminders).isEmpty)
  }

  @Test func aProblemIsKeptAndTriedAgainLaterAndLater() async throws {
    let own = connections()
    try await own.connect(.reminders)
    await server.set(faults: [GraphFault.offline, GraphFault.offline])
    try await own.sync(.reminders)
    #expect(try await own.state(.reminders).problem == .offline)
    let first = try #require(try await own.nextDue())
    #expect(first > start)
    clock.now = first
    try await own.syncDue()
    let second = try #require(try await own.nextDue())
    #expect(second.timeIntervalSince(first) > first.timeIntervalSince(start))
    #expect(try await own.state(.reminders).failures == 2)
    clock.now = second
    try await own.syncDue()
    let state = try await own.state(.reminders)
    #expect(state.problem == nil && state.failures == 0 && state.succeededAt == second)
  }

  @Test func whatIsNotAllowedAnyMoreIsSaid() async throws {
    let own = connections()
    try await own.connect(.calendar)
    await calendar.access.set(.denied)
    try await own.sync(.calendar)
    #expect(try await own.state(.calendar).problem == .noAccess)
    #expect(try await own.rows().first?.permission == .denied)
  }

  @Test func kindsThatDoNotGetThroughAreTold() async throws {
    let own = connections(health: Readings(samples: samples(1), faults: ["heartRate": .failed("No.")]))
    try await own.connect(.health)
    try await own.sync(.health)
    let state = try await own.state(.health)
    #expect(state.problems == ["heartRate": .outdated("No.")])
    #expect(state.problem == .outdated("No."))
  }

  @Test func whatWasRefusedStaysUntilItIsRead() async throws {
    await server.set(results: [["outcome": "REJECTED", "errors": [["code": "INVALID", "message": "No.", "path": []]]]])
    await calendar.set([event("a")])
    let own = connections()
    try await own.connect(.calendar)
    try await own.sync(.calendar)
    try await own.sync(.calendar)
    #expect(try await own.state(.calendar).refused.count == 1)
    try await own.dismissRefusals(.calendar)
    #expect(try await own.state(.calendar).refused == Refusals())
  }

  @Test func aSyncThatRunsIsNotBegunTwice() async throws {
    await calendar.set([event("a")])
    let own = connections()
    try await own.connect(.calendar)
    let second = AsyncStream.makeStream(of: Task<Void, any Error>.self)
    await server.set(meanwhile: {
      let rows = try await own.rows()
      #expect(rows.first?.isSyncing == true)
      second.continuation.yield(Task { try await own.sync(.calendar) })
    })
    try await own.sync(.calendar)
    var tasks = second.stream.makeAsyncIterator()
    try await tasks.next()?.value
    #expect(await server.operations.filter { $0 == "IngestCalendarEvents" }.count == 1)
    #expect(try await own.rows().first?.isSyncing == false)
  }

  @Test func whatChangesWhileItIsReadIsDueAgain() async throws {
    let own = connections()
    try await own.connect(.calendar)
    await server.set(meanwhile: { try await own.noteChanges(.calendar) })
    try await own.sync(.calendar)
    #expect(try await own.nextDue() == start)
  }

  @Test func aSyncThatIsCutOffLosesNoChange() async throws {
    let own = connections()
    try await own.connect(.calendar)
    try await own.sync(.calendar)
    await calendar.set([event("a")])
    try await own.noteChanges(.calendar)
    await server.set(meanwhile: { throw CancellationError() })
    await #expect(throws: CancellationError.self) { try await own.syncDue() }
    #expect(try await own.nextDue() == start)
    try await own.syncDue()
    #expect(try await own.state(.calendar).latest.sent == 1)
  }

  @Test func anEndWhileItSyncsStaysTheEnd() async throws {
    await calendar.set([event("a")])
    let own = connections()
    try await own.connect(.calendar)
    await server.set(meanwhile: { try await own.disconnect(.calendar) })
    _ = try? await own.sync(.calendar)
    #expect(try await own.state(.calendar) == DeviceState())
  }

  @Test func whoListensHearsOfChanges() async throws {
    let own = connections()
    var changes = await own.changes().makeAsyncIterator()
    try await own.connect(.calendar)
    #expect(await changes.next() != nil)
  }
}

@Suite struct WhatIsDue {
  let schedule = DeviceSchedule()

  func state(_ change: (inout DeviceState) -> Void = { _ in }) -> DeviceState {
    var state = DeviceState()
    state.connection = connection
    state.attemptedAt = start
    change(&state)
    return state
  }

  @Test func nothingIsDueOfWhatIsNotConnectedOrWaitsForThePerson() {
    #expect(schedule.due(DeviceState(), now: start) == nil)
    #expect(schedule.due(state { $0.isPaused = true }, now: start) == nil)
    #expect(schedule.due(state { $0.problem = .signedOut }, now: start) == nil)
    #expect(schedule.due(state { $0.problem = .gone }, now: start) == nil)
  }

  @Test func whatWasNeverSyncedIsDueAndSoIsWhatTheClockPutOff() {
    #expect(schedule.due(state { $0.attemptedAt = nil }, now: start) == start)
    let before = start.addingTimeInterval(-86_400)
    #expect(schedule.due(state(), now: before) == before)
  }

  @Test func changesAreDueAtOnceUnlessTheServerIsAway() {
    #expect(schedule.due(state { $0.hasChanges = true }, now: start) == start)
    let due = schedule.due(
      state {
        $0.hasChanges = true
        $0.problem = .busy
        $0.failures = 1
      }, now: start)
    #expect(due == start.addingTimeInterval(22.5))
  }

  @Test func whatDoesNotPassByItselfIsTriedEachHour() {
    #expect(schedule.due(state { $0.problem = .noAccess }, now: start) == start.addingTimeInterval(3_600))
  }

  @Test func problemsAreToldApart() {
    func problem(_ error: any Error) -> DeviceProblem { DeviceProblem(error) }
    #expect(problem(GraphFault.unauthenticated) == .signedOut)
    #expect(problem(GraphFault.rateLimited(retryAfter: 1)) == .busy)
    #expect(problem(GraphFault.refused(code: "FORBIDDEN", message: "No.")) == .refused("No."))
    #expect(problem(UserError(code: "INVALID", message: "Wrong.", path: ["unit"])) == .refused("Wrong."))
    #expect(problem(UserError(code: "NOT_FOUND", message: "Other.", path: ["id"])) == .refused("Other."))
    #expect(problem(GraphFault.unreadable("x")) == .outdated("\(GraphFault.unreadable("x"))"))
    #expect(DeviceProblem.locked.passes && !DeviceProblem.noAccess.passes)
  }
}
