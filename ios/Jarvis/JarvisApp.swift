import AppleDevice
import Features
import Screens
import SwiftUI

@main struct JarvisApp: App {
  @UIApplicationDelegateAdaptor(AppDelegate.self) private var delegate

  var body: some Scene {
    WindowGroup {
      if let app = delegate.app {
        SceneRoot(app, layout: .tabs, webHost: delegate.webHost) { ended in
          SignInPlace(ended: ended, app: app)
        } content: { account in
          TabsView(account: account)
        }
      } else {
        NotConfiguredView()
      }
    }
    .backgroundTask(.appRefresh(AppDelegate.refreshTask)) {
      await delegate.refresh()
    }
  }
}
