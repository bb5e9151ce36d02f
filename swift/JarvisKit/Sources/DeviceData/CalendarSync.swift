import Foundation
import Graph
import Models
import Persistence

/// A calendar, or a list of reminders, of the device.
public struct DeviceList: Sendable, Hashable, Identifiable {
  public let id: String
  public let title: String
  /// The account it is in, e.g. iCloud.
  public let account: String

  public init(id: String, title: String, account: String) {
    self.id = id
    self.title = title
    self.account = account
  }
}

/// An appointment that the device read.
public struct CalendarEvent: Sendable, Hashable {
  public enum When: Sendable, Hashable {
    case time(from: Date, to: Date)
    /// Whole days; `end` is the day after the last one.
    case days(from: LocalDate, end: LocalDate)

    /// Reads what EventKit says of an event of whole days: it begins with its first day, and ends within its last one, or with the beginning
    /// of the next.
    public init(wholeDaysFrom start: Date, to end: Date, in timeZone: TimeZone) {
      let first = LocalDate(start, in: timeZone)
      let last = LocalDate(max(start, end.addingTimeInterval(-1)), in: timeZone)
      self = .days(from: first, end: last.adding(days: 1))
    }
  }

  public enum Status: String, Sendable { case confirmed = "CONFIRMED", tentative = "TENTATIVE", cancelled = "CANCELLED" }

  public let externalID: String
  /// When this occurrence was to begin, of an event that repeats.
  public let occurrenceStart: Date?
  public let calendarID: String
  public let title: String
  public let location: String?
  public let when: When
  public let status: Status
  public let lastModifiedAt: Date?

  public init(
    externalID: String, occurrenceStart: Date?, calendarID: String, title: String, location: String? = nil, when: When,
    status: Status = .confirmed, lastModifiedAt: Date?
  ) {
    self.externalID = externalID
    self.occurrenceStart = occurrenceStart
    self.calendarID = calendarID
    self.title = title
    self.location = location
    self.when = when
    self.status = status
    self.lastModifiedAt = lastModifiedAt
  }
}

extension CalendarEvent: DeviceItem {
  var key: ItemKey { ItemKey(externalId: externalID, occurrenceStart: occurrenceStart) }
  var list: String { calendarID }

  var input: JSONValue {
    var members: [String: JSONValue] = [
      "externalId": .string(externalID), "calendarId": .string(calendarID), "title": .string(title.limited(to: 1_000)),
      "status": .string(status.rawValue),
    ]
    switch when {
    case .time(let from, let to):
      members["startsAt"] = .string(JSON.text(of: from))
      members["endsAt"] = .string(JSON.text(of: max(from, to)))
    case .days(let from, let end):
      members["startDate"] = .string(from.description)
      members["endDate"] = .string(end.description)
    }
    if let location, !location.isEmpty { members["location"] = .string(location.limited(to: 1_000)) }
    if let occurrenceStart { members["occurrenceStart"] = .string(JSON.text(of: occurrenceStart)) }
    if let lastModifiedAt { members["lastModifiedAt"] = .string(JSON.text(of: lastModifiedAt)) }
    return .object(members)
  }

  func span(in timeZone: TimeZone) -> Span? {
    switch when {
    case .time(let from, let to): Span(from: from, to: to)
    case .days(let from, let end): Span(from: from.start(in: timeZone), to: end.start(in: timeZone))
    }
  }
}

/// Where appointments are read: EventKit on Apple's systems.
public protocol CalendarSource: DeviceAccess {
  /// - Throws: `DeviceFault.noAccess` when they may not be read: that is not the same as that there are none.
  func calendars() async throws -> [DeviceList]
  /// Every occurrence that has a part in the window, of these calendars.
  func events(in window: DeviceWindow, of calendars: [DeviceList]) async throws -> [CalendarEvent]
}

/// Sends appointments of a window of days, of the calendars that the person did not leave out.
public actor CalendarSync {
  private let graph: GraphClient
  private let store: any Store
  private let source: any CalendarSource
  private let connection: ObjectID
  private let surroundings: Surroundings

  public init(graph: GraphClient, store: any Store, source: any CalendarSource, connection: ObjectID, surroundings: Surroundings) {
    self.graph = graph
    self.store = store
    self.source = source
    self.connection = connection
    self.surroundings = surroundings
  }

  static func knownNote(_ connection: ObjectID) -> String { "calendar:\(connection)" }

  /// - Parameter excluded: ids of calendars of which nothing is sent; all that was sent of them is taken back.
  /// - Throws: `DeviceFault`, `GraphFault`, `UserError`; what was sent before stays so.
  @discardableResult
  public func sync(excluding excluded: Set<String> = []) async throws -> DeviceSummary {
    let window = DeviceWindow(around: surroundings.now())
    let calendars = try await source.calendars().filter { !excluded.contains($0.id) }
    let events = calendars.isEmpty ? [] : try await source.events(in: window, of: calendars)
    let id = connection.rawValue
    let sender = DifferenceSender<CalendarEvent>(
      graph: graph, store: store, note: Self.knownNote(connection), surroundings: surroundings, window: window
    ) { batch in
      var input: [String: JSONValue] = [
        "connectionId": .string(id), "events": .array(batch.items), "deleted": .array(try batch.deleted.map { try JSONValue($0) }),
      ]
      if !batch.resets.isEmpty { input["resetCalendars"] = .array(batch.resets.map { .string($0) }) }
      return Request(Document.ingestCalendarEvents, ["input": .object(input)])
    }
    return try await sender.send(events, resets: excluded, lists: calendars.map(\.id))
  }
}
