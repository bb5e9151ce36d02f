import Features
import Models
import Screens
import SwiftUI

/// Five tabs; the other places are reached from the dashboard.
struct TabsView: View {
  let account: Account
  @Environment(Router.self) private var router
  @State private var unreadCount = 0

  var body: some View {
    @Bindable var router = router
    TabView(selection: $router.place) {
      ForEach(Place.tabs) { place in
        NavigationStack(path: $router[path: place]) {
          PlaceView(place, account: account)
            .navigationDestination(for: Route.self) { RouteView($0, account: account) }
            .toolbar {
              if place == .dashboard { ways }
              if place == .progress { goals }
            }
        }
        .tabItem { Label(place.title, systemImage: place.symbol) }
        .tag(place)
      }
    }
    .counting($unreadCount, unreadOf: account)
  }

  private var goals: some ToolbarContent {
    ToolbarItem(placement: .primaryAction) { Button("All Goals", systemImage: "target") { router.push(.goals) } }
  }

  @ToolbarContentBuilder private var ways: some ToolbarContent {
    ToolbarItem(placement: .primaryAction) {
      NotificationsButton(count: unreadCount)
    }
    ToolbarItem(placement: .secondaryAction) {
      Button(Place.research.title, systemImage: Place.research.symbol) { router.push(.place(.research)) }
    }
    ToolbarItem(placement: .secondaryAction) {
      Button(Place.automations.title, systemImage: Place.automations.symbol) { router.push(.place(.automations)) }
    }
  }
}
