import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import DeviceData

/// Measurements in the order in which they came; an anchor is how many were read.
struct Readings: HealthSource {
  let samples: [HealthSample]
  var deleted: [String] = []
  func page(type: String, unit: String, after anchor: String?, limit: Int) -> HealthPage {
    let from = anchor.flatMap { Int($0) } ?? 0
    let part = samples.dropFirst(from).prefix(limit)
    let end = from + part.count
    return HealthPage(
      samples: Array(part), deleted: end >= samples.count && from < samples.count ? deleted : [], anchor: "\(end)",
      hasMore: end < samples.count)
  }
}

func samples(_ count: Int) -> [HealthSample] {
  (0..<count).map {
    HealthSample(
      uuid: "u\($0)", start: Date(timeIntervalSince1970: Double($0)), end: Date(timeIntervalSince1970: Double($0 + 60)), value: 5)
  }
}

actor Taken {
  var inputs: [JSONValue] = []
  var failures = 0
  init(failures: Int = 0) { self.failures = failures }
  func take(_ request: Request, results: JSONValue = []) throws -> JSONValue {
    inputs.append(request.variables["input"] ?? .null)
    if failures > 0 {
      failures -= 1
      throw GraphFault.offline
    }
    return ["ingest": ["results": results, "errors": []]]
  }
}

let surroundings = Surroundings(
  now: { Date(timeIntervalSince1970: 0) }, random: { 0.5 }, pause: { _ in }, timeZone: { TimeZone(identifier: "Europe/Berlin") ?? .gmt })

@Suite struct Health {
  func sync(_ taken: Taken, _ source: Readings, store: MemoryStore = MemoryStore(), results: JSONValue = []) -> HealthSync {
    let graph = ScriptedGraph { try await taken.take($0, results: results) }
    return HealthSync(graph: graph.client, store: store, source: source, connection: ObjectID("connection_1"), surroundings: surroundings)
  }

  @Test func measurementsGoInBatchesAndTheirDeletionsToo() async throws {
    let taken = Taken()
    let health = sync(taken, Readings(samples: samples(2_500), deleted: ["gone"]))
    let summary = try await health.sync(type: "stepCount", unit: "count")
    #expect(summary == HealthSync.Summary(sent: 2_500, deleted: 1, rejected: []))
    let inputs = await taken.inputs
    #expect(inputs.map { $0["samples"]?.items?.count } == [1_000, 1_000, 500])
    #expect(inputs.last?["deleted"] == ["gone"])
    #expect(inputs.last?["anchor"] == "2500")
    #expect(inputs.first?["timeZone"] == "Europe/Berlin")
    // Nothing new: nothing is sent.
    #expect(try await health.sync(type: "stepCount", unit: "count") == HealthSync.Summary())
    #expect(await taken.inputs.count == 3)
  }

  @Test func aBatchThatFailedIsSentAgainAndNoneBeforeIt() async throws {
    let taken = Taken(failures: 1)
    let store = MemoryStore()
    let health = sync(taken, Readings(samples: samples(1_500)), store: store)
    await #expect(throws: GraphFault.offline) { try await health.sync(type: "stepCount", unit: "count") }
    #expect(try await health.sync(type: "stepCount", unit: "count").sent == 1_500)
    let inputs = await taken.inputs
    #expect(inputs[0] == inputs[1])
    #expect(inputs.count == 3)
  }

  @Test func typesHaveAnchorsOfTheirOwn() async throws {
    let taken = Taken()
    let store = MemoryStore()
    let health = sync(taken, Readings(samples: samples(1)), store: store)
    _ = try await health.sync(type: "stepCount", unit: "count")
    _ = try await health.sync(type: "heartRate", unit: "count/min")
    #expect(await taken.inputs.count == 2)
  }

  @Test func whatTheServerDidNotTakeIsTold() async throws {
    let results: JSONValue = [
      ["outcome": "REJECTED", "errors": [["code": "INVALID", "message": "No number.", "path": []]]], ["outcome": "CREATED", "errors": []],
    ]
    let health = sync(Taken(), Readings(samples: samples(2)), results: results)
    #expect(try await health.sync(type: "stepCount", unit: "count").rejected == ["No number."])
  }

  @Test func aSampleIsSentWithAllThatTellsItApart() {
    let sample = HealthSample(
      uuid: "u", start: Date(timeIntervalSince1970: 0), end: Date(timeIntervalSince1970: 1), value: nil, source: "Watch",
      syncIdentifier: "s",
      syncVersion: 2)
    #expect(
      sample.input == [
        "uuid": "u", "start": "1970-01-01T00:00:00.000Z", "end": "1970-01-01T00:00:01.000Z", "source": "Watch", "syncIdentifier": "s",
        "syncVersion": 2,
      ])
  }
}

@Suite struct Calendars {
  func event(_ id: String, title: String = "Dentist", occurrence: Double? = nil) -> CalendarEvent {
    CalendarEvent(
      externalID: id, occurrenceStart: occurrence.map { Date(timeIntervalSince1970: $0) }, calendarID: "c", title: title,
      startsAt: Date(timeIntervalSince1970: 0), endsAt: Date(timeIntervalSince1970: 3600), lastModifiedAt: Date(timeIntervalSince1970: 5))
  }

  @Test func onlyTheDifferenceToWhatTheServerHasIsSent() async throws {
    let taken = Taken()
    let graph = ScriptedGraph { try await taken.take($0) }
    let store = MemoryStore()
    let calendar = CalendarSync(graph: graph.client, store: store, connection: ObjectID("connection_1"))
    try await calendar.sync([event("a"), event("b"), event("c", occurrence: 1), event("c", occurrence: 2)])
    // Another process goes on with what the store knows.
    let later = CalendarSync(graph: graph.client, store: store, connection: ObjectID("connection_1"))
    let counts = try await later.sync([event("a"), event("b", title: "Doctor"), event("c", occurrence: 1)])
    #expect(counts == (1, 1))
    let inputs = await taken.inputs
    #expect(inputs.count == 2)
    #expect(inputs[0]["events"]?.items?.count == 4)
    #expect(inputs[1]["events"]?.items?.map { $0["title"] } == ["Doctor"])
    #expect(inputs[1]["deleted"] == [["externalId": "c", "occurrenceStart": "1970-01-01T00:00:02.000Z"]])
    #expect(try await later.sync([event("a"), event("b", title: "Doctor"), event("c", occurrence: 1)]) == (0, 0))
  }

  @Test func whatWasNotTakenIsSentAgain() async throws {
    let taken = Taken(failures: 1)
    let graph = ScriptedGraph { try await taken.take($0) }
    let calendar = CalendarSync(graph: graph.client, store: MemoryStore(), connection: ObjectID("connection_1"))
    await #expect(throws: GraphFault.offline) { try await calendar.sync([event("a")]) }
    #expect(try await calendar.sync([event("a")]) == (1, 0))
  }

  @Test func manyAppointmentsGoInBatches() async throws {
    let taken = Taken()
    let graph = ScriptedGraph { try await taken.take($0) }
    let calendar = CalendarSync(graph: graph.client, store: MemoryStore(), connection: ObjectID("connection_1"))
    try await calendar.sync((0..<1_200).map { event("e\($0)") })
    #expect(await taken.inputs.map { $0["events"]?.items?.count } == [500, 500, 200])
  }
}
