@_exported import Foundation

open class UNUserNotificationCenter: @unchecked Sendable {
  open class func current() -> UNUserNotificationCenter { fatalError() }
  weak open var delegate: (any UNUserNotificationCenterDelegate)?
  open func requestAuthorization(options: UNAuthorizationOptions = []) async throws -> Bool { fatalError() }
  open func notificationSettings() async -> UNNotificationSettings { fatalError() }
  open func setBadgeCount(_ newBadgeCount: Int) async throws {}
  open func removeAllDeliveredNotifications() {}
  open func setNotificationCategories(_ categories: Set<UNNotificationCategory>) {}
  open func add(_ request: UNNotificationRequest, withCompletionHandler completionHandler: (@Sendable ((any Error)?) -> Void)? = nil) {}
}

public protocol UNUserNotificationCenterDelegate: AnyObject {
  func userNotificationCenter(_ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse) async
  func userNotificationCenter(_ center: UNUserNotificationCenter, willPresent notification: UNNotification) async
    -> UNNotificationPresentationOptions
}

public struct UNAuthorizationOptions: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
  public static let badge = Self(rawValue: 1), sound = Self(rawValue: 2), alert = Self(rawValue: 4)
}
public struct UNNotificationPresentationOptions: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
  public static let badge = Self(rawValue: 1), sound = Self(rawValue: 2), list = Self(rawValue: 8), banner = Self(rawValue: 16)
}
public enum UNAuthorizationStatus: Int, Sendable { case notDetermined, denied, authorized, provisional, ephemeral }

open class UNNotificationSettings: @unchecked Sendable { open var authorizationStatus: UNAuthorizationStatus { fatalError() } }
open class UNNotificationResponse: @unchecked Sendable {
  open var notification: UNNotification { fatalError() }
  open var actionIdentifier: String { fatalError() }
}
open class UNNotification: @unchecked Sendable { open var request: UNNotificationRequest { fatalError() } }
open class UNNotificationRequest: @unchecked Sendable {
  public init(identifier: String, content: UNNotificationContent, trigger: UNNotificationTrigger?) {}
  open var identifier: String { fatalError() }
  open var content: UNNotificationContent { fatalError() }
}
open class UNNotificationContent: NSObject, @unchecked Sendable {
  open var title: String { fatalError() }
  open var body: String { fatalError() }
  open var userInfo: [AnyHashable: Any] { fatalError() }
}
open class UNMutableNotificationContent: UNNotificationContent, @unchecked Sendable {
  override open var title: String {
    get { fatalError() }
    set {}
  }
  override open var body: String {
    get { fatalError() }
    set {}
  }
  override open var userInfo: [AnyHashable: Any] {
    get { fatalError() }
    set {}
  }
  open var sound: UNNotificationSound?
}
open class UNNotificationSound: NSObject, @unchecked Sendable { open class var `default`: UNNotificationSound { fatalError() } }
open class UNNotificationTrigger: NSObject, @unchecked Sendable {}
open class UNTimeIntervalNotificationTrigger: UNNotificationTrigger, @unchecked Sendable {
  public init(timeInterval: TimeInterval, repeats: Bool) {}
}
open class UNNotificationAction: NSObject, @unchecked Sendable {
  public init(identifier: String, title: String, options: UNNotificationActionOptions = []) {}
}
public struct UNNotificationActionOptions: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
  public static let authenticationRequired = Self(rawValue: 1), destructive = Self(rawValue: 2), foreground = Self(rawValue: 4)
}
open class UNNotificationCategory: NSObject, @unchecked Sendable {
  public init(
    identifier: String, actions: [UNNotificationAction], intentIdentifiers: [String], options: UNNotificationCategoryOptions = []
  ) {}
}
public struct UNNotificationCategoryOptions: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
}
