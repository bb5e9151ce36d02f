import Foundation
import Graph
import Models

public struct DashboardValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public let name: String?
    public let dashboard: Content?
  }
  public struct Content: Decodable, Sendable, Equatable {
    public let activeGoalCount: Int?
    public let todayProgress: Today?
    public let goals: [GoalCard]?
    public let unreadNotificationCount: Int?
  }
  public struct Today: Decodable, Sendable, Equatable {
    public let localDate: LocalDate
    public let dueCount: Int
    public let doneCount: Int
    public let fraction: Double?
  }
  public let viewer: Viewer?
}

extension Parts {
  @MainActor public func dashboard() -> QueryModel<DashboardValue> {
    model(Document.dashboard) { $0.viewer?.dashboard.map { $0.activeGoalCount == 0 } ?? false }
  }
}
