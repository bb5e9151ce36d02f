import AppKit
import AppleDevice
import Features
import Screens
import Session
import UserNotifications

/// What the system tells the app as a whole, and what the app is made of.
final class AppDelegate: NSObject, NSApplicationDelegate, UNUserNotificationCenterDelegate {
  /// Nil when the app was built without its configuration.
  let app: AppModel?
  let composition: Composition?

  override init() {
    composition = Composition()
    app = composition.map { AppModel($0.environment()) }
    super.init()
  }

  /// Links of the server's own address lead into the app, too.
  var webHost: String? { composition?.server.host() }

  func applicationDidFinishLaunching(_ notification: Notification) {
    UNUserNotificationCenter.current().delegate = self
    NSApplication.shared.registerForRemoteNotifications()
  }

  func application(_ application: NSApplication, didRegisterForRemoteNotificationsWithDeviceToken deviceToken: Data) {
    Task { await app?.pushes(to: PushAddress(token: deviceToken, environment: .ofThisBuild)) }
  }

  func application(_ application: NSApplication, didFailToRegisterForRemoteNotificationsWithError error: any Error) {
    Task { await app?.pushes(to: nil) }
  }

  /// Something changed; a Mac app is told while it runs.
  func application(_ application: NSApplication, didReceiveRemoteNotification userInfo: [String: Any]) {
    Task { await app?.refreshInBackground() }
  }

  func userNotificationCenter(_ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse) async {
    if let link = DeepLink(userInfo: response.notification.request.content.userInfo) { app?.open(link) }
    NSApplication.shared.activate()
  }

  func userNotificationCenter(_ center: UNUserNotificationCenter, willPresent notification: UNNotification) async
    -> UNNotificationPresentationOptions
  { [.banner, .list, .sound, .badge] }
}
