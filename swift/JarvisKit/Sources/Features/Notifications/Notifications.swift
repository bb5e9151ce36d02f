import Foundation
import Graph
import Models

public struct NotificationsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public let unreadNotificationCount: Int?
    public let notifications: Connection<Item>?
  }
  public struct Item: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let kind: String
    public let title: String
    public let body: String?
    public let readAt: Date?
    public let createdAt: Date
  }
  public let viewer: Viewer?
}

extension Parts {
  @MainActor public func notifications() -> QueryModel<NotificationsValue> {
    model(Document.notifications) { $0.viewer?.notifications?.nodes.isEmpty ?? false }
  }
}
