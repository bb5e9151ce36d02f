import Foundation
import Graph
import Models
import Observation

public struct ResearchCategoriesValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var researchCategories: Connection<ResearchCategoryRow>? }
  public internal(set) var viewer: Viewer?
}

/// What is looked into for the person.
@MainActor @Observable public final class ResearchCategoriesModel {
  public let list: QueryModel<ResearchCategoriesValue>
  public let work = Work()
  /// The run that the person began last from this list.
  public private(set) var begun: ObjectID?

  @ObservationIgnored public let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    list = parts.researchCategoryList()
  }

  public var categories: [ResearchCategoryRow] { list.screen.value?.viewer?.researchCategories?.nodes ?? [] }

  /// Whether its schedule is followed.
  public func setActive(_ category: ResearchCategoryRow, _ active: Bool) async {
    await work.run(on: category.id) {
      let input: JSONValue = ["id": .string(category.id.rawValue), "active": .bool(active)]
      let outcome = try await parts.graph.outcome(
        Request(Document.updateResearchCategory, ["input": input]), "category", as: ResearchCategoryRow.self)
      if let now = outcome.now { put(now) }
      if let refusal = outcome.refusal { throw refusal }
    }
  }

  /// Looks into it now.
  public func trigger(_ category: ResearchCategoryRow) async {
    await work.run(on: category.id) {
      begun = try await parts.trigger(category.id).id
      await list.refresh()
    }
  }

  /// Deletes it with all that was found for it.
  public func delete(_ category: ResearchCategoryRow) async {
    await work.run(on: category.id) {
      let outcome = try await parts.delete(category)
      if let now = outcome.now { put(now) }
      if let refusal = outcome.refusal { throw refusal }
      forget(category.id)
    }
  }

  /// Lays over the list what a category is now; one that is new comes into it.
  public func put(_ category: ResearchCategoryRow) {
    let known = categories.contains { $0.id == category.id }
    list.edit { value in
      var nodes = value.viewer?.researchCategories?.nodes ?? []
      if known {
        nodes = nodes.map { $0.id == category.id ? category.with(underWay: $0.underWay) : $0 }
      } else {
        nodes.append(category)
      }
      nodes.sort { $0.name.localizedStandardCompare($1.name) == .orderedAscending }
      value.viewer?.researchCategories?.nodes = nodes
    }
  }

  public func forget(_ id: ObjectID) {
    list.edit { $0.viewer?.researchCategories?.nodes.removeAll { $0.id == id } }
  }

  /// The form for one that is new.
  public func newCategory() -> ResearchCategoryEditor {
    ResearchCategoryEditor(parts) { [weak self] in self?.put($0) }
  }

  public func category(_ id: ObjectID) -> ResearchCategoryModel {
    ResearchCategoryModel(id, parts, changed: { [weak self] in self?.put($0) }, deleted: { [weak self] in self?.forget($0) })
  }
}

extension ResearchCategoryRow {
  func with(underWay: Connection<ResearchRunRow>?) -> Self {
    Self(
      id: id, name: name, description: description, active: active, pendingResultCount: pendingResultCount, schedule: schedule,
      version: version, underWay: underWay)
  }

  /// The run that waits or is under way.
  public var run: ResearchRunRow? { underWay?.nodes.first }
}

public struct ResearchCategoryValue: Decodable, Sendable, Equatable {
  public struct Category: Decodable, Sendable, Equatable {
    public struct Schedule: Decodable, Sendable, Equatable { public let nextFive: [ScheduledTime] }
    public internal(set) var row: ResearchCategoryRow
    /// What to look for, for the researcher.
    public let prompt: String
    /// Addresses to look at first.
    public let sources: [String]
    public let missedRunPolicy: MissedRunPolicy
    /// The next five times of the schedule, soonest first.
    public let nextRuns: [ScheduledTime]
    public internal(set) var results: Connection<ResearchResultRow>?

    private enum Keys: String, CodingKey { case prompt, sources, missedRunPolicy, schedule, results }

    public init(from decoder: any Decoder) throws {
      row = try ResearchCategoryRow(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      prompt = try container.decode(String.self, forKey: .prompt)
      sources = try container.decode([String].self, forKey: .sources)
      missedRunPolicy = try container.decode(MissedRunPolicy.self, forKey: .missedRunPolicy)
      nextRuns = try container.decodeIfPresent(Schedule.self, forKey: .schedule)?.nextFive ?? []
      results = try container.decodeIfPresent(Connection<ResearchResultRow>.self, forKey: .results)
    }
  }
  public internal(set) var researchCategory: Category?
}

/// One category: what is looked into and when, and what was found for it.
@MainActor @Observable public final class ResearchCategoryModel {
  public let query: QueryModel<ResearchCategoryValue>
  public let work = Work()
  public private(set) var isDeleted = false
  /// The run that the person began last from this screen.
  public private(set) var begun: ObjectID?

