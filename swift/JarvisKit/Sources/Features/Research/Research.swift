import Foundation
import Graph
import Models

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

extension Parts {
  @MainActor public func research() -> QueryModel<ResearchValue> {
    model(Document.researchResults) { $0.viewer?.researchResults?.nodes.isEmpty ?? false }
  }
}
