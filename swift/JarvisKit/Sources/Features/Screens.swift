import Foundation
import Graph
import Models
import Persistence

/// What every screen is made of.
public struct Parts: Sendable {
  public let graph: GraphClient
  public let store: any Store
  public let surroundings: Surroundings

  public init(graph: GraphClient, store: any Store, surroundings: Surroundings) {
    self.graph = graph
    self.store = store
    self.surroundings = surroundings
  }

  @MainActor private func model<Value: Decodable & Sendable & Equatable>(
    _ document: Document, _ variables: JSONValue = [:], isEmpty: @escaping @Sendable (Value) -> Bool = { _ in false }
  ) -> QueryModel<Value> {
    QueryModel(Request(document, variables), graph: graph, store: store, surroundings: surroundings, isEmpty: isEmpty)
  }

  @MainActor public func dashboard() -> QueryModel<DashboardValue> {
    model(Document.dashboard) { $0.viewer?.dashboard.map { $0.activeGoalCount == 0 } ?? false }
  }

  @MainActor public func lifeAreas() -> QueryModel<LifeAreasValue> {
    model(Document.lifeAreas) { $0.viewer?.lifeAreas?.nodes.isEmpty ?? false }
  }

  @MainActor public func goal(_ id: ObjectID) -> QueryModel<GoalDetailValue> {
    model(Document.goalDetail, ["id": .string(id.rawValue)]) { $0.goal == nil }
  }

  @MainActor public func research() -> QueryModel<ResearchValue> {
    model(Document.researchResults) { $0.viewer?.researchResults?.nodes.isEmpty ?? false }
  }

  @MainActor public func automations() -> QueryModel<AutomationsValue> {
    model(Document.automationRules) { $0.viewer?.automationRules?.nodes.isEmpty ?? false }
  }

  @MainActor public func notifications() -> QueryModel<NotificationsValue> {
    model(Document.notifications) { $0.viewer?.notifications?.nodes.isEmpty ?? false }
  }

  @MainActor public func settings() -> QueryModel<SettingsValue> { model(Document.settings) }
}
