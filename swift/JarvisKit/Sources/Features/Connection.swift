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
  public internal(set) var nodes: [Node]
  public internal(set) var pageInfo: PageInfo?

  /// Where the next page begins; nil when this was the last.
  public var nextCursor: String? { pageInfo?.hasNextPage == true ? pageInfo?.endCursor : nil }

  /// This page with the next one behind it.
  func followed(by next: Self) -> Self { Self(nodes: nodes + next.nodes, pageInfo: next.pageInfo) }
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
