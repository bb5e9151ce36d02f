import Foundation
import Graph
import Models

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

extension Parts {
  @MainActor public func lifeAreas() -> QueryModel<LifeAreasValue> {
    model(Document.lifeAreas) { $0.viewer?.lifeAreas?.nodes.isEmpty ?? false }
  }
}
