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

  @MainActor func model<Value: Decodable & Sendable & Equatable>(
    _ document: Document, _ variables: JSONValue = [:], isEmpty: @escaping @Sendable (Value) -> Bool = { _ in false },
    paging: Paging<Value>? = nil, isKept: Bool = true
  ) -> QueryModel<Value> {
    QueryModel(
      Request(document, variables), graph: graph, store: store, surroundings: surroundings, isEmpty: isEmpty, paging: paging,
      isKept: isKept)
  }
}
