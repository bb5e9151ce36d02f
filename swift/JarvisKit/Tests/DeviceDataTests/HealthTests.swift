import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import DeviceData

private let steps = HealthCatalogue.kinds.filter { $0.type == "stepCount" }

@Suite struct Health {
  let server = Server()
  let store = MemoryStore()

  func sync(_ source: Readings) -> HealthSync {
    HealthSync(graph: server.graph, store: store, source: source, connection: connection, surroundings: surroundings)
  }

  @Test func measurementsGoInBatchesAndTheirDeletionsToo() async throws {
    let health = sync(Readings(samples: samples(2_500), deleted: ["gone"]))
    let report = try await health.sync(steps)
    #expect(report == HealthSync.Report(summary: DeviceSummary(sent: 2_500, deleted: 1)))
    let inputs = await server.inputs
    #expect(inputs.map { $0["samples"]?.items?.count } == [1_000, 1_000, 500, 0])
    #expect(inputs.last?["deleted"] == ["gone"])
    #expect(inputs.map { $0["anchor"] } == ["1000", "2000", nil, "2500"])
    #expect(inputs.first?["timeZone"] == "Europe/Berlin")
    #expect(inputs.first?["unit"] == "count")
    // Nothing new: nothing is sent.
    #expect(try await health.sync(steps) == HealthSync.Report())
    #expect(await server.inputs.count == 4)
  }

  @Test func aBatchThatFailedIsSentAgainAndNoneBeforeIt() async throws {
    await server.set(faults: [])
    let health = sync(Readings(samples: samples(1_500)))
    await server.set(faults: [GraphFault.offline])
    #expect(try await health.sync(steps).problems == ["stepCount": .offline])
    #expect(await store.note("anchor:connection_1:stepCount") == nil)
    #expect(try await health.sync(steps).summary.sent == 1_500)
    #expect(await server.inputs.map { $0["samples"]?.items?.count } == [1_000, 500])
  }

  @Test func whatWasSentBeforeAProblemCounts() async throws {
    await server.set(meanwhile: { [server] in await server.set(faults: [GraphFault.server(message: "", retryAfter: nil)]) })
    let report = try await sync(Readings(samples: samples(1_500))).sync(steps)
    #expect(report.summary.sent == 1_000)
    #expect(report.problems == ["stepCount": .busy])
    #expect(await store.note("anchor:connection_1:stepCount") == "1000")
  }

  @Test func noRequestIsLargerThanTheServerTakes() async throws {
    let long = (0..<1_000).map { number in
      HealthSample(
        uuid: "u\(number)", start: start, end: start, value: 1, source: String(repeating: "ü", count: 300),
        syncIdentifier: String(repeating: "s", count: 400))
    }
    _ = try await sync(Readings(samples: long)).sync(steps)
    let inputs = await server.inputs
    #expect(inputs.count > 3)
    #expect(try inputs.allSatisfy { try JSON.encode($0).count < 200_000 })
    #expect(inputs.flatMap { $0["samples"]?.items ?? [] }.count == 1_000)
    // Only with the last part is the page done.
    #expect(inputs.compactMap { $0["anchor"] } == ["1000"])
    #expect(inputs.first?["samples"]?.items?.first?["source"]?.text?.unicodeScalars.count == 200)
  }

  @Test func aSampleIsOfTheDayWhereThePersonWas() async throws {
    let there = ["Asia/Tokyo", "Nowhere/Land", nil].enumerated().map { index, zone in
      HealthSample(uuid: "u\(index)", start: start, end: start, value: 1, timeZone: zone)
    }
    _ = try await sync(Readings(samples: there)).sync(steps)
    let inputs = await server.inputs
    #expect(inputs.map { $0["timeZone"] } == ["Asia/Tokyo", "Europe/Berlin"])
    #expect(inputs.map { $0["samples"]?.items?.count } == [1, 2])
  }

  @Test func kindsHaveAnchorsOfTheirOwnAndOneProblemDoesNotHoldUpTheOthers() async throws {
    var source = Readings(samples: samples(1), faults: ["stepCount": .failed("No.")])
    source.readsOnly = nil
    let report = try await sync(source).sync()
    #expect(report.summary.sent == HealthCatalogue.kinds.count - 1)
    #expect(report.problems == ["stepCount": .outdated("No.")])
  }

  @Test(arguments: [(DeviceFault.locked, DeviceProblem.locked), (.noAccess, .noAccess)])
  func whatAllKindsMeetIsMetOnce(fault: DeviceFault, problem: DeviceProblem) async throws {
    let source = Readings(samples: samples(1), faults: ["stepCount": fault, "heartRate": fault])
    #expect(try await sync(source).sync().problems == ["stepCount": problem])
  }

  @Test func anAnchorThatCannotBeUsedBeginsAnew() async throws {
    await store.write([.setNote("anchor:connection_1:stepCount", "damaged")])
    let report = try await sync(Readings(samples: samples(3))).sync(steps)
    #expect(report == HealthSync.Report(summary: DeviceSummary(sent: 3)))
    #expect(await store.note("anchor:connection_1:stepCount") == "3")
  }

  @Test func aSourceThatDoesNotMoveIsNotAskedForEver() async throws {
    #expect(try await sync(Readings(samples: [], isStuck: true)).sync(steps) == HealthSync.Report())
  }

