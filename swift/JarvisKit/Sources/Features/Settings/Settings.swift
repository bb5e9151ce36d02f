import Foundation
import Graph
import Models

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

extension Parts {
  @MainActor public func settings() -> QueryModel<SettingsValue> { model(Document.settings) }
}
