import Foundation
import Graph
import Models
import Persistence

@testable import DeviceData

let start = Date(timeIntervalSince1970: 1_780_000_000)
let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt
let connection = ObjectID("connection_1")
let device = ObjectID("device_1")

/// A clock that a test moves.
final class Clock: @unchecked Sendable {
  private let lock = NSLock()
  private var time = start
  var now: Date {
    get { lock.withLock { time } }
    set { lock.withLock { time = newValue } }
  }
  var surroundings: Surroundings {
    Surroundings(now: { self.now }, random: { 0.5 }, pause: { _ in }, timeZone: { berlin })
  }
}

let surroundings = Clock().surroundings

/// A server that takes what devices send, and knows which connections they have.
actor Server {
  /// The `input` of each request, in their order.
  private(set) var inputs: [JSONValue] = []
  private(set) var operations: [String] = []
  var results: JSONValue = []
  /// What the next requests meet in place of an answer.
  var faults: [any Error] = []
  var connections: [JSONValue]? = []
  var userErrors: [String: JSONValue] = [:]
  /// Done while a request is being answered.
  var meanwhile: (@Sendable () async throws -> Void)?

  func set(results: JSONValue) { self.results = results }
  func set(faults: [any Error]) { self.faults = faults }
  func set(connections: [JSONValue]?) { self.connections = connections }
  func set(userErrors: [String: JSONValue]) { self.userErrors = userErrors }
  func set(meanwhile: (@Sendable () async throws -> Void)?) { self.meanwhile = meanwhile }

  nonisolated var graph: GraphClient { ScriptedGraph { try await self.answer($0) }.client }

  private func answer(_ request: Request) async throws -> JSONValue {
    let name = request.operation.name
    operations.append(name)
    if !faults.isEmpty { throw faults.removeFirst() }
    if let meanwhile {
      self.meanwhile = nil
      try await meanwhile()
    }
    let input = request.variables["input"] ?? .null
    if name != "DeviceConnections" { inputs.append(input) }
    if let error = userErrors[name] { return ["payload": ["errors": [error]]] }
    switch name {
    case "DeviceConnections": return ["viewer": connections.map { ["connections": ["nodes": .array($0)]] } ?? ["connections": nil]]
    case "ConnectDeviceProvider":
      let made = Server.connection(
        input["id"]?.text ?? "", input["provider"]?.text ?? "", device: input["deviceId"]?.text ?? "")
      connections?.append(made)
      return ["payload": ["connection": made, "errors": []]]
    case "UpdateConnection":
      let id = input["id"] ?? .null
      let paused = input["paused"] == true
      let own = connections?.first { $0["id"] == id }?.merging(["status": paused ? "PAUSED" : "ACTIVE", "version": 2])
      connections = connections?.map { $0["id"] == id ? own ?? $0 : $0 }
      return ["payload": ["connection": own ?? .null, "errors": []]]
    case "Disconnect":
      connections?.removeAll { $0["id"] == input["id"] }
      return ["payload": ["connectionId": input["id"] ?? .null, "errors": []]]
    default: return ["payload": ["results": results, "errors": []]]
    }
  }

  static func connection(_ id: String, _ provider: String, device: String? = "device_1", status: String = "ACTIVE") -> JSONValue {
    [
      "id": .string(id), "status": .string(status), "version": 1, "provider": ["id": .string(provider)],
      "device": device.map { ["id": .string($0)] } ?? nil,
    ]
  }
}

/// What the person answers when the system asks.
actor Permission {
  var now: DevicePermission
  private let answer: DevicePermission
  private(set) var asked = 0
  init(_ now: DevicePermission = .granted, answer: DevicePermission = .granted) {
    self.now = now
    self.answer = answer
  }
  func set(_ permission: DevicePermission) { now = permission }
  func request() -> DevicePermission {
    asked += 1
    now = answer
    return answer
  }
}