  @Test func thePastBeginsWhereItBeganAtFirst() async throws {
    let clock = Clock()
    let seen = Seen()
    for _ in 0..<2 {
      let health = HealthSync(
        graph: server.graph, store: store, source: seen, connection: connection, surroundings: clock.surroundings)
      _ = try await health.sync(steps)
      clock.now += 86_400
    }
    #expect(await seen.since.dates == [start.addingTimeInterval(-365 * 86_400), start.addingTimeInterval(-365 * 86_400)])
  }

  @Test func aSyncThatIsCancelledSaysSo() async throws {
    let health = sync(Readings(samples: samples(10)))
    await server.set(meanwhile: { throw CancellationError() })
    await #expect(throws: CancellationError.self) { _ = try await health.sync(steps) }
  }

  @Test func whatTheServerDidNotTakeIsTold() async throws {
    await server.set(results: [
      ["outcome": "REJECTED", "errors": [["code": "INVALID", "message": "No number.", "path": []]]], ["outcome": "CREATED", "errors": []],
      ["outcome": "REJECTED", "errors": []],
    ])
    let refused = try await sync(Readings(samples: samples(3))).sync(steps).summary.refused
    #expect(refused.count == 2)
    #expect(refused.examples.first == Refusals.One(subject: "stepCount", message: "No number."))
  }

  @Test func aSampleIsSentWithAllThatTellsItApart() {
    let sample = HealthSample(
      uuid: "u", start: Date(timeIntervalSince1970: 0), end: Date(timeIntervalSince1970: 1), value: nil, source: "Watch",
      syncIdentifier: "s", syncVersion: 2)
    #expect(
      sample.input == [
        "uuid": "u", "start": "1970-01-01T00:00:00.000Z", "end": "1970-01-01T00:00:01.000Z", "source": "Watch", "syncIdentifier": "s",
        "syncVersion": 2,
      ])
    let long = HealthSample(uuid: "u", start: start, end: start, value: 1, syncIdentifier: String(repeating: "s", count: 501))
    #expect(long.input["syncIdentifier"] == nil)
  }

  @Test(arguments: [(0.1, "0.1"), (72, "72"), (1e-7, "0.0000001"), (-3.25, "-3.25")])
  func whatWasMeasuredIsWrittenShort(value: Double, text: String) {
    #expect(Amount(measured: value)?.description == text)
  }

  @Test func whatIsNoNumberIsNoMeasurement() {
    #expect(Amount(measured: .nan) == nil)
    #expect(Amount(measured: .infinity) == nil)
  }

  @Test func manyRefusalsAreCountedAndAFewAreKept() {
    let many = Refusals((0..<50).map { Refusals.One(subject: "\($0)", message: "No.") })
    #expect(many.count == 50)
    #expect(many.examples.count == 20)
    let sum = many + Refusals([Refusals.One(subject: "1", message: "No.")])
    #expect(sum.count == 51)
    #expect(sum.examples.count == 20)
  }
}

/// Remembers from when on it was asked.
private struct Seen: HealthSource {
  actor Since {
    var dates: [Date] = []
    func add(_ date: Date) { dates.append(date) }
  }
  let since = Since()
  func permission() async -> DevicePermission { .asked }
  func requestPermission() async -> DevicePermission { .asked }
  func page(of kind: HealthKind, since date: Date, after anchor: String?, limit: Int) async -> HealthPage {
    await since.add(date)
    return HealthPage(samples: [], deleted: [], anchor: "0", hasMore: false)
  }
}

@Suite struct TheHealthCatalogue {
  /// The server's own table, as its source has it.
  func serversKinds() throws -> [String: String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../..")
    let text = try String(contentsOf: root.appending(path: "subgraphs/integrations/device/metrics.ts"), encoding: .utf8)
    var kinds: [String: String] = [:]
    for match in text.matches(of: /(?m)^  (\w+): (?:sum|mean|last)\('([^']+)'\),$/) { kinds[String(match.1)] = String(match.2) }
    for match in text.matches(of: /(?m)^  (\w+): \{ unit: '([^']+)'/) { kinds[String(match.1)] = String(match.2) }
    return kinds
  }

  @Test func everyKindIsTheServersWithTheUnitInWhichItIsStored() throws {
    let own = Dictionary(uniqueKeysWithValues: HealthCatalogue.kinds.map { ($0.type, $0.unit) })
    #expect(try own == serversKinds())
  }

  @Test(arguments: [
    ("stepCount", "HKQuantityTypeIdentifierStepCount"), ("vo2Max", "HKQuantityTypeIdentifierVO2Max"),
    ("sleepAnalysis", "HKCategoryTypeIdentifierSleepAnalysis"),
    ("heartRateVariabilitySDNN", "HKQuantityTypeIdentifierHeartRateVariabilitySDNN"),
  ])
  func kindsHaveHealthKitsNames(type: String, name: String) {
    #expect(HealthCatalogue.kinds.first { $0.type == type }?.identifier == name)
  }

  @Test func onlySleepIsSleep() {
    #expect((0...5).filter(HealthCatalogue.isAsleep) == [1, 3, 4, 5])
  }
}
