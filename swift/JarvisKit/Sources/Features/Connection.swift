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
