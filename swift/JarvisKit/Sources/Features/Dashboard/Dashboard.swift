import Foundation
import Graph
import Models

/// What may be earned.
public enum AchievementName: String, OpenEnum, CaseIterable {
  case firstEntry = "FIRST_ENTRY"
  case streak7 = "STREAK_7"
  case streak30 = "STREAK_30"
  case streak100 = "STREAK_100"
  case halfway = "HALFWAY"
  case goalCompleted = "GOAL_COMPLETED"
  case comeback = "COMEBACK"
  case unknown
}

/// The first screen, as far as the server has to tell it. What it owns is nil while that part of the server is away.
public struct DashboardValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public let name: String?
    public let researchCategories: Categories?
    public internal(set) var dashboard: Content?
  }
  public struct Categories: Decodable, Sendable, Equatable {
    public struct Category: Decodable, Sendable, Equatable {
      public struct Runs: Decodable, Sendable, Equatable { public let nodes: [ResearchRunRow] }
      public let underWay: Runs
    }
    public let nodes: [Category]
  }
  public struct Content: Decodable, Sendable, Equatable {
    /// Every safe day that a goal has fewer than seven adds one; 0: one could rest for a week.
    public let urgencyLoad: Int?
    public let activeGoalCount: Int?
    public let todayProgress: Today?
    public let goals: [GoalCard]?
    public let recentAchievements: [Achievement]?
    public let recentConversations: [Conversation]?
    public internal(set) var insights: [Insight]?
    public let pendingResearchResults: Pending?
    public let nextResearchRun: NextRun?
    public let unreadNotificationCount: Int?
    public let notifications: [NotificationItem]?
    public let upcomingReminders: [Reminder]?
    public let connectionsNeedingAttention: [Connection]?
  }
  public struct Today: Decodable, Sendable, Equatable {
    public let localDate: LocalDate
    public let dueCount: Int
    public let doneCount: Int
    public let fraction: Double?
    public let entryCount: Int
  }
  public struct Achievement: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public let name: AchievementName
    public let earnedAt: Date
    public let goal: Named?
  }
  public struct Conversation: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public let title: String?
    public let activeAt: Date
  }
  public struct Insight: Decodable, Sendable, Equatable, Identifiable {
    public struct Evidence: Decodable, Sendable, Equatable {
      public let label: String
      public let value: Amount
      public let unit: String?
    }
    public let id: ObjectID
    public let title: String
    public let text: String
    public let evidence: [Evidence]
  }
  public struct Pending: Decodable, Sendable, Equatable {
    public struct Result: Decodable, Sendable, Equatable, Identifiable {
      public let id: ObjectID
      public let title: String
      public let summary: String?
    }
    public let count: Int
    public let nodes: [Result]
  }
  public struct NextRun: Decodable, Sendable, Equatable {
    public struct Run: Decodable, Sendable, Equatable { public let at: Date }
    public let category: Named
    public let run: Run
  }
  public struct Reminder: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public let nextOccurrenceAt: Date?
    public let message: String?
    public let goal: Named?
  }
  public struct Connection: Decodable, Sendable, Equatable, Identifiable {
    public enum Status: String, OpenEnum {
      case active = "ACTIVE"
      case needsReauth = "NEEDS_REAUTH"
      case paused = "PAUSED"
      case error = "ERROR"
      case unknown
    }
    public let id: ObjectID
    public let label: String?
    public let status: Status
  }
  public internal(set) var viewer: Viewer?

  public var content: Content? { viewer?.dashboard }
  /// Research that waits for its turn or is under way, running first.
  public var runsUnderWay: [ResearchRunRow] {
    let runs = (viewer?.researchCategories?.nodes ?? []).flatMap(\.underWay.nodes)
    return runs.filter { $0.state == .running } + runs.filter { $0.state != .running }
  }
}

extension Parts {
  @MainActor public func dashboard() -> QueryModel<DashboardValue> { model(Document.dashboard) }
}
