import Foundation
import Graph
import Models
import Persistence

/// A measurement that the device read.
public struct HealthSample: Sendable, Hashable {
  public let uuid: String
  public let start: Date
  public let end: Date
  public let value: Amount?
  public let source: String?
  public let syncIdentifier: String?
  public let syncVersion: Int

  public init(
    uuid: String, start: Date, end: Date, value: Amount?, source: String? = nil, syncIdentifier: String? = nil, syncVersion: Int = 0
  ) {
    self.uuid = uuid
    self.start = start
    self.end = end
    self.value = value
    self.source = source
    self.syncIdentifier = syncIdentifier
    self.syncVersion = syncVersion
  }

  var input: JSONValue {
    var members: [String: JSONValue] = [
      "uuid": .string(uuid), "start": .string(JSON.text(of: start)), "end": .string(JSON.text(of: end)), "syncVersion": .int(syncVersion),
    ]
    if let value { members["value"] = .string(value.description) }
    if let source { members["source"] = .string(source) }
    if let syncIdentifier { members["syncIdentifier"] = .string(syncIdentifier) }
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
public protocol HealthSource: Sendable {
  func page(type: String, unit: String, after anchor: String?, limit: Int) async throws -> HealthPage
}

/// Sends measurements, type by type. An anchor moves only when the server has what comes before it: after a crash a batch is sent again,
/// which changes nothing there.
public actor HealthSync {
  public struct Summary: Sendable, Equatable {
    public var sent = 0
    public var deleted = 0
    /// Samples that the server did not take, by the first reason of each.
    public var rejected: [String] = []
  }

  /// A body of 256 kB takes about 2,000 samples; a sample with long identifiers is larger.
  static let batch = 1_000

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

  private struct Ingested: Decodable {
    struct Result: Decodable {
      let outcome: String
      let errors: [UserError]
    }
    let results: [Result]
  }

  /// Sends what is new of a type.
  /// - Throws: `GraphFault`, `UserError`, or what the source throws; what was sent before stays so.
  public func sync(type: String, unit: String) async throws -> Summary {
    let name = "anchor:\(connection):\(type)"
    var anchor = try await store.note(name)?.text
    var summary = Summary()
    while true {
      try Task.checkCancellation()
      let page = try await source.page(type: type, unit: unit, after: anchor, limit: Self.batch)
      if !page.samples.isEmpty || !page.deleted.isEmpty {
        let input: JSONValue = [
          "connectionId": .string(connection.rawValue), "type": .string(type), "unit": .string(unit),
          "timeZone": .string(surroundings.timeZone().identifier), "anchor": .string(page.anchor),
          "samples": .array(page.samples.map(\.input)), "deleted": .array(page.deleted.map { .string($0) }),
        ]
        let ingested = try await graph.change(Request(Document.ingestHealthSamples, ["input": input]), as: Ingested.self)
        summary.sent += page.samples.count
        summary.deleted += page.deleted.count
        summary.rejected += ingested.results.filter { $0.outcome == "REJECTED" }.map { $0.errors.first?.message ?? "" }
      }
      try await store.write([.setNote(name, .string(page.anchor))])
      // A source that says "more" without moving would be asked for ever.
      guard page.hasMore, page.anchor != anchor else { return summary }
      anchor = page.anchor
    }
  }
}
