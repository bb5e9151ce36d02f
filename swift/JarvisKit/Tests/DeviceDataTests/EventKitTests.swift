import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import DeviceData

@Suite struct Calendars {
  let server = Server()
  let store = MemoryStore()
  let clock = Clock()
  let device = Appointments()

  func sync() -> CalendarSync {
    CalendarSync(graph: server.graph, store: store, source: device, connection: connection, surroundings: clock.surroundings)
  }

  func known() async throws -> [KnownItem] { try #require(await store.note("calendar:connection_1")).read() }

  @Test func onlyTheDifferenceToWhatTheServerHasIsSent() async throws {
    await device.set([event("a"), event("b"), event("c", occurrence: 1), event("c", occurrence: 2)])
    try await sync().sync()
    // Another process goes on with what the store knows.
    await device.set([event("a"), event("b", title: "Doctor"), event("c", occurrence: 1)])
    #expect(try await sync().sync() == DeviceSummary(sent: 1, deleted: 1))
    let inputs = await server.inputs
    #expect(inputs.count == 3)
    #expect(inputs[0]["events"]?.items?.count == 4)
    #expect(inputs[1]["deleted"] == [["externalId": "c", "occurrenceStart": "1970-01-01T00:00:02.000Z"]])
    #expect(inputs[1]["events"] == [])
    #expect(inputs[2]["events"]?.items?.map { $0["title"] } == ["Doctor"])
    #expect(try await sync().sync() == DeviceSummary())
    #expect(await server.inputs.count == 3)
  }

  @Test func whatWasNotTakenIsSentAgain() async throws {
    await device.set([event("a")])
    await server.set(faults: [GraphFault.offline])
    await #expect(throws: GraphFault.offline) { try await sync().sync() }
    #expect(try await sync().sync() == DeviceSummary(sent: 1))
  }

  @Test func manyAppointmentsGoInBatchesAndADeviceThatKnowsNothingBeginsAnew() async throws {
    await device.set((0..<1_200).map { event("e\($0)") })
    await device.set(lists: [
      DeviceList(id: "work", title: "Work", account: "iCloud"), DeviceList(id: "home", title: "Home", account: "iCloud"),
    ])
    try await sync().sync()
    let inputs = await server.inputs
    #expect(inputs.map { $0["events"]?.items?.count } == [500, 500, 200])
    #expect(inputs.map { $0["resetCalendars"] } == [["home", "work"], nil, nil])
  }

  @Test func anInterruptedBeginningIsNotBegunAnew() async throws {
    await device.set((0..<600).map { event("e\($0)") })
    await server.set(meanwhile: { [server] in await server.set(faults: [GraphFault.offline]) })
    await #expect(throws: GraphFault.offline) { try await sync().sync() }
    #expect(try await sync().sync() == DeviceSummary(sent: 100))
    #expect(await server.inputs.map { $0["resetCalendars"] } == [["home"], nil])
  }

  @Test func whatTheWindowLeavesBehindIsNotDeleted() async throws {
    await device.set([event("old", day: -29), event("new", day: 10)])
    try await sync().sync()
    clock.now += 5 * 86_400
    #expect(try await sync().sync() == DeviceSummary())
    await device.set([event("new", day: 10)])
    #expect(try await sync().sync() == DeviceSummary())
    let known: [KnownItem] = try await known()
    #expect(known.map(\.key.externalId) == ["new"])
    #expect(await device.windows.last == DeviceWindow(around: clock.now))
  }

  @Test func aClockThatIsWrongByAYearDeletesNothing() async throws {
    await device.set([event("a"), event("b", day: 100)])
    try await sync().sync()
    clock.now = start.addingTimeInterval(-366 * 86_400)
    #expect(try await sync().sync() == DeviceSummary())
    clock.now = start
    #expect(try await sync().sync() == DeviceSummary())
    clock.now = start.addingTimeInterval(366 * 86_400)
    #expect(try await sync().sync() == DeviceSummary())
    #expect(await server.inputs.count == 1)
  }

  @Test func whatComesBackIsSentWithoutItsAgeWhichTheDeletionIsNewerThan() async throws {
    await device.set([event("a"), event("b")])
    try await sync().sync()
    await device.set([event("b")])
    #expect(try await sync().sync() == DeviceSummary(deleted: 1))
    await device.set([event("a"), event("b")])
    #expect(try await sync().sync() == DeviceSummary(sent: 1))
    let inputs = await server.inputs
    #expect(inputs.first?["events"]?.items?.first?["lastModifiedAt"] != nil)
    #expect(inputs.last?["events"]?.items?.first?["externalId"] == "a")
    #expect(inputs.last?["events"]?.items?.first?["lastModifiedAt"] == nil)
    #expect(try await sync().sync() == DeviceSummary())
  }

  @Test func aDeletionIsForgottenAfterAYear() async throws {
    await device.set([event("a"), event("b")])
    try await sync().sync()
    await device.set([event("b")])
    try await sync().sync()
    clock.now += 367 * 86_400
    try await sync().sync()
    let known: [KnownItem] = try await known()
    #expect(known.isEmpty)
  }

  @Test func aCalendarThatIsLeftOutIsTakenBackWhole() async throws {
    await device.set(lists: [
      DeviceList(id: "work", title: "Work", account: "iCloud"), DeviceList(id: "home", title: "Home", account: "iCloud"),
    ])
    await device.set([event("a"), event("w", calendar: "work")])
    try await sync().sync()
    #expect(try await sync().sync(excluding: ["work"]) == DeviceSummary())
    #expect(try await sync().sync(excluding: ["work"]) == DeviceSummary())
    let inputs = await server.inputs
    #expect(inputs.count == 2)
    #expect(inputs[1]["resetCalendars"] == ["work"])
    #expect(inputs[1]["deleted"] == [])
    // And it comes again when the person wants it.
    #expect(try await sync().sync() == DeviceSummary(sent: 1))
    #expect(await server.inputs.last?["events"]?.items?.first?["lastModifiedAt"] != nil)
  }

  @Test func ofADeviceThatMayNotBeReadNothingIsDeleted() async throws {
    await device.set([event("a")])
    try await sync().sync()
    await device.access.set(.denied)
    await #expect(throws: DeviceFault.noAccess) { try await sync().sync() }
    #expect(await server.inputs.count == 1)
  }

  @Test func ofTwoWithOneKeyTheLastCounts() async throws {
    await device.set([event("a", title: "First"), event("a", title: "Last")])
    #expect(try await sync().sync() == DeviceSummary(sent: 1))
    #expect(await server.inputs[0]["events"]?.items?.map { $0["title"] } == ["Last"])
    #expect(try await sync().sync() == DeviceSummary())
  }

  @Test func whatTheServerDidNotTakeIsToldByItsTitleAndNotSentAgain() async throws {
    await server.set(results: [["outcome": "REJECTED", "errors": [["code": "INVALID", "message": "It ends before.", "path": []]]]])
    await device.set([event("a")])
    let refused = try await sync().sync().refused
    #expect(refused.examples == [Refusals.One(subject: "Dentist", message: "It ends before.")])
    #expect(try await sync().sync() == DeviceSummary())
  }

  @Test func anAppointmentIsSentAsItIs() {
    let event = CalendarEvent(
      externalID: "x", occurrenceStart: nil, calendarID: "home", title: String(repeating: "é", count: 2_000), location: "Here",
      when: .time(from: start, to: start.addingTimeInterval(-60)), status: .tentative, lastModifiedAt: nil)
    #expect(event.input["title"]?.text?.count == 1_000)
    #expect(event.input["location"] == "Here")
    #expect(event.input["status"] == "TENTATIVE")
    #expect(event.input["endsAt"] == event.input["startsAt"])
    #expect(event.input["lastModifiedAt"] == nil)
  }

  @Test(arguments: [86_399.0, 86_400]) func wholeDaysAreDays(length: Double) throws {
    let midnight = try #require(LocalDate("2026-03-10")).start(in: berlin)
    let when = CalendarEvent.When(wholeDaysFrom: midnight, to: midnight.addingTimeInterval(length), in: berlin)
    let event = CalendarEvent(externalID: "x", occurrenceStart: nil, calendarID: "home", title: "", when: when, lastModifiedAt: nil)
    #expect(event.input["startDate"] == "2026-03-10")
    #expect(event.input["endDate"] == "2026-03-11")
    #expect(event.input["startsAt"] == nil)
    #expect(event.span(in: berlin) == Span(from: midnight, to: midnight.addingTimeInterval(86_400)))
  }

  @Test func aWholeDayIsOneOnTheDayWhenClocksChange() throws {
    let midnight = try #require(LocalDate("2026-03-29")).start(in: berlin)
    let end = try #require(LocalDate("2026-03-30")).start(in: berlin)
    #expect(end.timeIntervalSince(midnight) == 23 * 3_600)
    let day = try #require(LocalDate("2026-03-29"))
    #expect(CalendarEvent.When(wholeDaysFrom: midnight, to: end, in: berlin) == .days(from: day, end: day.adding(days: 1)))
  }
}

@Suite struct Reminders {
  let server = Server()
  let store = MemoryStore()
  let clock = Clock()
  let device = Tasks()

