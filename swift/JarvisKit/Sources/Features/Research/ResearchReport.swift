import Foundation
import Graph
import Models
import Observation

public struct ResearchReportValue: Decodable, Sendable, Equatable {
  public struct Report: Decodable, Sendable, Equatable {
    public let title: String
    public let from: LocalDate
    public let to: LocalDate
    public let resultCount: Int
    /// To read and to pass on.
    public let markdown: String
  }
  public struct Viewer: Decodable, Sendable, Equatable { public let researchReport: Report? }
  public let viewer: Viewer?
}

/// What research found in a stretch of days, as one text.
@MainActor @Observable public final class ResearchReportModel {
  /// How far it goes back, in days; the server allows 366.
  public enum Stretch: Int, CaseIterable, Hashable, Sendable {
    case week = 7
    case month = 30
    case quarter = 90
    case year = 365
  }

  public private(set) var stretch = Stretch.week
  public private(set) var categoryIDs: Set<ObjectID> = []
  /// Whether what nobody has looked at yet is in it, too.
  public private(set) var withPending = false
  public private(set) var query: QueryModel<ResearchReportValue>

  @ObservationIgnored private let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    query = Self.query(parts, .week, [], withPending: false)
  }

  private static func query(
    _ parts: Parts, _ stretch: Stretch, _ categoryIDs: Set<ObjectID>, withPending: Bool
  ) -> QueryModel<ResearchReportValue> {
    var variables: [String: JSONValue] = [:]
    // A week is what the server takes by itself, by the person's own clock.
    if stretch != .week {
      let today = LocalDate(parts.surroundings.now(), in: parts.surroundings.timeZone())
      variables["from"] = .string(today.adding(days: 1 - stretch.rawValue).description)
      variables["to"] = .string(today.description)
    }
    if !categoryIDs.isEmpty { variables["categoryIds"] = .array(categoryIDs.sorted().map { .string($0.rawValue) }) }
    if withPending { variables["statuses"] = ["PENDING", "APPROVED", "INTEGRATED"] }
    return parts.model(Document.researchReport, .object(variables), isEmpty: { $0.viewer?.researchReport?.resultCount == 0 })
  }

  public func open() async { await query.open() }

  /// Makes another report.
  public func show(_ stretch: Stretch? = nil, categoryIDs: Set<ObjectID>? = nil, withPending: Bool? = nil) async {
    self.stretch = stretch ?? self.stretch
    self.categoryIDs = categoryIDs ?? self.categoryIDs
    self.withPending = withPending ?? self.withPending
    query = Self.query(parts, self.stretch, self.categoryIDs, withPending: self.withPending)
    await query.open()
  }
}

extension Parts {
  @MainActor public func researchReport() -> ResearchReportModel { ResearchReportModel(self) }
}
