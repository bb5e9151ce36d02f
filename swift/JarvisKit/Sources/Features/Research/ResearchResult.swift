import Foundation
import Graph
import Models
import Observation

/// Something that was read for a result.
public struct ResearchSource: Decodable, Sendable, Equatable {
  public let url: String
  public let title: String
  public let fetchedAt: Date

  public var address: URL? { webAddress(url) }
}

/// The address, if it is one of the web: texts of others may name any.
func webAddress(_ text: String) -> URL? {
  guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()) else { return nil }
  return url
}

/// One step of a review.
public struct ResearchReview: Decodable, Sendable, Equatable {
  public struct Actor: Decodable, Sendable, Equatable { public let kind: ReviewActor }
  public let fromStatus: ResearchStatus
  public let toStatus: ResearchStatus
  public let reason: String?
  public let at: Date
  public let actor: Actor
}

public struct ResearchResultValue: Decodable, Sendable, Equatable {
  public struct Result: Decodable, Sendable, Equatable {
    public struct Run: Decodable, Sendable, Equatable { public let id: ObjectID }
    public internal(set) var row: ResearchResultRow
    /// Markdown that rests on pages of others.
    public let content: String
    public let claims: [ResearchClaim]
    public let sources: [ResearchSource]
    public internal(set) var reviews: [ResearchReview]
    /// What was made of it.
    public internal(set) var createdIds: [ObjectID]
    public let createdAt: Date
    public let run: Run?

    private enum Keys: String, CodingKey { case content, claims, sources, reviews, createdIds, createdAt, run }

    public init(from decoder: any Decoder) throws {
      row = try ResearchResultRow(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      content = try container.decode(String.self, forKey: .content)
      claims = try container.decode([ResearchClaim].self, forKey: .claims)
      sources = try container.decode([ResearchSource].self, forKey: .sources)
      reviews = try container.decode([ResearchReview].self, forKey: .reviews)
      createdIds = try container.decode([ObjectID].self, forKey: .createdIds)
      createdAt = try container.decode(Date.self, forKey: .createdAt)
      run = try container.decodeIfPresent(Run.self, forKey: .run)
    }
  }
  public internal(set) var researchResult: Result?
}

/// What was read for a result, as it was then.
public struct ResearchSourcesValue: Decodable, Sendable, Equatable {
  public struct Result: Decodable, Sendable, Equatable { public let sources: [Source] }
  public struct Source: Decodable, Sendable, Equatable {
    public let url: String
    public let title: String
    /// Nil when it was not kept.
    public let snapshot: Snapshot?
  }
  public struct Snapshot: Decodable, Sendable, Equatable {
    public let finalUrl: String
    public let text: String
    public let publishedAt: Date?
    public let fetchedAt: Date

    public var address: URL? { webAddress(finalUrl) }
  }
  public let researchResult: Result?
}

/// One result: what it says, what it rests on, and what is made of it.
@MainActor @Observable public final class ResearchResultModel {
  public let query: QueryModel<ResearchResultValue>
  /// The texts of its sources, which are long: loaded when one is opened.
  public let sources: QueryModel<ResearchSourcesValue>
  public let work = Work()
  public private(set) var isDeleted = false
  /// What integrating it made, on this screen.
  public private(set) var made: ObjectID?

  public let id: ObjectID
  @ObservationIgnored public let parts: Parts
  @ObservationIgnored private let changed: @MainActor (ResearchResultRow) -> Void
  @ObservationIgnored private let deleted: @MainActor (ObjectID) -> Void

  /// - Parameters:
  ///   - changed: is told of what was done with it, for the list that it was opened from.
  ///   - deleted: likewise.
  public init(
    _ id: ObjectID, _ parts: Parts, changed: @escaping @MainActor (ResearchResultRow) -> Void = { _ in },
    deleted: @escaping @MainActor (ObjectID) -> Void = { _ in }
  ) {
    self.id = id
    self.parts = parts
    self.changed = changed
    self.deleted = deleted
    let variables: JSONValue = ["id": .string(id.rawValue)]
    query = parts.model(Document.researchResultDetail, variables, isEmpty: { $0.researchResult == nil })
    sources = parts.model(Document.researchSources, variables, isEmpty: { $0.researchResult?.sources.isEmpty ?? true })
  }

