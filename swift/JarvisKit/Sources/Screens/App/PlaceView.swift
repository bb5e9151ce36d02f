import Features
import Models
import SwiftUI

/// A place of the apps.
public struct PlaceView: View {
  let place: Place
  let account: Account

  public init(_ place: Place, account: Account) {
    self.place = place
    self.account = account
  }

  public var body: some View {
    switch place {
    case .dashboard: DashboardView(account)
    case .progress: ProgressPlaceView(account)
    case .chat: ConversationsView(account)
    case .notifications: NotificationsScreen(account)
    case .settings: SettingsScreen(account)
    default: ContentUnavailableView(place.title, systemImage: place.symbol).navigationTitle(place.title)
    }
  }
}

/// A screen behind a place.
public struct RouteView: View {
  let route: Route
  let account: Account

  public init(_ route: Route, account: Account) {
    self.route = route
    self.account = account
  }

  public var body: some View {
    switch route {
    case .conversation(let id): ChatView(account, conversation: id).id(id)
    case .connections, .connection: ConnectionsScreen(account)
    default: PlaceView(route.home, account: account)
    }
  }
}

/// What is done above the screens.
struct SheetView: View {
  let sheet: Sheet
  let account: Account

  var body: some View {
    PlaceView(.dashboard, account: account)
  }
}
