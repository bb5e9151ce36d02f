import Foundation
import Graph
import Models
import Observation

public struct ResearchRunsValue: Decodable, Sendable, Equatable {
  public struct Category: Decodable, Sendable, Equatable {
    public let nextRunAt: Date?
    public internal(set) var runs: Connection<ResearchRunRow>?
  }
  public internal(set) var researchCategory: Category?
}

/// The runs of a category, newest first.
@MainActor @Observable public final class ResearchRunsModel {
  public let list: QueryModel<ResearchRunsValue>
  public let work = Work()
  /// The run that the person began last from this list.
  public private(set) var begun: ObjectID?

  public let categoryID: ObjectID
  @ObservationIgnored public let parts: Parts

  public init(_ categoryID: ObjectID, _ parts: Parts) {
    self.categoryID = categoryID
    self.parts = parts
    list = parts.model(
      Document.researchRuns, ["categoryId": .string(categoryID.rawValue)], isEmpty: { $0.researchCategory?.runs?.nodes.isEmpty ?? true },
      paging: Paging(cursor: { $0.researchCategory?.runs?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.researchCategory?.runs {
          joined.researchCategory?.runs = shown.researchCategory?.runs?.followed(by: page) ?? page
        }
        return joined
      })
  }

  public var runs: [ResearchRunRow] { list.screen.value?.researchCategory?.runs?.nodes ?? [] }

  public func trigger() async {
    await work.run(on: categoryID) {
      begun = try await parts.trigger(categoryID).id
      await list.refresh()
    }
  }

  public func cancel(_ run: ResearchRunRow) async {
    await work.run(on: run.id) { put(try await parts.cancel(run.id)) }
  }

  public func retry(_ run: ResearchRunRow) async {
    await work.run(on: run.id) {
      begun = try await parts.retry(run.id).id
      await list.refresh()
    }
  }

  /// Lays over the list how a run stands now.
  public func put(_ run: ResearchRunRow) {
    list.edit { value in
      guard let place = value.researchCategory?.runs?.nodes.firstIndex(where: { $0.id == run.id }) else { return }
      value.researchCategory?.runs?.nodes[place] = run
    }
  }

  /// The screen of one of the runs: what happens there shows here, too.
  public func run(_ id: ObjectID) -> ResearchRunModel { ResearchRunModel(id, parts) { [weak self] in self?.put($0) } }
}

public struct ResearchRunValue: Decodable, Sendable, Equatable {
  public struct Run: Decodable, Sendable, Equatable {
    public struct Step: Decodable, Sendable, Equatable {
      public let step: ResearchStep
      public let state: ResearchStepState
      public let startedAt: Date
      public let endedAt: Date?
      /// What it came to, in a sentence.
      public let note: String?
    }
    public struct Failure: Decodable, Sendable, Equatable {
      /// An address, or the name of a search provider.
      public let url: String
      public let message: String
    }
    public struct Changes: Decodable, Sendable, Equatable {
      public struct Statement: Decodable, Sendable, Equatable { public let text: String }
      public struct New: Decodable, Sendable, Equatable {
        public let text: String
        public let quote: String?
        public let verdict: ClaimVerdict
      }
      public struct Source: Decodable, Sendable, Equatable {
        public let url: String
        public let title: String
      }
      /// The last approved result before; nil when there is none, and all is new.
      public let since: Named?
      public let newClaims: [New]
      public let goneClaims: [Statement]
      public let newSources: [Source]
    }
    public internal(set) var row: ResearchRunRow
    /// In US dollars.
    public let cost: Amount
    public let steps: [Step]
    public let failures: [Failure]
    public let result: ResearchResultRow?
    public let changes: Changes?

    private enum Keys: String, CodingKey { case cost, steps, failures, result, changes }

    public init(from decoder: any Decoder) throws {
      row = try ResearchRunRow(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      cost = try container.decode(Amount.self, forKey: .cost)
      steps = try container.decode([Step].self, forKey: .steps)
      failures = try container.decode([Failure].self, forKey: .failures)
      result = try container.decodeIfPresent(ResearchResultRow.self, forKey: .result)
      changes = try container.decodeIfPresent(Changes.self, forKey: .changes)
    }
  }
  public internal(set) var researchRun: Run?
}

/// A message of how runs come on.
struct ResearchProgressValue: Decodable, Sendable {
  struct Message: Decodable, Sendable {
    let run: ResearchRunRow?
  }
  let researchProgress: Message?
}

/// One run, as it comes on.
@MainActor @Observable public final class ResearchRunModel {
  public private(set) var query: QueryModel<ResearchRunValue>
  public private(set) var id: ObjectID
  /// The connection that tells how it comes on is lost; it goes on when it is back.
  public private(set) var isReconnecting = false
  public let work = Work()

