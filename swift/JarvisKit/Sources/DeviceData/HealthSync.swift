import Foundation
import Graph
import Models
import Persistence

/// A measurement that the device read.
public struct HealthSample: Sendable, Hashable {
  public let uuid: String
  public let start: Date
  public let end: Date
  /// In the unit of its kind; nil for a category, whose samples have a length only.
  public let value: Amount?
  public let source: String?
  public let syncIdentifier: String?
  public let syncVersion: Int
  /// Where the person was, if the sample says it: it decides its local day.
  public let timeZone: String?

  public init(
    uuid: String, start: Date, end: Date, value: Amount?, source: String? = nil, syncIdentifier: String? = nil, syncVersion: Int = 0,
    timeZone: String? = nil
  ) {
    self.uuid = uuid
    self.start = start
    self.end = end
    self.value = value
    self.source = source
    self.syncIdentifier = syncIdentifier
    self.syncVersion = syncVersion
    self.timeZone = timeZone
  }

  var input: JSONValue {
    var members: [String: JSONValue] = [
      "uuid": .string(uuid), "start": .string(JSON.text(of: start)), "end": .string(JSON.text(of: end)), "syncVersion": .int(syncVersion),
    ]
    if let value { members["value"] = .string(value.description) }
    if let source { members["source"] = .string(source.limited(to: 200)) }
    // Cut, two of them could become the same; without it, the UUID tells samples apart.
    if let syncIdentifier, syncIdentifier.unicodeScalars.count <= 500 { members["syncIdentifier"] = .string(syncIdentifier) }
    return .object(members)
  }
}

/// What is new since an anchor.
public struct HealthPage: Sendable {
  public let samples: [HealthSample]
  /// UUIDs of samples that are no more.
  public let deleted: [String]
  /// Where to go on; opaque.
  public let anchor: String
  public let hasMore: Bool

  public init(samples: [HealthSample], deleted: [String], anchor: String, hasMore: Bool) {
    self.samples = samples
    self.deleted = deleted
    self.anchor = anchor
    self.hasMore = hasMore
  }
}

/// Where measurements are read: HealthKit's anchored queries on Apple's systems.
public protocol HealthSource: DeviceAccess {
  /// - Parameter since: what ended before is not read; the same for all pages of an anchor.
  /// - Throws: `DeviceFault`.
  func page(of kind: HealthKind, since: Date, after anchor: String?, limit: Int) async throws -> HealthPage
}

/// Sends measurements, kind by kind. An anchor moves only when the server has what comes before it: after a crash a batch is sent again,
/// which changes nothing there.
public actor HealthSync {
  /// What became of all kinds.
  public struct Report: Equatable, Sendable {
    public var summary = DeviceSummary()
    /// Of the kinds that did not get through, by type; after a problem that all share, the kinds that were not tried are missing.
    public var problems: [String: DeviceProblem] = [:]
  }

  static let batch = 1_000
  /// How much of the past is read at first, in days.
  static let daysBack = 365

  private let graph: GraphClient
  private let store: any Store
  private let source: any HealthSource
  private let connection: ObjectID
  private let surroundings: Surroundings

  public init(graph: GraphClient, store: any Store, source: any HealthSource, connection: ObjectID, surroundings: Surroundings) {
    self.graph = graph
    self.store = store
    self.source = source
    self.connection = connection
    self.surroundings = surroundings
  }

  /// The notes that it keeps in the store, which are of no use when the connection is ended.
  static func notes(of connection: ObjectID) -> [String] {
    ["healthSince:\(connection)"] + HealthCatalogue.kinds.map { anchorNote(connection, $0) }
  }

  private static func anchorNote(_ connection: ObjectID, _ kind: HealthKind) -> String { "anchor:\(connection):\(kind.type)" }

  /// Sends what is new of each kind. A kind that the server, or the device, will not have does not hold up the others.
  /// - Throws: `CancellationError`, and what the store throws.
  public func sync(_ kinds: [HealthKind] = HealthCatalogue.kinds) async throws -> Report {
    var report = Report()
    for kind in kinds {
      do {
        try await sync(kind) { report.summary = report.summary + $0 }
      } catch let error where error is CancellationError || error is StoreFault {
        throw error
      } catch {
        let problem = DeviceProblem(error)
        report.problems[kind.type] = problem
        if problem.stopsAll { break }
      }
    }
    return report
  }

  private func sync(_ kind: HealthKind, _ done: (DeviceSummary) -> Void) async throws {
    let name = Self.anchorNote(connection, kind)
    let since = try await since()
    var anchor = try await store.note(name)?.text
    while true {
      try Task.checkCancellation()
      let page: HealthPage
      do {
        page = try await source.page(of: kind, since: since, after: anchor, limit: Self.batch)
      } catch DeviceFault.anchorUnusable where anchor != nil {
        // What was sent before changes nothing at the server.
        anchor = nil
        continue
      }
      for batch in batches(of: page) { done(try await send(batch, of: kind)) }
      try await store.write([.setNote(name, .string(page.anchor))])
      // A source that says "more" without moving would be asked for ever.
      guard page.hasMore, page.anchor != anchor else { return }
      anchor = page.anchor
    }
  }

  /// From when on samples are read: fixed at the first sync, because an anchor counts within it.
  private func since() async throws -> Date {
    let name = "healthSince:\(connection)"
    if let kept = try await store.note(name)?.text.flatMap(JSON.date(of:)) { return kept }
    let since = surroundings.now().addingTimeInterval(-Double(Self.daysBack) * 86_400)
    try await store.write([.setNote(name, .string(JSON.text(of: since)))])
    return since
  }

  private struct Batch {
    var timeZone: String
    var samples: [HealthSample] = []
    var deleted: [String] = []
    var anchor: String?
  }

  /// Cuts a page to what one request holds: the samples of one time zone, and the deletions with the last of them. Only the last one carries
  /// the anchor: before it, the page is not done.
  private func batches(of page: HealthPage) -> [Batch] {
    let here = surroundings.timeZone().identifier
    let known = Set(TimeZone.knownTimeZoneIdentifiers)
    let zones = Dictionary(grouping: page.samples) { sample in sample.timeZone.flatMap { known.contains($0) ? $0 : nil } ?? here }
    var batches = zones.sorted { $0.key < $1.key }.flatMap { zone, samples in
      Batches.cut(samples, most: Self.batch, input: \.input).map { Batch(timeZone: zone, samples: $0) }
    }
    let gone = Batches.cut(page.deleted, most: Self.batch, input: { .string($0) })
    batches += gone.map { Batch(timeZone: here, deleted: $0) }
    if !batches.isEmpty { batches[batches.count - 1].anchor = page.anchor }
    return batches
  }

  private func send(_ batch: Batch, of kind: HealthKind) async throws -> DeviceSummary {
    var input: [String: JSONValue] = [
      "connectionId": .string(connection.rawValue), "type": .string(kind.type), "unit": .string(kind.unit),
      "timeZone": .string(batch.timeZone), "samples": .array(batch.samples.map(\.input)),
      "deleted": .array(batch.deleted.map { .string($0) }),
    ]
    if let anchor = batch.anchor, anchor.utf8.count <= 10_000 { input["anchor"] = .string(anchor) }
    let ingested = try await graph.change(Request(Document.ingestHealthSamples, ["input": .object(input)]), as: Ingested.self)
    let subjects = batch.samples.map { _ in kind.type }
    return DeviceSummary(sent: batch.samples.count, deleted: batch.deleted.count, refused: ingested.refusals(subjects))
  }
}
