import Foundation
import Graph
import Models
import Observation

public struct AutomationRunValue: Decodable, Sendable, Equatable {
  public struct Run: Decodable, Sendable, Equatable {
    public struct Step: Decodable, Sendable, Equatable, Identifiable {
      public let index: Int
      public let kind: AutomationStepKind
      public let state: AutomationStepState
      /// What it was given, mostly JSON.
      public let input: String?
      /// What came of it.
      public let output: String?
      /// What went wrong, as the server's sentence.
      public let error: String?
      public let attempts: Int
      public let startedAt: Date
      public let endedAt: Date?

      public var id: Int { index }
    }
    public struct Rule: Decodable, Sendable, Equatable {
      public let id: ObjectID
      public let name: String
    }
    public struct Earlier: Decodable, Sendable, Equatable { public let id: ObjectID }
    public internal(set) var row: AutomationRunRow
    public let rule: Rule
    /// The run that this one tries once more.
    public let retryOf: Earlier?
    public let steps: [Step]

    private enum Keys: String, CodingKey { case rule, retryOf, steps }

    public init(from decoder: any Decoder) throws {
      row = try AutomationRunRow(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      rule = try container.decode(Rule.self, forKey: .rule)
      retryOf = try container.decodeIfPresent(Earlier.self, forKey: .retryOf)
      steps = try container.decode([Step].self, forKey: .steps)
    }
  }
  public internal(set) var node: Run?
}

/// One run of a rule: what each condition and action was given, and what came of it.
@MainActor @Observable public final class AutomationRunModel {
  public private(set) var query: QueryModel<AutomationRunValue>
  public private(set) var id: ObjectID
  public let work = Work()

  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private let changed: @MainActor (AutomationRunRow) -> Void

  /// How often a run that is under way is looked at, in seconds: no subscription tells of it.
  nonisolated static let interval: TimeInterval = 3

  public init(_ id: ObjectID, _ parts: Parts, changed: @escaping @MainActor (AutomationRunRow) -> Void = { _ in }) {
    self.id = id
    self.parts = parts
    self.changed = changed
    query = Self.query(id, parts)
  }

  private static func query(_ id: ObjectID, _ parts: Parts) -> QueryModel<AutomationRunValue> {
    parts.model(Document.automationRunDetail, ["id": .string(id.rawValue)], isEmpty: { $0.node == nil })
  }

  /// The screen of the run that this one tries once more.
  public func earlier(_ id: ObjectID) -> AutomationRunModel { AutomationRunModel(id, parts) }

  public var run: AutomationRunValue.Run? { query.screen.value?.node }

  /// Shows the run, and looks again until it is over, or the task is cancelled.
  public func follow() async {
    let following = id
    await query.open()
    while following == id, let run, run.row.canBeCancelled {
      do { try await parts.surroundings.pause(Self.interval) } catch { return }
      await query.refresh()
      if let now = self.run?.row, now != run.row { changed(now) }
    }
  }

  public func cancel() async {
    await work.run(on: id) {
      let now = try await parts.cancelRun(id)
      changed(now)
      await query.refresh()
    }
  }

  /// Tries it once more from the step that was not done: this screen goes on with the new run.
  public func retry() async {
    await work.run(on: id) {
      let next = try await parts.retryRun(id)
      query = Self.query(next.id, parts)
      id = next.id
    }
  }
}

extension Parts {
  @MainActor public func automationRun(_ id: ObjectID) -> AutomationRunModel { AutomationRunModel(id, self) }
}
