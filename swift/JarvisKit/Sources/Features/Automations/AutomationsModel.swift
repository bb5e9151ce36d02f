import Foundation
import Graph
import Models
import Observation

public struct AutomationsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var automationRules: Connection<AutomationRuleRow>? }
  public internal(set) var viewer: Viewer?
}

/// The person's rules.
@MainActor @Observable public final class AutomationsModel {
  public let list: QueryModel<AutomationsValue>
  public let work = Work()
  /// The run that the person began last from this list.
  public private(set) var begun: ObjectID?

  @ObservationIgnored public let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    list = parts.model(
      Document.automationRules, isEmpty: { $0.viewer?.automationRules?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.automationRules?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.automationRules {
          joined.viewer?.automationRules = shown.viewer?.automationRules?.followed(by: page) ?? page
        }
        return joined
      })
  }

  public var rules: [AutomationRuleRow] { list.screen.value?.viewer?.automationRules?.nodes ?? [] }

  /// Switches it on or off, at once.
  public func setActive(_ rule: AutomationRuleRow, _ active: Bool) async {
    await work.run(on: rule.id) {
      set(rule.id, active)
      do {
        try await parts.graph.change(
          Request(Document.updateAutomationRule, ["input": ["id": .string(rule.id.rawValue), "active": .bool(active)]]))
      } catch {
        set(rule.id, !active)
        throw error
      }
      // When it falls next, and why it was off, are different now.
      await list.refresh()
    }
  }

  private func set(_ id: ObjectID, _ active: Bool) {
    list.edit { value in
      guard let place = value.viewer?.automationRules?.nodes.firstIndex(where: { $0.id == id }) else { return }
      value.viewer?.automationRules?.nodes[place].active = active
    }
  }

  /// Sets it off now.
  public func run(_ rule: AutomationRuleRow) async {
    await work.run(on: rule.id) {
      begun = try await parts.runRule(rule.id).id
      await list.refresh()
    }
  }

  /// Deletes it with its runs.
  public func delete(_ rule: AutomationRuleRow) async {
    await work.run(on: rule.id) {
      try await parts.deleteRule(rule.id)
      forget(rule.id)
    }
  }

  func forget(_ id: ObjectID) {
    list.edit { $0.viewer?.automationRules?.nodes.removeAll { $0.id == id } }
  }

  public func newRule() -> AutomationRuleEditor {
    AutomationRuleEditor(parts) { [weak self] in await self?.list.refresh() }
  }

  public func rule(_ id: ObjectID) -> AutomationRuleModel {
    AutomationRuleModel(
      id, parts, changed: { [weak self] in await self?.list.refresh() }, deleted: { [weak self] in self?.forget($0) })
  }
}

public struct AutomationRuleValue: Decodable, Sendable, Equatable {
  public struct Rule: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let name: String
    public let description: String?
    public internal(set) var active: Bool
    public let mode: AutomationMode
    public let maxRuns: Int
    /// How many of its latest runs failed in a row.
    public let failures: Int
    public let disabledReason: String?
    public let nextRunAt: Date?
    public let version: Int
    public let triggers: [AutomationTrigger]
    public let conditions: [AutomationCondition]
    public let actions: [AutomationAction]
    /// Whether this version of the app knows all that it is made of. If not, it must not write it: what it does not know would be lost.
    public let isKnown: Bool
    public internal(set) var runs: Connection<AutomationRunRow>?

    private enum Keys: String, CodingKey {
      case id, name, description, active, mode, maxRuns, failures, disabledReason, nextRunAt, version, triggers, conditions, actions, runs
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      id = try container.decode(ObjectID.self, forKey: .id)
      name = try container.decode(String.self, forKey: .name)
      description = try container.decodeIfPresent(String.self, forKey: .description)
      active = try container.decode(Bool.self, forKey: .active)
      mode = try container.decode(AutomationMode.self, forKey: .mode)
      maxRuns = try container.decode(Int.self, forKey: .maxRuns)
      failures = try container.decode(Int.self, forKey: .failures)
      disabledReason = try container.decodeIfPresent(String.self, forKey: .disabledReason)
      nextRunAt = try container.decodeIfPresent(Date.self, forKey: .nextRunAt)
      version = try container.decode(Int.self, forKey: .version)
      let triggers = try container.decode([StoredTrigger].self, forKey: .triggers)
      let conditions = try container.decode([StoredCondition].self, forKey: .conditions)
      let actions = try container.decode([StoredAction].self, forKey: .actions)
      self.triggers = triggers.compactMap(\.trigger)
      self.conditions = conditions.compactMap(\.condition)
      self.actions = actions.compactMap(\.action)
      isKnown =
        self.triggers.count == triggers.count && self.conditions.count == conditions.count && self.actions.count == actions.count
        && mode != .unknown
      runs = try container.decodeIfPresent(Connection<AutomationRunRow>.self, forKey: .runs)
    }
  }
  public internal(set) var node: Rule?
}

