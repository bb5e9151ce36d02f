import Features
import Models
import Screens
import SwiftUI

/// All places beside what is shown of the one that is chosen.
struct SidebarView: View {
  let account: Account
  @Environment(Router.self) private var router
  @State private var unreadCount = 0

  var body: some View {
    @Bindable var router = router
    NavigationSplitView {
      List(selection: selection) {
        ForEach(Place.allCases) { place in
          Label(place.title, systemImage: place.symbol).badge(place == .notifications ? unreadCount : 0).tag(place)
        }
      }
      .navigationSplitViewColumnWidth(min: 180, ideal: 210, max: 300)
    } detail: {
      NavigationStack(path: $router[path: router.place]) {
        PlaceView(router.place, account: account)
          .navigationDestination(for: Route.self) { RouteView($0, account: account) }
          .toolbar { if router.place == .progress { Button("All Goals", systemImage: "target") { router.push(.goals) } } }
      }
      .id(router.place)
    }
    .counting($unreadCount, unreadOf: account)
  }

  /// A list may be told that nothing is chosen; a place always is.
  private var selection: Binding<Place?> {
    Binding(get: { router.place }, set: { if let place = $0 { router.place = place } })
  }
}

/// One object in a window of its own.
struct ObjectWindow: View {
  let route: Route?
  let app: AppModel

  var body: some View {
    if let route {
      SceneRoot(app, layout: .sidebar, webHost: nil) { ended in
        SignInPlace(ended: ended, app: app)
      } content: { account in
        ObjectStack(route: route, account: account)
      }
    }
  }
}

private struct ObjectStack: View {
  let route: Route
  let account: Account
  @State private var path: [Route] = []

  var body: some View {
    NavigationStack(path: $path) {
      RouteView(route, account: account).navigationDestination(for: Route.self) { RouteView($0, account: account) }
    }
  }
}

/// The settings, as ⌘, opens them.
struct SettingsWindow: View {
  let account: Account
  let app: AppModel
  @State private var router = Router(.sidebar)

  var body: some View {
    NavigationStack(path: $router[path: router.place]) {
      PlaceView(.settings, account: account).navigationDestination(for: Route.self) { RouteView($0, account: account) }
    }
    .environment(app)
    .environment(router)
    .task { router.place = .settings }
    .frame(width: 620, height: 560)
  }
}
