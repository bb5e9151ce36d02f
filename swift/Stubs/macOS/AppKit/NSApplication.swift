@_exported import Foundation

@MainActor open class NSResponder: NSObject {}

@MainActor open class NSApplication: NSResponder {
  public class var shared: NSApplication { fatalError() }
  public func registerForRemoteNotifications() {}
  public func activate() {}
  public func terminate(_ sender: Any?) {}
}

@MainActor public protocol NSApplicationDelegate: NSObjectProtocol {
  func applicationDidFinishLaunching(_ notification: Notification)
  func application(_ application: NSApplication, didRegisterForRemoteNotificationsWithDeviceToken deviceToken: Data)
  func application(_ application: NSApplication, didFailToRegisterForRemoteNotificationsWithError error: any Error)
  func application(_ application: NSApplication, didReceiveRemoteNotification userInfo: [String: Any])
}
extension NSApplicationDelegate {
  public func applicationDidFinishLaunching(_ notification: Notification) {}
  public func application(_ application: NSApplication, didRegisterForRemoteNotificationsWithDeviceToken deviceToken: Data) {}
  public func application(_ application: NSApplication, didFailToRegisterForRemoteNotificationsWithError error: any Error) {}
  public func application(_ application: NSApplication, didReceiveRemoteNotification userInfo: [String: Any]) {}
}
