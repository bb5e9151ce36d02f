import Features
import Foundation
import Models
import SwiftUI
import UserNotifications

/// What comes of pushes: what is offered on them, and what a tap does.
public final class PushCenter: NSObject, UNUserNotificationCenterDelegate, Sendable {
  private let app: AppModel

  @MainActor public init(_ app: AppModel) { self.app = app }

  /// To be called before the app has finished launching: a tap may be why it is launched.
  @MainActor public func begin() {
    let center = UNUserNotificationCenter.current()
    center.delegate = self
    let kinds = NotificationKind.allCases.filter { $0 != .unknown }
    center.setNotificationCategories(
      Set(
        kinds.map { kind in
          UNNotificationCategory(
            identifier: kind.rawValue, actions: PushAction.offered(for: kind).map(action), intentIdentifiers: [], options: [])
        }))
  }

  @MainActor private func action(_ action: PushAction) -> UNNotificationAction {
    let title =
      switch action {
      case .done: String(localized: "Done")
      case .snoozeHour: String(localized: "In an Hour")
      case .snoozeMorning: String(localized: "In the Morning")
      case .log: String(localized: "Log…")
      }
    return UNNotificationAction(identifier: action.rawValue, title: title, options: action.opensApp ? [.foreground] : [])
  }

  public func userNotificationCenter(_ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse) async {
    let content = response.notification.request.content
    var data: [String: JSONValue] = [:]
    for case (let key as String, let value as String) in content.userInfo { data[key] = .string(value) }
    await handle(PushPayload(data), PushAction(rawValue: response.actionIdentifier), title: content.title, body: content.body)
  }

  @MainActor private func handle(_ push: PushPayload, _ action: PushAction?, title: String, body: String) async {
    guard let action else {
      if let link = push.link { app.open(link) }
      return
    }
    await app.start()
    guard let account = app.account else { return }
    switch await PushResponder(actions: account.actions).respond(to: push, by: action) {
    case .done: await app.sync(.edit)
    case .open(let link): app.open(link)
    case .again(let date): tellAgain(push, title: title, body: body, at: date)
    }
  }

  /// The device tells it itself, where the server could not be asked to.
  @MainActor private func tellAgain(_ push: PushPayload, title: String, body: String, at date: Date) {
    let content = UNMutableNotificationContent()
    content.title = title
    content.body = body
    content.sound = .default
    if let subject = push.subject { content.userInfo["subjectId"] = subject.rawValue }
    let trigger = UNTimeIntervalNotificationTrigger(timeInterval: max(1, date.timeIntervalSinceNow), repeats: false)
    UNUserNotificationCenter.current().add(
      UNNotificationRequest(identifier: UUID().uuidString, content: content, trigger: trigger), withCompletionHandler: nil)
  }

  /// While the app is open, a push is shown all the same: it may be about another screen.
  public func userNotificationCenter(_ center: UNUserNotificationCenter, willPresent notification: UNNotification) async
    -> UNNotificationPresentationOptions
  { [.banner, .list, .sound, .badge] }
}