  public let id: ObjectID
  @ObservationIgnored public let parts: Parts
  @ObservationIgnored private let changed: @MainActor (ResearchCategoryRow) -> Void
  @ObservationIgnored private let deleted: @MainActor (ObjectID) -> Void

  public init(
    _ id: ObjectID, _ parts: Parts, changed: @escaping @MainActor (ResearchCategoryRow) -> Void = { _ in },
    deleted: @escaping @MainActor (ObjectID) -> Void = { _ in }
  ) {
    self.id = id
    self.parts = parts
    self.changed = changed
    self.deleted = deleted
    query = parts.model(
      Document.researchCategoryDetail, ["id": .string(id.rawValue)], isEmpty: { $0.researchCategory == nil },
      paging: Paging(cursor: { $0.researchCategory?.results?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.researchCategory?.results {
          joined.researchCategory?.results = shown.researchCategory?.results?.followed(by: page) ?? page
        }
        return joined
      })
  }

  public var category: ResearchCategoryValue.Category? { query.screen.value?.researchCategory }

  public func trigger() async {
    await work.run(on: id) {
      begun = try await parts.trigger(id).id
      await query.refresh()
    }
  }

  public func delete() async {
    guard let row = category?.row else { return }
    await work.run(on: id) {
      let outcome = try await parts.delete(row)
      if let now = outcome.now { query.edit { $0.researchCategory?.row = now.with(underWay: row.underWay) } }
      if let refusal = outcome.refusal { throw refusal }
      isDeleted = true
      deleted(id)
    }
  }

  /// The form that changes it; nil while it is not there.
  public func editor() -> ResearchCategoryEditor? {
    guard let category else { return nil }
    return ResearchCategoryEditor(category, parts) { [weak self] row in
      self?.query.edit { value in
        let underWay = value.researchCategory?.row.underWay
        value.researchCategory?.row = row.with(underWay: underWay)
      }
      self?.changed(row)
    }
  }

  public func runs() -> ResearchRunsModel { ResearchRunsModel(id, parts) }

  /// The screen of one of its results.
  public func result(_ id: ObjectID) -> ResearchResultModel {
    ResearchResultModel(
      id, parts,
      changed: { [weak self] row in
        self?.query.edit { value in
          guard let place = value.researchCategory?.results?.nodes.firstIndex(where: { $0.id == row.id }) else { return }
          value.researchCategory?.results?.nodes[place] = row
        }
      },
      deleted: { [weak self] id in self?.query.edit { $0.researchCategory?.results?.nodes.removeAll { $0.id == id } } })
  }
}

extension Parts {
  @MainActor public func researchCategories() -> ResearchCategoriesModel { ResearchCategoriesModel(self) }
  @MainActor public func researchCategory(_ id: ObjectID) -> ResearchCategoryModel { ResearchCategoryModel(id, self) }

  @MainActor func researchCategoryList() -> QueryModel<ResearchCategoriesValue> {
    model(
      Document.researchCategories, ["first": 50], isEmpty: { $0.viewer?.researchCategories?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.researchCategories?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.researchCategories {
          joined.viewer?.researchCategories = shown.viewer?.researchCategories?.followed(by: page) ?? page
        }
        return joined
      })
  }

  /// Looks into a category now. When one of its runs is under way already, that one is meant.
  @MainActor func trigger(_ category: ObjectID) async throws -> ResearchRunRow {
    let input: JSONValue = ["categoryId": .string(category.rawValue), "id": .string(surroundings.makeID(.researchRun).rawValue)]
    return try await run(Request(Document.triggerResearch, ["input": input]))
  }

  @MainActor func run(_ request: Request) async throws -> ResearchRunRow {
    let outcome = try await graph.outcome(request, "run", as: ResearchRunRow.self)
    if let run = outcome.now, outcome.refusal == nil || outcome.refusal?.code == "CONFLICT" { return run }
    throw outcome.refusal ?? GraphFault.unreadable("A payload without a run.")
  }

  func delete(_ category: ResearchCategoryRow) async throws -> ChangeOutcome<ResearchCategoryRow> {
    let input: JSONValue = ["id": .string(category.id.rawValue), "expectedVersion": .int(category.version)]
    return try await graph.outcome(Request(Document.deleteResearchCategory, ["input": input]), "category")
  }
}
