import AppIntents
import AppleDevice
import BackgroundTasks
import Features
import Screens
import Session
import UIKit

/// What the system tells the app as a whole, and what the app is made of.
final class AppDelegate: UIResponder, UIApplicationDelegate {
  /// As the Info.plist names it.
  static let refreshTask = "\(Bundle.main.bundleIdentifier ?? "").refresh"

  /// Nil when the app was built without its configuration.
  let app: AppModel?
  let composition: Composition?
  private let pushes: PushCenter?

  override init() {
    composition = Composition()
    app = composition.map { AppModel($0.environment(companions: [.researchActivities(ActivityKitDriver())])) }
    pushes = app.map(PushCenter.init)
    super.init()
    let context = IntentContext(app)
    AppDependencyManager.shared.add(dependency: context)
  }

  /// Links of the server's own address lead into the app, too.
  var webHost: String? { composition?.server.host() }

  func application(_ application: UIApplication, didFinishLaunchingWithOptions launchOptions: [UIApplication.LaunchOptionsKey: Any]?)
    -> Bool
  {
    pushes?.begin()
    JarvisShortcuts.updateAppShortcutParameters()
    // Asked at each start: the address may be another one. It needs no permission; showing something does.
    application.registerForRemoteNotifications()
    scheduleRefresh()
    listenToHealth()
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

  /// Health wakes the app when there is something new; that has to be said at each start.
  private func listenToHealth() {
    guard let app, let hub = app.deviceHub else { return }
    Task {
      await HealthKitSource().deliverInBackground {
        await app.start()
        if let account = await app.account { await hub.sync(account, changed: .health) }
      }
    }
  }
}