/// Measurements in the order in which they came; an anchor is how many were read.
struct Readings: HealthSource {
  var samples: [HealthSample] = []
  var deleted: [String] = []
  var access = Permission(.asked)
  /// By type, what reading meets.
  var faults: [String: DeviceFault] = [:]
  var readsOnly: String? = "stepCount"
  var isStuck = false

  func permission() async -> DevicePermission { await access.now }
  func requestPermission() async -> DevicePermission { await access.request() }

  func page(of kind: HealthKind, since: Date, after anchor: String?, limit: Int) throws -> HealthPage {
    if let fault = faults[kind.type] { throw fault }
    guard readsOnly == nil || kind.type == readsOnly else { return HealthPage(samples: [], deleted: [], anchor: "0", hasMore: false) }
    guard let from = Int(anchor ?? "0") else { throw DeviceFault.anchorUnusable }
    let part = samples.dropFirst(from).prefix(limit)
    let end = from + part.count
    return HealthPage(
      samples: Array(part), deleted: end >= samples.count && (from < samples.count || samples.isEmpty && anchor == nil) ? deleted : [],
      anchor: "\(end)", hasMore: isStuck || end < samples.count)
  }
}

func samples(_ count: Int) -> [HealthSample] {
  (0..<count).map {
    HealthSample(
      uuid: "u\($0)", start: Date(timeIntervalSince1970: Double($0)), end: Date(timeIntervalSince1970: Double($0 + 60)), value: 5)
  }
}

/// A device's calendars, which a test changes.
actor Appointments: CalendarSource {
  let access = Permission()
  var lists: [DeviceList] = [DeviceList(id: "home", title: "Home", account: "iCloud")]
  var all: [CalendarEvent] = []
  private(set) var windows: [DeviceWindow] = []
  func set(_ events: [CalendarEvent]) { all = events }
  func set(lists: [DeviceList]) { self.lists = lists }
  func permission() async -> DevicePermission { await access.now }
  func requestPermission() async -> DevicePermission { await access.request() }
  func calendars() async throws -> [DeviceList] {
    guard await access.now.allowsReading else { throw DeviceFault.noAccess }
    return lists
  }
  func events(in window: DeviceWindow, of calendars: [DeviceList]) -> [CalendarEvent] {
    windows.append(window)
    return all.filter { event in
      calendars.contains { $0.id == event.calendarID } && event.span(in: berlin)?.meets(window) ?? true
    }
  }
}

func event(
  _ id: String, title: String = "Dentist", occurrence: Double? = nil, calendar: String = "home", day: Double = 0, modified: Date? = start
) -> CalendarEvent {
  let from = start.addingTimeInterval(day * 86_400)
  return CalendarEvent(
    externalID: id, occurrenceStart: occurrence.map { Date(timeIntervalSince1970: $0) }, calendarID: calendar, title: title,
    when: .time(from: from, to: from.addingTimeInterval(3_600)), lastModifiedAt: modified)
}

/// A device's reminders, which a test changes.
actor Tasks: ReminderSource {
  let access = Permission()
  var all: [DeviceReminder] = []
  func set(_ reminders: [DeviceReminder]) { all = reminders }
  func permission() async -> DevicePermission { await access.now }
  func requestPermission() async -> DevicePermission { await access.request() }
  func lists() -> [DeviceList] { Set(all.map(\.listID)).sorted().map { DeviceList(id: $0, title: $0, account: "iCloud") } }
  func reminders(completedIn window: DeviceWindow, of lists: [DeviceList]) -> [DeviceReminder] {
    all.filter { reminder in
      lists.contains { $0.id == reminder.listID } && reminder.completedAt.map { $0 > window.from && $0 < window.to } ?? true
    }
  }
}

func reminder(_ id: String, title: String = "Water", list: String = "home", completed: Date? = nil) -> DeviceReminder {
  DeviceReminder(externalID: id, listID: list, title: title, completedAt: completed, lastModifiedAt: start)
}
