import Foundation
import Graph
import Models
import Persistence

/// An appointment that the device read. EventKit's own ids change; the external one with the occurrence's start does not.
public struct CalendarEvent: Sendable, Hashable {
  public let externalID: String
  public let occurrenceStart: Date?
  public let calendarID: String
  public let title: String
  public let startsAt: Date
  public let endsAt: Date
  public let lastModifiedAt: Date?

  public init(
    externalID: String, occurrenceStart: Date?, calendarID: String, title: String, startsAt: Date, endsAt: Date, lastModifiedAt: Date?
  ) {
    self.externalID = externalID
    self.occurrenceStart = occurrenceStart
    self.calendarID = calendarID
    self.title = title
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.lastModifiedAt = lastModifiedAt
  }

  var key: CalendarKey { CalendarKey(externalId: externalID, occurrenceStart: occurrenceStart) }

  var input: JSONValue {
    var members: [String: JSONValue] = [
      "externalId": .string(externalID), "calendarId": .string(calendarID), "title": .string(String(title.prefix(1_000))),
      "startsAt": .string(JSON.text(of: startsAt)), "endsAt": .string(JSON.text(of: endsAt)),
    ]
    if let occurrenceStart { members["occurrenceStart"] = .string(JSON.text(of: occurrenceStart)) }
    if let lastModifiedAt { members["lastModifiedAt"] = .string(JSON.text(of: lastModifiedAt)) }
    return .object(members)
  }
}

struct CalendarKey: Codable, Hashable, Sendable {
  let externalId: String
  let occurrenceStart: Date?
}

/// EventKit tells that something changed, not what: what is sent is the difference to what the server has.
struct CalendarDifference: Equatable {
  let changed: [CalendarEvent]
  let deleted: [CalendarKey]

  init(of events: [CalendarEvent], from known: [CalendarKey: Int]) {
    let present = Dictionary(events.map { ($0.key, $0) }) { $1 }
    changed = present.filter { known[$0.key] != Self.mark($0.value) }.map(\.value).sorted {
      ($0.startsAt, $0.externalID) < ($1.startsAt, $1.externalID)
    }
    deleted = known.keys.filter { present[$0] == nil }.sorted { $0.externalId < $1.externalId }
  }

  /// Tells whether an event is as it was sent; the same in every process.
  static func mark(_ event: CalendarEvent) -> Int {
    let bytes = (try? JSON.encode(event.input)) ?? Data()
    // FNV-1a, 64 bits.
    return Int(truncatingIfNeeded: bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }
}

/// Sends appointments of a window of days.
public actor CalendarSync {
  static let batch = 500

  private struct Known: Codable {
    let key: CalendarKey
    let mark: Int
  }

  private let graph: GraphClient
  private let store: any Store
  private let connection: ObjectID

  public init(graph: GraphClient, store: any Store, connection: ObjectID) {
    self.graph = graph
    self.store = store
    self.connection = connection
  }

  /// - Parameter events: all of the window. What is missing of what was sent before counts as deleted.
  /// - Returns: how many were sent, and how many deleted.
  @discardableResult
  public func sync(_ events: [CalendarEvent]) async throws -> (sent: Int, deleted: Int) {
    let name = "calendar:\(connection)"
    let kept: [Known] = (try? await store.note(name)?.read()) ?? []
    var known = Dictionary(kept.map { ($0.key, $0.mark) }) { $1 }
    let difference = CalendarDifference(of: events, from: known)
    var changed = difference.changed[...]
    var deleted = difference.deleted[...]
    while !changed.isEmpty || !deleted.isEmpty {
      let (some, gone) = (changed.prefix(Self.batch), deleted.prefix(Self.batch))
      let input: JSONValue = [
        "connectionId": .string(connection.rawValue), "events": .array(some.map(\.input)),
        "deleted": .array(try gone.map { try JSONValue($0) }),
      ]
      try await graph.change(Request(Document.ingestCalendarEvents, ["input": input]))
      for event in some { known[event.key] = CalendarDifference.mark(event) }
      for key in gone { known[key] = nil }
      try await store.write([.setNote(name, try JSONValue(known.map { Known(key: $0.key, mark: $0.value) }))])
      changed = changed.dropFirst(some.count)
      deleted = deleted.dropFirst(gone.count)
    }
    return (difference.changed.count, difference.deleted.count)
  }
}
