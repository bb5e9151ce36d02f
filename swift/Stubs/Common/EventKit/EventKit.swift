// swift-format-ignore-file
// Apple declares what Objective-C does not say of nil as implicitly unwrapped.
@_exported import Foundation

extension NSNotification.Name {
  public static let EKEventStoreChanged = NSNotification.Name("EKEventStoreChangedNotification")
}

public enum EKEntityType: UInt, Sendable { case event, reminder }
public enum EKAuthorizationStatus: Int, Sendable {
  case notDetermined, restricted, denied, fullAccess, writeOnly
}

public typealias EKEventStoreRequestAccessCompletionHandler = @Sendable (Bool, (any Error)?) -> Void

open class EKEventStore: NSObject {
  open class func authorizationStatus(for entityType: EKEntityType) -> EKAuthorizationStatus { fatalError() }
  open func requestFullAccessToEvents(completion: @escaping EKEventStoreRequestAccessCompletionHandler) {}
  open func requestFullAccessToReminders(completion: @escaping EKEventStoreRequestAccessCompletionHandler) {}
  open func reset() {}
  open func calendars(for entityType: EKEntityType) -> [EKCalendar] { fatalError() }
  open func predicateForEvents(withStart startDate: Date, end endDate: Date, calendars: [EKCalendar]?) -> NSPredicate { fatalError() }
  open func events(matching predicate: NSPredicate) -> [EKEvent] { fatalError() }
  open func predicateForIncompleteReminders(withDueDateStarting startDate: Date?, ending endDate: Date?, calendars: [EKCalendar]?)
    -> NSPredicate
  { fatalError() }
  open func predicateForCompletedReminders(withCompletionDateStarting startDate: Date?, ending endDate: Date?, calendars: [EKCalendar]?)
    -> NSPredicate
  { fatalError() }
  @discardableResult open func fetchReminders(
    matching predicate: NSPredicate, completion: @escaping @Sendable ([EKReminder]?) -> Void
  ) -> Any { fatalError() }
}

open class EKObject: NSObject {}
open class EKSource: EKObject { open var title: String { fatalError() } }
open class EKCalendar: EKObject {
  open var calendarIdentifier: String { fatalError() }
  open var title: String! { fatalError() }
  open var source: EKSource! { fatalError() }
}
open class EKCalendarItem: EKObject {
  open var calendarItemIdentifier: String { fatalError() }
  open var calendarItemExternalIdentifier: String! { fatalError() }
  open var calendar: EKCalendar! { fatalError() }
  open var title: String! { fatalError() }
  open var location: String? { fatalError() }
  open var lastModifiedDate: Date? { fatalError() }
  open var hasRecurrenceRules: Bool { fatalError() }
  open var attendees: [EKParticipant]? { fatalError() }
}
open class EKEvent: EKCalendarItem {
  open var isAllDay: Bool { fatalError() }
  open var startDate: Date! { fatalError() }
  open var endDate: Date! { fatalError() }
  open var occurrenceDate: Date! { fatalError() }
  open var isDetached: Bool { fatalError() }
  open var status: EKEventStatus { fatalError() }
}
public enum EKEventStatus: Int, Sendable { case none, confirmed, tentative, canceled }
open class EKParticipant: EKObject {
  open var isCurrentUser: Bool { fatalError() }
  open var participantStatus: EKParticipantStatus { fatalError() }
}
public enum EKParticipantStatus: Int, Sendable { case unknown, pending, accepted, declined, tentative, delegated, completed, inProcess }
open class EKReminder: EKCalendarItem {
  open var dueDateComponents: DateComponents? { fatalError() }
  open var isCompleted: Bool { fatalError() }
  open var completionDate: Date? { fatalError() }
}
