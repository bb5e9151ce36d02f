import Foundation
import Graph
import Models

/// Kinds of news.
public enum NotificationKind: String, OpenEnum, CaseIterable {
  case reminder = "REMINDER"
  case achievement = "ACHIEVEMENT"
  case insight = "INSIGHT"
  case alert = "ALERT"
  case digest = "DIGEST"
  case unknown
}

/// Something that the person was told.
public struct NotificationItem: Decodable, Sendable, Equatable, Identifiable {
  /// What it is about, as far as this version of the app can name it.
  public struct Subject: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let title: String?
    public let name: String?
  }
  public let id: ObjectID
  public let kind: NotificationKind
  public let title: String
  public let body: String?
  public internal(set) var readAt: Date?
  public let createdAt: Date
  public let subject: Subject?
  public internal(set) var snoozedUntil: Date?
  /// It came in the person's quiet hours.
  public let quiet: Bool?

  public var isUnread: Bool { readAt == nil }
  /// When it came, or came back.
  public var cameAt: Date { max(createdAt, snoozedUntil ?? createdAt) }
}

public struct NotificationsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public internal(set) var unreadNotificationCount: Int?
    public internal(set) var notifications: Connection<NotificationItem>?
  }
  public internal(set) var viewer: Viewer?
}

extension Parts {
  /// The list of notifications.
  /// - Parameter unread: only those that are not read.
  @MainActor public func notifications(unread: Bool = false) -> QueryModel<NotificationsValue> {
    model(
      Document.notifications, unread ? ["filter": ["unread": true]] : [:], isEmpty: { $0.viewer?.notifications?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.notifications?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.notifications { joined.viewer?.notifications = shown.viewer?.notifications?.followed(by: page) ?? page }
        return joined
      })
  }
}
