import AppleDevice
import BackgroundTasks
import Features
import Screens
import Session
import UIKit
import UserNotifications

/// What the system tells the app as a whole, and what the app is made of.
final class AppDelegate: UIResponder, UIApplicationDelegate, UNUserNotificationCenterDelegate {
  /// As the Info.plist names it.
  static let refreshTask = "\(Bundle.main.bundleIdentifier ?? "").refresh"

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

  func application(_ application: UIApplication, didFinishLaunchingWithOptions launchOptions: [UIApplication.LaunchOptionsKey: Any]?)
    -> Bool
  {
    UNUserNotificationCenter.current().delegate = self
    // Asked at each start: the address may be another one. It needs no permission; showing something does.
    application.registerForRemoteNotifications()
    scheduleRefresh()
    return true
  }

  // MARK: Pushes

  func application(_ application: UIApplication, didRegisterForRemoteNotificationsWithDeviceToken deviceToken: Data) {
    Task { await app?.pushes(to: PushAddress(token: deviceToken, environment: .ofThisBuild)) }
  }

  func application(_ application: UIApplication, didFailToRegisterForRemoteNotificationsWithError error: any Error) {
    Task { await app?.pushes(to: nil) }
  }

  /// A push that shows nothing: something changed.
  func application(_ application: UIApplication, didReceiveRemoteNotification userInfo: [AnyHashable: Any]) async -> UIBackgroundFetchResult
  {
    await app?.refreshInBackground() == true ? .newData : .failed
  }

  func userNotificationCenter(_ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse) async {
    if let link = DeepLink(userInfo: response.notification.request.content.userInfo) { app?.open(link) }
  }

  /// While the app is open, a push is shown all the same: it may be about another screen.
  func userNotificationCenter(_ center: UNUserNotificationCenter, willPresent notification: UNNotification) async
    -> UNNotificationPresentationOptions
  { [.banner, .list, .sound, .badge] }

  // MARK: In the background

  func refresh() async {
    scheduleRefresh()
    _ = await app?.refreshInBackground()
  }

  /// The system decides when, by how the app is used.
  private func scheduleRefresh() {
    let request = BGAppRefreshTaskRequest(identifier: Self.refreshTask)
    request.earliestBeginDate = Date(timeIntervalSinceNow: 3_600)
    // It fails in the simulator, and where the person has switched it off: then pushes and opening the app do it.
    try? BGTaskScheduler.shared.submit(request)
  }
}
