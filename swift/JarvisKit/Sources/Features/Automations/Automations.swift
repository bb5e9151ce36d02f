import Foundation
import Graph
import Models

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

extension Parts {
  @MainActor public func automations() -> QueryModel<AutomationsValue> {
    model(Document.automationRules) { $0.viewer?.automationRules?.nodes.isEmpty ?? false }
  }
}
