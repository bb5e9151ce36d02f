import Foundation
import Graph
import Models
import Observation

public struct ResearchValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var researchResults: Connection<ResearchResultRow>? }
  public internal(set) var viewer: Viewer?
}

/// What a search found.
public struct ResearchMatch: Decodable, Sendable, Equatable, Identifiable {
  /// A part of the excerpt; joined, they are it.
  public struct Part: Decodable, Sendable, Equatable {
    public let text: String
    public let found: Bool
  }
  public internal(set) var result: ResearchResultRow
  public let excerpt: [Part]

  public var id: ObjectID { result.id }
}

public struct ResearchMatchesValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var searchResearch: Connection<ResearchMatch>? }
  public internal(set) var viewer: Viewer?
}

/// Which results a list shows.
public struct ResearchFilter: Hashable, Sendable {
  public var status: ResearchStatus?
  public var categoryID: ObjectID?
  public var from: LocalDate?
  public var to: LocalDate?

  public init(status: ResearchStatus? = nil, categoryID: ObjectID? = nil, from: LocalDate? = nil, to: LocalDate? = nil) {
    self.status = status
    self.categoryID = categoryID
    self.from = from
    self.to = to
  }

  public var isAll: Bool { self == ResearchFilter() }

  var variables: JSONValue {
    var filter: [String: JSONValue] = [:]
    if let status { filter["statuses"] = [.string(status.rawValue)] }
    if let categoryID { filter["categoryId"] = .string(categoryID.rawValue) }
    if let from { filter["from"] = .string(from.description) }
    if let to { filter["to"] = .string(to.description) }
    return filter.isEmpty ? [:] : ["filter": .object(filter)]
  }

  /// Whether a result still belongs into the list after what was done with it.
  func takes(_ result: ResearchResultRow) -> Bool { status == nil || status == result.status }
}

/// What research found, over all categories.
@MainActor @Observable public final class ResearchModel {
  public private(set) var filter: ResearchFilter
  public private(set) var list: QueryModel<ResearchValue>
  /// What the search found; nil while nothing is looked for.
  public private(set) var matches: QueryModel<ResearchMatchesValue>?
  /// For the choice of a category.
  public let categories: QueryModel<ResearchCategoriesValue>
  public let work = Work()

  @ObservationIgnored public let parts: Parts

  public init(_ parts: Parts, filter: ResearchFilter = ResearchFilter()) {
    self.parts = parts
    self.filter = filter
    list = Self.list(parts, filter)
    categories = parts.researchCategoryList()
  }

  private static func list(_ parts: Parts, _ filter: ResearchFilter) -> QueryModel<ResearchValue> {
    parts.model(
      Document.researchResults, filter.variables, isEmpty: { $0.viewer?.researchResults?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.researchResults?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.researchResults {
          joined.viewer?.researchResults = shown.viewer?.researchResults?.followed(by: page) ?? page
        }
        return joined
      })
  }

  public func open() async {
    await list.open()
    await categories.open()
  }

  public func refresh() async {
    await list.refresh()
    await matches?.refresh()
  }

  /// Shows other results.
  public func show(_ filter: ResearchFilter) async {
    guard filter != self.filter else { return }
    self.filter = filter
    list = Self.list(parts, filter)
    await list.open()
  }

  public static let longestQuery = 200

  /// Looks for a text, when it has not been typed on for a moment; nothing shows the list again.
  public func search(_ text: String) async {
    let query = String(text.trimmingCharacters(in: .whitespacesAndNewlines).prefix(Self.longestQuery))
    guard !query.isEmpty else {
      matches = nil
      return
    }
    do { try await parts.surroundings.pause(0.3) } catch { return }
    let model: QueryModel<ResearchMatchesValue> = parts.model(
      Document.searchResearch, ["query": .string(query)], isEmpty: { $0.viewer?.searchResearch?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.searchResearch?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.searchResearch {
          joined.viewer?.searchResearch = shown.viewer?.searchResearch?.followed(by: page) ?? page
        }
        return joined
      })
    matches = model
    await model.refresh()
  }

  public func approve(_ result: ResearchResultRow) async {
    await work.run(on: result.id) { try await review(parts.graph.approve(result, reason: "")) }
  }

  public func reject(_ result: ResearchResultRow, reason: String) async {
    await work.run(on: result.id) { try await review(parts.graph.reject(result, reason: reason)) }
  }

  public func delete(_ result: ResearchResultRow) async {
    await work.run(on: result.id) {
      let outcome = try await parts.graph.delete(result)
      if let now = outcome.now { put(now) }
      if let refusal = outcome.refusal { throw refusal }
      forget(result.id)
    }
  }

  private func review(_ outcome: ChangeOutcome<ResearchResultRow>) throws {
    if let now = outcome.now { put(now) }
    if let refusal = outcome.refusal { throw refusal }
  }

  /// Lays over the lists what was done with a result here or on its own screen.
  public func put(_ result: ResearchResultRow) {
    let stays = filter.takes(result)
    list.edit { value in
      guard let place = value.viewer?.researchResults?.nodes.firstIndex(where: { $0.id == result.id }) else { return }
      if stays {
        value.viewer?.researchResults?.nodes[place] = result
      } else {
        value.viewer?.researchResults?.nodes.remove(at: place)
      }
    }
    matches?.edit { value in
      guard let place = value.viewer?.searchResearch?.nodes.firstIndex(where: { $0.id == result.id }) else { return }
      value.viewer?.searchResearch?.nodes[place].result = result
    }
  }

  /// Takes a result that was deleted out of the lists.
  public func forget(_ id: ObjectID) {
    list.edit { $0.viewer?.researchResults?.nodes.removeAll { $0.id == id } }
    matches?.edit { $0.viewer?.searchResearch?.nodes.removeAll { $0.id == id } }
  }
}

extension GraphClient {
  static let longestReason = 1000

  private func reviewed(_ document: Document, _ result: ResearchResultRow, reason: String) async throws -> ChangeOutcome<ResearchResultRow>
  {
    var input: [String: JSONValue] = ["id": .string(result.id.rawValue), "expectedVersion": .int(result.version)]
    let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
    if !reason.isEmpty { input["reason"] = .string(String(reason.prefix(Self.longestReason))) }
    return try await outcome(Request(document, ["input": .object(input)]), "result")
  }

  func approve(_ result: ResearchResultRow, reason: String) async throws -> ChangeOutcome<ResearchResultRow> {
    try await reviewed(Document.approveResearchResult, result, reason: reason)
  }

  func reject(_ result: ResearchResultRow, reason: String) async throws -> ChangeOutcome<ResearchResultRow> {
    try await reviewed(Document.rejectResearchResult, result, reason: reason)
  }

  /// After a conflict the outcome has the result as it is.
  func delete(_ result: ResearchResultRow) async throws -> ChangeOutcome<ResearchResultRow> {
    let input: JSONValue = ["id": .string(result.id.rawValue), "expectedVersion": .int(result.version)]
    return try await outcome(Request(Document.deleteResearchResult, ["input": input]), "result")
  }
}

extension Parts {
  @MainActor public func research(_ filter: ResearchFilter = ResearchFilter()) -> ResearchModel { ResearchModel(self, filter: filter) }
}
