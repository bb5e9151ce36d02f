import Foundation
import Graph
import Models
import Testing

@testable import Features

@Suite struct NotificationAnswers {
  @Test(arguments: ["full", "bare"]) func everyScreenReadsItsAnswer(fullness: String) throws {
    _ = try answer("Notifications", fullness).read(as: NotificationsValue.self)
    _ = try answer("Reminders", fullness).read(as: RemindersValue.self)
    _ = try answer("NotificationSettings", fullness).read(as: NotificationSettingsValue.self)
  }

  @Test(arguments: ["full", "bare"]) func everyChangeReadsItsPayload(fullness: String) throws {
    _ = try Answer(data: payload("MarkNotificationsRead", fullness)).read(as: NotificationsModel.Read.self)
    _ = try Answer(data: payload("SendTestNotification", fullness)).read(as: TestNotification.self)
    for name in ["SnoozeNotification", "DeleteNotification", "DeleteReminder"] { _ = try payload(name, fullness) }
  }

  @Test func whatWasSavedIsRead() throws {
    for name in ["CreateReminder", "UpdateReminder"] {
      let saved = try Answer(data: payload(name, "full")).read(as: RemindersModel.Saved.self)
      #expect(saved.reminder.kind == .toDo)
    }
    _ = try Answer(data: payload("UpdateNotificationSettings", "full")).read(as: NotificationSettingsModel.Saved.self)
  }

  @Test(arguments: ["full", "bare"]) func eventsAreRead(fullness: String) throws {
    _ = try #require(try answer("NotificationCreated", fullness).data["notificationCreated"]).read(as: NotificationsModel.Created.self)
    _ = try #require(try answer("NotificationUpdated", fullness).data["notificationUpdated"]).read(as: NotificationsModel.Updated.self)
  }

  @Test func whatANotificationIsAboutIsRead() throws {
    let item = try #require(
      try answer("Notifications", "full").read(as: NotificationsValue.self).viewer?.notifications?.nodes.first { $0.subject != nil })
    #expect(item.kind == .reminder)
    #expect(item.subject?.id.rawValue.isEmpty == false)
  }
}
