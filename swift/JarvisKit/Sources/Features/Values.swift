import Foundation
import Models

/// A page of a list; nil nodes mean that the part of the server that has them was away.
public struct Connection<Node: Decodable & Sendable & Equatable>: Decodable, Sendable, Equatable {
  public struct PageInfo: Decodable, Sendable, Equatable {
    public let hasNextPage: Bool?
    public let hasPreviousPage: Bool?
    public let endCursor: String?
    public let startCursor: String?
  }
  public let nodes: [Node]
  public let pageInfo: PageInfo?
}

public struct Named: Decodable, Sendable, Equatable {
  public let id: ObjectID
  public let title: String?
  public let name: String?
}

/// A goal as lists show it.
public struct GoalCard: Decodable, Sendable, Equatable, Identifiable {
  public struct Pace: Decodable, Sendable, Equatable {
    public let status: String
    public let safeDays: Int?
    public let dueText: String?
    public let urgency: String
  }
  public struct Streak: Decodable, Sendable, Equatable {
    public let current: Int
    public let best: Int
  }
  public let id: ObjectID
  public let title: String
  public let kind: String
  public let status: String
  public let unit: String?
  public let currentValue: Amount?
  public let targetValue: Amount?
  public let deadline: LocalDate?
  public let percent: Double?
  public let pace: Pace?
  public let streak: Streak?
  public let strength: Double?
}

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

public struct LifeAreasValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public let lifeAreas: Connection<Area>? }
  public struct Area: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let name: String
    public let color: String?
    public let active: Bool
    public let activeGoalCount: Int?
    public let version: Int
    public let goals: Connection<GoalCard>?
  }
  public let viewer: Viewer?
}

public struct GoalDetailValue: Decodable, Sendable, Equatable {
  public struct Goal: Decodable, Sendable, Equatable {
    public struct Line: Decodable, Sendable, Equatable {
      public let startDate: LocalDate
      public let startValue: Amount
      public let deadline: LocalDate?
      public let targetValue: Amount?
      public let ratePerDay: Amount?
    }
    public struct Day: Decodable, Sendable, Equatable {
      public let localDate: LocalDate
      public let value: Amount?
      public let skipped: Bool
    }
    public let id: ObjectID
    public let title: String
    public let percent: Double?
    public let line: Line?
    public let series: [Day]
    public let milestones: [Named]
    public let version: Int
  }
  public let goal: Goal?
}

public struct ResearchValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public let researchResults: Connection<Result>? }
  public struct Result: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let title: String
    public let summary: String?
    public let status: String
    public let version: Int
  }
  public let viewer: Viewer?
}

public struct AutomationsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public let automationRules: Connection<Rule>? }
  public struct Rule: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let name: String
    public let active: Bool
    public let disabledReason: String?
    public let nextRunAt: Date?
    public let version: Int
  }
  public let viewer: Viewer?
}

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

public struct SettingsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let name: String?
    public let email: String?
    public let timeZone: String
    public let dayStartMinutes: Int
    public let version: Int
  }
  public let viewer: Viewer?
}