  @ObservationIgnored public let parts: Parts
  @ObservationIgnored private let changed: @MainActor (ResearchRunRow) -> Void

  /// How long nothing may be heard of a run that is under way, in seconds, before it is asked for.
  nonisolated static let patience: TimeInterval = 20

  public init(_ id: ObjectID, _ parts: Parts, changed: @escaping @MainActor (ResearchRunRow) -> Void = { _ in }) {
    self.id = id
    self.parts = parts
    self.changed = changed
    query = Self.query(id, parts)
  }

  private static func query(_ id: ObjectID, _ parts: Parts) -> QueryModel<ResearchRunValue> {
    parts.model(Document.researchRunDetail, ["id": .string(id.rawValue)], isEmpty: { $0.researchRun == nil })
  }

  public var run: ResearchRunValue.Run? { query.screen.value?.researchRun }

  /// Shows the run, and follows it until it is over, or the task is cancelled.
  public func follow() async {
    let following = id
    await query.open()
    guard run?.row.state.isOver != true, query.screen != .empty else { return }
    let listening = Task { await listen(to: following) }
    let looking = Task {
      await look(after: following)
      listening.cancel()
    }
    await withTaskCancellationHandler {
      await listening.value
    } onCancel: {
      listening.cancel()
    }
    looking.cancel()
    isReconnecting = false
  }

  private func listen(to following: ObjectID) async {
    let stream = parts.graph.following(
      Request(Document.researchProgress, ["runId": .string(following.rawValue)]), in: parts.surroundings,
      isLast: { message in
        let run = message["researchProgress"]?["run"]
        return run == nil || run?["state"]?.text.flatMap(ResearchRunState.init(rawValue:))?.isOver == true
      },
      place: { $0["researchProgress"]?["event"]?["id"] })
    do {
      for try await event in stream {
        guard following == id, !Task.isCancelled else { return }
        switch event {
        case .away: isReconnecting = true
        case .value(let data):
          isReconnecting = false
          guard let now = try Answer(data: data).read(as: ResearchProgressValue.self).researchProgress?.run else {
            await query.refresh()
            return
          }
          await put(now)
        }
      }
    } catch is CancellationError {
    } catch { _ = await work.run(on: following) { throw error } }
  }

  /// Events from before the subscription began are not told: a run that ended meanwhile would be waited for in vain.
  private func look(after following: ObjectID) async {
    while following == id, run?.row.state.isOver != true {
      do { try await parts.surroundings.pause(Self.patience) } catch { return }
      await query.refresh()
      if query.screen == .empty { return }
    }
  }

  private func put(_ now: ResearchRunRow) async {
    let before = run?.row
    query.edit { $0.researchRun?.row = now }
    changed(now)
    // Steps, failures and the result are not in the message.
    if before?.step != now.step || before?.state != now.state { await query.refresh() }
  }

  public func cancel() async {
    await work.run(on: id) { await put(try await parts.cancel(id)) }
  }

  /// Tries it once more: this screen goes on with the new run. Whoever shows it follows again when `id` changes.
  public func retry() async {
    await work.run(on: id) {
      let next = try await parts.retry(id)
      query = Self.query(next.id, parts)
      id = next.id
      changed(next)
    }
  }
}

extension Parts {
  @MainActor public func researchRun(_ id: ObjectID) -> ResearchRunModel { ResearchRunModel(id, self) }

  @MainActor func cancel(_ run: ObjectID) async throws -> ResearchRunRow {
    try await self.run(Request(Document.cancelResearchRun, ["input": ["id": .string(run.rawValue)]]))
  }

  @MainActor func retry(_ run: ObjectID) async throws -> ResearchRunRow {
    let input: JSONValue = ["runId": .string(run.rawValue), "id": .string(surroundings.makeID(.researchRun).rawValue)]
    return try await self.run(Request(Document.retryResearchRun, ["input": input]))
  }
}
