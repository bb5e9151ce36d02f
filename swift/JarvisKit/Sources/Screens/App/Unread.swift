import Features
import SwiftUI
import UserNotifications

/// The way to the notifications, with how many are not read.
public struct NotificationsButton: View {
  let count: Int
  @Environment(Router.self) private var router

  public init(count: Int) { self.count = count }

  public var body: some View {
    Button(Place.notifications.title, systemImage: count > 0 ? "bell.badge" : Place.notifications.symbol) {
      router.push(.place(.notifications))
    }
    .accessibilityValue("\(count) unread")
  }
}

/// Keeps the number of unread notifications, in a window and on the app's icon.
public struct UnreadCounting: ViewModifier {
  @State private var model: NotificationsModel
  @Binding private var count: Int
  @Environment(AppModel.self) private var app
  @Environment(Router.self) private var router

  init(_ account: Account, _ count: Binding<Int>) {
    _model = State(initialValue: NotificationsModel(account.parts) { account.clock.day })
    _count = count
  }

  public func body(content: Content) -> some View {
    content
      .task { await model.open() }
      .onChange(of: app.newsCounts[.notificationCreated]) { Task { await model.refresh() } }
      // Back from the list, some are read.
      .onChange(of: router.top) { before, _ in if before == .place(.notifications) { Task { await model.refresh() } } }
      .onChange(of: model.unreadCount, initial: true) {
        count = model.unreadCount ?? 0
        Task { try? await UNUserNotificationCenter.current().setBadgeCount(count) }
      }
  }
}

extension View {
  /// Keeps `count` at the number of the account's unread notifications.
  public func counting(_ count: Binding<Int>, unreadOf account: Account) -> some View { modifier(UnreadCounting(account, count)) }
}
