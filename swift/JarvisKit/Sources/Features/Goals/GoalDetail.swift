import Foundation
import Graph
import Models

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

extension Parts {
  @MainActor public func goal(_ id: ObjectID) -> QueryModel<GoalDetailValue> {
    model(Document.goalDetail, ["id": .string(id.rawValue)]) { $0.goal == nil }
  }
}