  public var result: ResearchResultValue.Result? { query.screen.value?.researchResult }

  struct Reviewed: Decodable, Sendable {
    let row: ResearchResultRow
    let reviews: [ResearchReview]
    let createdIds: [ObjectID]?

    private enum Keys: String, CodingKey { case reviews, createdIds }

    init(from decoder: any Decoder) throws {
      row = try ResearchResultRow(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      reviews = try container.decode([ResearchReview].self, forKey: .reviews)
      createdIds = try container.decodeIfPresent([ObjectID].self, forKey: .createdIds)
    }
  }

  /// Accepts it: it may be built on from now on.
  public func approve(reason: String = "") async { await review(Document.approveResearchResult, reason) }

  /// Turns it down. It needs a reason.
  public func reject(reason: String) async { await review(Document.rejectResearchResult, reason) }

  private func review(_ document: Document, _ reason: String) async {
    guard let row = result?.row else { return }
    await work.run(on: id) {
      var input: [String: JSONValue] = ["id": .string(id.rawValue), "expectedVersion": .int(row.version)]
      let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
      if !reason.isEmpty { input["reason"] = .string(String(reason.prefix(GraphClient.longestReason))) }
      try put(try await parts.graph.outcome(Request(document, ["input": .object(input)]), "result"))
    }
  }

  private func put(_ outcome: ChangeOutcome<Reviewed>) throws {
    if let now = outcome.now {
      query.edit { value in
        value.researchResult?.row = now.row
        value.researchResult?.reviews = now.reviews
        if let created = now.createdIds { value.researchResult?.createdIds = created }
      }
      changed(now.row)
    }
    if let refusal = outcome.refusal { throw refusal }
  }

  /// Makes something of it. Sent again, it is made once.
  /// - Returns: whether it was made.
  @discardableResult public func integrate(_ draft: IntegrationDraft, locale: Locale = .current) async -> Bool {
    guard let row = result?.row, draft.faults(locale: locale).isEmpty, case let (name, member) = draft.input(locale: locale) else {
      return false
    }
    return await work.run(on: id) {
      let input: JSONValue = ["id": .string(id.rawValue), "expectedVersion": .int(row.version), name: member]
      let payload = try Payload(try await parts.graph.execute(Request(Document.integrateResearchResult, ["input": input])))
      let now = try payload.value["result"].map { try Answer(data: $0).read(as: Reviewed.self) }
      try put(ChangeOutcome(now: now, refusal: payload.errors.first))
      made = payload.value["createdId"]?.text.map { ObjectID($0) }
    }
  }

  public func delete() async {
    guard let row = result?.row else { return }
    await work.run(on: id) {
      let outcome = try await parts.graph.delete(row)
      if let now = outcome.now {
        query.edit { $0.researchResult?.row = now }
        changed(now)
      }
      if let refusal = outcome.refusal { throw refusal }
      isDeleted = true
      deleted(id)
    }
  }

  /// The text of a source as it was read, when it was kept and is loaded.
  public func snapshot(of source: ResearchSource) -> ResearchSourcesValue.Snapshot? {
    sources.screen.value?.researchResult?.sources.first { $0.url == source.url }?.snapshot
  }
}

extension Parts {
  @MainActor public func researchResult(_ id: ObjectID) -> ResearchResultModel { ResearchResultModel(id, self) }
}

extension ResearchModel {
  /// The screen of a result of these lists: what is done there shows here, too.
  public func result(_ id: ObjectID) -> ResearchResultModel {
    ResearchResultModel(id, parts, changed: { [weak self] in self?.put($0) }, deleted: { [weak self] in self?.forget($0) })
  }
}

/// The life areas that a goal or a note may be made in.
public struct AreaChoicesValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public let lifeAreas: Connection<AreaChoice>? }
  public struct AreaChoice: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public let name: String
  }
  let viewer: Viewer?

  public var areas: [AreaChoice] { viewer?.lifeAreas?.nodes ?? [] }
}

extension Parts {
  @MainActor public func areaChoices() -> QueryModel<AreaChoicesValue> { model(Document.lifeAreas) { $0.areas.isEmpty } }
}
