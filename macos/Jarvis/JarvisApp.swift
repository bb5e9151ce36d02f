import AppKit
import AppleDevice
import Features
import Screens
import SwiftUI

@main struct JarvisApp: App {
  @NSApplicationDelegateAdaptor(AppDelegate.self) private var delegate

  var body: some Scene {
    WindowGroup(id: "main") {
      if let app = delegate.app {
        SceneRoot(app, layout: .sidebar, webHost: delegate.webHost) { ended in
          SignInPlace(ended: ended, app: app)
        } content: { account in
          SidebarView(account: account)
        }
        .frame(minWidth: 720, minHeight: 480)
      } else {
        NotConfiguredView()
      }
    }
    .defaultSize(width: 1_100, height: 760)
    .commands { JarvisCommands(app: delegate.app) }

    // A goal or conversation in a window of its own.
    WindowGroup("Jarvis", id: "object", for: Route.self) { route in
      if let app = delegate.app { ObjectWindow(route: route.wrappedValue, app: app) }
    }
    .defaultSize(width: 560, height: 680)

    Settings {
      if let account = delegate.app?.account, let app = delegate.app { SettingsWindow(account: account, app: app) }
    }

    MenuBarExtra("Jarvis", systemImage: "checklist") {
      if let app = delegate.app { QuickLogView(app: app) }
    }
    .menuBarExtraStyle(.window)
  }
}