  func sync() -> ReminderSync {
    ReminderSync(graph: server.graph, store: store, source: device, connection: connection, surroundings: clock.surroundings)
  }

  @Test func onlyTheDifferenceIsSent() async throws {
    await device.set([reminder("a"), reminder("b"), reminder("c")])
    #expect(try await sync().sync() == DeviceSummary(sent: 3))
    await device.set([reminder("a"), reminder("b", completed: start)])
    #expect(try await sync().sync() == DeviceSummary(sent: 1, deleted: 1))
    let inputs = await server.inputs
    #expect(inputs[1]["deleted"] == ["c"])
    #expect(inputs[2]["reminders"]?.items?.first?["completedAt"] == .string(JSON.text(of: start)))
    #expect(await server.operations.allSatisfy { $0 == "IngestReminders" })
  }

  @Test func whatWasDoneLongAgoIsNotDeleted() async throws {
    await device.set([reminder("a"), reminder("done", completed: start.addingTimeInterval(-29 * 86_400))])
    try await sync().sync()
    clock.now += 3 * 86_400
    #expect(try await sync().sync() == DeviceSummary())
  }

  @Test func aListThatIsLeftOutIsDeletedAndComesAgain() async throws {
    await device.set([reminder("a"), reminder("w", list: "work")])
    try await sync().sync()
    #expect(try await sync().sync(excluding: ["work"]) == DeviceSummary(deleted: 1))
    #expect(try await sync().sync() == DeviceSummary(sent: 1))
    #expect(await server.inputs.last?["reminders"]?.items?.first?["lastModifiedAt"] == nil)
  }

