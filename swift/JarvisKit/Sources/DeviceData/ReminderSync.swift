import Foundation
import Graph
import Models
import Persistence

/// A reminder of the device's own lists.
public struct DeviceReminder: Sendable, Hashable {
  public enum Due: Sendable, Hashable {
    case time(Date)
    case day(LocalDate)

    /// Reads EventKit's components: with an hour they are a time, in their own zone if they have one; without, a day. Nil for no day.
    public init?(_ components: DateComponents, in timeZone: TimeZone) {
      guard let year = components.year, let month = components.month, let day = components.day,
        let date = LocalDate(year: year, month: month, day: day)
      else { return nil }
      guard let hour = components.hour else {
        self = .day(date)
        return
      }
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = components.timeZone ?? timeZone
      let parts = DateComponents(
        year: year, month: month, day: day, hour: hour, minute: components.minute ?? 0, second: components.second ?? 0)
      guard let time = calendar.date(from: parts) else { return nil }
      self = .time(time)
    }
  }

  public let externalID: String
  public let listID: String
  public let title: String
  public let due: Due?
  public let completedAt: Date?
  public let lastModifiedAt: Date?

  public init(externalID: String, listID: String, title: String, due: Due? = nil, completedAt: Date? = nil, lastModifiedAt: Date?) {
    self.externalID = externalID
    self.listID = listID
    self.title = title
    self.due = due
    self.completedAt = completedAt
    self.lastModifiedAt = lastModifiedAt
  }
}

extension DeviceReminder: DeviceItem {
  var key: ItemKey { ItemKey(externalId: externalID) }
  var list: String { listID }

  var input: JSONValue {
    var members: [String: JSONValue] = [
      "externalId": .string(externalID), "listId": .string(listID), "title": .string(title.limited(to: 1_000)),
    ]
    switch due {
    case .time(let time): members["dueAt"] = .string(JSON.text(of: time))
    case .day(let day): members["dueDate"] = .string(day.description)
    case nil: break
    }
    if let completedAt { members["completedAt"] = .string(JSON.text(of: completedAt)) }
    if let lastModifiedAt { members["lastModifiedAt"] = .string(JSON.text(of: lastModifiedAt)) }
    return .object(members)
  }

  /// One that is open is always read; one that is done, for as long as the window goes back.
  func span(in timeZone: TimeZone) -> Span? { completedAt.map { Span(from: Date(timeIntervalSince1970: 0), to: $0) } }
}

/// Where reminders are read: EventKit on Apple's systems.
public protocol ReminderSource: DeviceAccess {
  /// - Throws: `DeviceFault.noAccess` when they may not be read.
  func lists() async throws -> [DeviceList]
  /// All that are open, and those that were completed in the window, of these lists.
  func reminders(completedIn window: DeviceWindow, of lists: [DeviceList]) async throws -> [DeviceReminder]
}

/// Sends reminders, which are tasks at the server, of the lists that the person did not leave out.
public actor ReminderSync {
  private let graph: GraphClient
  private let store: any Store
  private let source: any ReminderSource
  private let connection: ObjectID
  private let surroundings: Surroundings

  public init(graph: GraphClient, store: any Store, source: any ReminderSource, connection: ObjectID, surroundings: Surroundings) {
    self.graph = graph
    self.store = store
    self.source = source
    self.connection = connection
    self.surroundings = surroundings
  }

  static func knownNote(_ connection: ObjectID) -> String { "reminders:\(connection)" }

  /// - Parameter excluded: ids of lists of which nothing is sent; what was sent of them before is deleted.
  /// - Throws: `DeviceFault`, `GraphFault`, `UserError`; what was sent before stays so.
  @discardableResult
  public func sync(excluding excluded: Set<String> = []) async throws -> DeviceSummary {
    let window = DeviceWindow(around: surroundings.now())
    let lists = try await source.lists().filter { !excluded.contains($0.id) }
    let reminders = lists.isEmpty ? [] : try await source.reminders(completedIn: window, of: lists)
    let id = connection.rawValue
    let sender = DifferenceSender<DeviceReminder>(
      graph: graph, store: store, note: Self.knownNote(connection), surroundings: surroundings, window: window
    ) { batch in
      let input: JSONValue = [
        "connectionId": .string(id), "reminders": .array(batch.items),
        "deleted": .array(batch.deleted.map { .string($0.externalId) }),
      ]
      return Request(Document.ingestReminders, ["input": input])
    }
    return try await sender.send(reminders)
  }
}
