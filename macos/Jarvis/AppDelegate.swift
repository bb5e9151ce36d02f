import AppIntents
import AppKit
import AppleDevice
import Features
import Screens
import Session

/// What the system tells the app as a whole, and what the app is made of.
final class AppDelegate: NSObject, NSApplicationDelegate {
  /// Nil when the app was built without its configuration.
  let app: AppModel?
  let composition: Composition?
  private let pushes: PushCenter?

  override init() {
    composition = Composition()
    app = composition.map { AppModel($0.environment()) }
    pushes = app.map(PushCenter.init)
    super.init()
    let context = IntentContext(app)
    AppDependencyManager.shared.add(dependency: context)
  }

  /// Links of the server's own address lead into the app, too.
  var webHost: String? { composition?.server.host() }

  func applicationDidFinishLaunching(_ notification: Notification) {
    pushes?.begin()
    JarvisShortcuts.updateAppShortcutParameters()
    NSApplication.shared.registerForRemoteNotifications()
    // It is in the menu bar, also without a window: what is logged there is sent, and what happens elsewhere is seen.
    Task { await app?.scene("menu bar", isOpen: true) }
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
}