  @Test func withoutListsThereIsNothing() async throws {
    #expect(try await sync().sync() == DeviceSummary())
    #expect(await server.inputs.count == 1)
  }

  @Test func aReminderIsDueAtATimeOrOnADay() throws {
    var parts = DateComponents(year: 2026, month: 3, day: 10)
    let day = try #require(LocalDate("2026-03-10"))
    #expect(DeviceReminder.Due(parts, in: berlin) == .day(day))
    parts.hour = 9
    #expect(DeviceReminder.Due(parts, in: berlin) == .time(day.start(in: berlin).addingTimeInterval(9 * 3_600)))
    parts.minute = 30
    parts.timeZone = .gmt
    #expect(DeviceReminder.Due(parts, in: berlin) == .time(day.start(in: .gmt).addingTimeInterval(9.5 * 3_600)))
    #expect(DeviceReminder.Due(DateComponents(hour: 9), in: berlin) == nil)
    #expect(DeviceReminder.Due(DateComponents(year: 2026, month: 2, day: 30), in: berlin) == nil)
  }

  @Test func itsInputSaysWhenItIsDue() throws {
    let day = DeviceReminder(
      externalID: "r", listID: "l", title: "T", due: .day(try #require(LocalDate("2026-03-10"))), lastModifiedAt: nil)
    #expect(day.input == ["externalId": "r", "listId": "l", "title": "T", "dueDate": "2026-03-10"])
    let time = DeviceReminder(externalID: "r", listID: "l", title: "T", due: .time(start), lastModifiedAt: nil)
    #expect(time.input["dueAt"] == .string(JSON.text(of: start)))
  }
}
