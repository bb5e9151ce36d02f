import DeviceData
import EventKit
import Foundation
import Models

/// The device's one store of appointments and reminders. It may be used by one task at a time, and what it hands out must not leave it.
private actor EventStore {
  private let store = EKEventStore()

  func request(_ type: EKEntityType) async throws -> DevicePermission {
    // The answer is in the status; `false` may also mean that nothing was asked.
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let completion: EKEventStoreRequestAccessCompletionHandler = { _, error in
        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
      }
      if type == .event {
        store.requestFullAccessToEvents(completion: completion)
      } else {
        store.requestFullAccessToReminders(completion: completion)
      }
    }
    // What was read before the person allowed it stays empty otherwise.
    store.reset()
    return Self.permission(type)
  }

  nonisolated static func permission(_ type: EKEntityType) -> DevicePermission {
    switch EKEventStore.authorizationStatus(for: type) {
    case .notDetermined: .notAsked
    case .restricted: .restricted
    case .denied: .denied
    case .fullAccess: .granted
    case .writeOnly: .addOnly
    @unknown default: .denied
    }
  }

  private func checkAccess(_ type: EKEntityType) throws {
    guard Self.permission(type) == .granted else { throw DeviceFault.noAccess }
  }

  func lists(_ type: EKEntityType) throws -> [DeviceList] {
    try checkAccess(type)
    return store.calendars(for: type).map {
      DeviceList(id: $0.calendarIdentifier, title: $0.title ?? "", account: $0.source?.title ?? "")
    }
  }

  private func calendars(_ type: EKEntityType, _ lists: [DeviceList]) -> [EKCalendar] {
    let ids = Set(lists.map(\.id))
    return store.calendars(for: type).filter { ids.contains($0.calendarIdentifier) }
  }

  func events(in window: DeviceWindow, of lists: [DeviceList]) throws -> [CalendarEvent] {
    try checkAccess(.event)
    let predicate = store.predicateForEvents(withStart: window.from, end: window.to, calendars: calendars(.event, lists))
    return store.events(matching: predicate).map(Self.event)
  }

  private static func event(_ event: EKEvent) -> CalendarEvent {
    let (start, end): (Date, Date) = (event.startDate, event.endDate)
    let declined = event.attendees?.contains { $0.isCurrentUser && $0.participantStatus == .declined } ?? false
    let status: CalendarEvent.Status =
      switch event.status {
      case .canceled: .cancelled
      case .tentative: declined ? .cancelled : .tentative
      default: declined ? .cancelled : .confirmed
      }
    return CalendarEvent(
      externalID: event.externalID, occurrenceStart: event.hasRecurrenceRules || event.isDetached ? event.occurrenceDate : nil,
      calendarID: event.calendar?.calendarIdentifier ?? "", title: event.title ?? "", location: event.location,
      when: event.isAllDay ? .init(wholeDaysFrom: start, to: end, in: .current) : .time(from: start, to: end), status: status,
      lastModifiedAt: event.lastModifiedDate)
  }

  func reminders(completedIn window: DeviceWindow, of lists: [DeviceList]) async throws -> [DeviceReminder] {
    try checkAccess(.reminder)
    let calendars = calendars(.reminder, lists)
    let open = await fetch(store.predicateForIncompleteReminders(withDueDateStarting: nil, ending: nil, calendars: calendars))
    let done = await fetch(
      store.predicateForCompletedReminders(withCompletionDateStarting: window.from, ending: window.to, calendars: calendars))
    // Nothing is what a fetch that failed gives, too: it must not look as if all were deleted.
    guard let open, let done else { throw DeviceFault.failed("The reminders could not be read.") }
    return open + done
  }

  private func fetch(_ predicate: NSPredicate) async -> [DeviceReminder]? {
    await withCheckedContinuation { continuation in
      store.fetchReminders(matching: predicate) { reminders in continuation.resume(returning: reminders?.map(Self.reminder)) }
    }
  }

  private static func reminder(_ reminder: EKReminder) -> DeviceReminder {
    DeviceReminder(
      externalID: reminder.externalID, listID: reminder.calendar?.calendarIdentifier ?? "", title: reminder.title ?? "",
      due: reminder.dueDateComponents.flatMap { DeviceReminder.Due($0, in: .current) },
      completedAt: reminder.isCompleted ? reminder.completionDate : nil, lastModifiedAt: reminder.lastModifiedDate)
  }
}

extension EKCalendarItem {
  /// The external identifier is the same on all of a person's devices; an item that no server has yet has none.
  fileprivate var externalID: String { calendarItemExternalIdentifier ?? calendarItemIdentifier }
}

/// The store tells that something changed in it, and not what.
private func storeChanges() -> AsyncStream<Void> {
  AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
    let token = ObserverToken(
      value: NotificationCenter.default.addObserver(forName: .EKEventStoreChanged, object: nil, queue: nil) { _ in continuation.yield() })
    continuation.onTermination = { _ in NotificationCenter.default.removeObserver(token.value) }
  }
}

/// The token of an observer, which is only handed back.
private struct ObserverToken: @unchecked Sendable {
  let value: any NSObjectProtocol
}

/// The person's calendars.
public struct EventKitCalendars: CalendarSource {
  private let store = EventStore()

  public init() {}

  public func permission() async -> DevicePermission { EventStore.permission(.event) }
  public func requestPermission() async throws -> DevicePermission { try await store.request(.event) }
  public func changes() -> AsyncStream<Void> { storeChanges() }
  public func calendars() async throws -> [DeviceList] { try await store.lists(.event) }
  public func events(in window: DeviceWindow, of calendars: [DeviceList]) async throws -> [CalendarEvent] {
    try await store.events(in: window, of: calendars)
  }
}

/// The person's lists of reminders.
public struct EventKitReminders: ReminderSource {
  private let store = EventStore()

  public init() {}

  public func permission() async -> DevicePermission { EventStore.permission(.reminder) }
  public func requestPermission() async throws -> DevicePermission { try await store.request(.reminder) }
  public func changes() -> AsyncStream<Void> { storeChanges() }
  public func lists() async throws -> [DeviceList] { try await store.lists(.reminder) }
  public func reminders(completedIn window: DeviceWindow, of lists: [DeviceList]) async throws -> [DeviceReminder] {
    try await store.reminders(completedIn: window, of: lists)
  }
}

extension DeviceSources {
  /// What this device has: an iPhone and an iPad have Apple Health, a Mac does not.
  public static var ofThisDevice: DeviceSources {
    DeviceSources(health: HealthKitSource(), calendar: EventKitCalendars(), reminders: EventKitReminders())
  }
}