/// One rule, as it is written down, with its runs.
@MainActor @Observable public final class AutomationRuleModel {
  public let query: QueryModel<AutomationRuleValue>
  public let work = Work()
  public private(set) var isDeleted = false
  /// The run that the person began last from this screen.
  public private(set) var begun: ObjectID?
  /// What it would do, and would have done.
  public let trial: AutomationTrial

  public let id: ObjectID
  @ObservationIgnored public let parts: Parts
  @ObservationIgnored private let changed: @MainActor () async -> Void
  @ObservationIgnored private let deleted: @MainActor (ObjectID) -> Void

  public init(
    _ id: ObjectID, _ parts: Parts, changed: @escaping @MainActor () async -> Void = {},
    deleted: @escaping @MainActor (ObjectID) -> Void = { _ in }
  ) {
    self.id = id
    self.parts = parts
    self.changed = changed
    self.deleted = deleted
    trial = AutomationTrial(parts)
    query = parts.model(
      Document.automationRuleDetail, ["id": .string(id.rawValue)], isEmpty: { $0.node == nil },
      paging: Paging(cursor: { $0.node?.runs?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.node?.runs { joined.node?.runs = shown.node?.runs?.followed(by: page) ?? page }
        return joined
      })
  }

  public var rule: AutomationRuleValue.Rule? { query.screen.value?.node }

  public func setActive(_ active: Bool) async {
    await work.run(on: id) {
      query.edit { $0.node?.active = active }
      do {
        try await parts.graph.change(
          Request(Document.updateAutomationRule, ["input": ["id": .string(id.rawValue), "active": .bool(active)]]))
      } catch {
        query.edit { $0.node?.active = !active }
        throw error
      }
      await query.refresh()
      await changed()
    }
  }

  /// Sets it off now.
  public func run() async {
    await work.run(on: id) {
      begun = try await parts.runRule(id).id
      await query.refresh()
      await changed()
    }
  }

  public func delete() async {
    await work.run(on: id) {
      try await parts.deleteRule(id)
      isDeleted = true
      deleted(id)
    }
  }

  public func tryOut() async { await trial.tryOut(rule: id) }
  public func simulate() async { await trial.simulate(rule: id) }

  /// The form that changes it; nil while it is not there, or when it has what this version of the app does not know.
  public func editor() -> AutomationRuleEditor? {
    guard let rule, rule.isKnown else { return nil }
    return AutomationRuleEditor(rule, parts) { [weak self] in
      await self?.query.refresh()
      await self?.changed()
    }
  }

  public func run(_ id: ObjectID) -> AutomationRunModel {
    AutomationRunModel(id, parts) { [weak self] row in
      self?.query.edit { value in
        guard let place = value.node?.runs?.nodes.firstIndex(where: { $0.id == row.id }) else { return }
        value.node?.runs?.nodes[place] = row
      }
    }
  }
}

extension Parts {
  @MainActor public func automations() -> AutomationsModel { AutomationsModel(self) }
  @MainActor public func automationRule(_ id: ObjectID) -> AutomationRuleModel { AutomationRuleModel(id, self) }

  struct RunOfARule: Decodable { let run: AutomationRunRow? }

  private func automationRun(_ request: Request) async throws -> AutomationRunRow {
    guard let run = try await graph.change(request, as: RunOfARule.self).run else {
      throw GraphFault.unreadable("A payload without a run.")
    }
    return run
  }

  func runRule(_ id: ObjectID) async throws -> AutomationRunRow {
    let input: JSONValue = ["id": .string(id.rawValue), "runId": .string(surroundings.makeID(.ruleRun).rawValue)]
    return try await automationRun(Request(Document.runAutomationRule, ["input": input]))
  }

  func deleteRule(_ id: ObjectID) async throws {
    try await graph.change(Request(Document.deleteAutomationRule, ["input": ["id": .string(id.rawValue)]]))
  }

  func cancelRun(_ id: ObjectID) async throws -> AutomationRunRow {
    try await automationRun(Request(Document.cancelAutomationRun, ["input": ["id": .string(id.rawValue)]]))
  }

  func retryRun(_ id: ObjectID) async throws -> AutomationRunRow {
    let input: JSONValue = ["id": .string(id.rawValue), "runId": .string(surroundings.makeID(.ruleRun).rawValue)]
    return try await automationRun(Request(Document.retryAutomationRun, ["input": input]))
  }
}
