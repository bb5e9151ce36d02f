@_exported import Foundation

open class UNUserNotificationCenter: @unchecked Sendable {
  open class func current() -> UNUserNotificationCenter { fatalError() }
  weak open var delegate: (any UNUserNotificationCenterDelegate)?
  open func requestAuthorization(options: UNAuthorizationOptions = []) async throws -> Bool { fatalError() }
  open func notificationSettings() async -> UNNotificationSettings { fatalError() }
  open func setBadgeCount(_ newBadgeCount: Int) async throws {}
  open func removeAllDeliveredNotifications() {}
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
  open var identifier: String { fatalError() }
  open var content: UNNotificationContent { fatalError() }
}
open class UNNotificationContent: @unchecked Sendable { open var userInfo: [AnyHashable: Any] { fatalError() } }
