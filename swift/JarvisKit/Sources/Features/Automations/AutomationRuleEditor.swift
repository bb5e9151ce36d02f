import Foundation
import Graph
import Models
import Observation

/// A rule as the person writes it.
public struct AutomationRuleDraft: Equatable, Sendable {
  public static let mostParts = 10
  public static let longestName = 100

  public var name = ""
  public var description = ""
  /// Any one of these sets it off.
  public var triggers: [AutomationTrigger] = []
  /// All of these must hold then.
  public var conditions: [AutomationCondition] = []
  /// In this order.
  public var actions: [AutomationAction] = []
  public var mode = AutomationMode.single
  /// How many runs may be under way or wait at once, where the mode takes several.
  public var maxRuns = 10
  public var active = true

  public init() {}

  init(_ rule: AutomationRuleValue.Rule) {
    name = rule.name
    description = rule.description ?? ""
    triggers = rule.triggers
    conditions = rule.conditions
    actions = rule.actions
    mode = rule.mode
    maxRuns = rule.mode.takesSeveral ? rule.maxRuns : 10
    active = rule.active
  }

  private var trimmedName: String { name.trimmingCharacters(in: .whitespacesAndNewlines) }

  /// What is wrong with the rule as a whole; its parts say themselves what is wrong with them.
  public var ownFaults: [AutomationFault] {
    var faults = partsFaults
    if trimmedName.isEmpty { faults.append(.nameMissing) }
    // The server counts in UTF-16.
    if trimmedName.utf16.count > Self.longestName { faults.append(.nameTooLong) }
    if description.utf16.count > 10_000 { faults.append(.textTooLong) }
    if mode.takesSeveral, !(1...20).contains(maxRuns) { faults.append(.runsOutOfRange) }
    return faults
  }

  private var partsFaults: [AutomationFault] {
    (triggers.isEmpty ? [.triggerMissing] : []) + (actions.isEmpty ? [.actionMissing] : [])
      + (max(triggers.count, conditions.count, actions.count) > Self.mostParts ? [.tooMany] : [])
  }

  /// Whether it can be tried: that needs no name.
  public func canBeTried(_ locale: Locale = .current) -> Bool {
    partsFaults.isEmpty && triggers.allSatisfy { $0.faults(locale).isEmpty } && conditions.allSatisfy { $0.faults(locale).isEmpty }
      && actions.allSatisfy(\.faults.isEmpty)
  }

  public func canBeSaved(_ locale: Locale = .current) -> Bool { ownFaults.isEmpty && canBeTried(locale) }

  /// The parts alone, as a trial takes them.
  func partsInput(_ locale: Locale) -> [String: JSONValue] {
    [
      "triggers": .array(triggers.map { $0.input(locale) }), "conditions": .array(conditions.map { $0.input(locale) }),
      "actions": .array(actions.map(\.input)),
    ]
  }

  func input(_ locale: Locale) -> [String: JSONValue] {
    partsInput(locale).merging([
      "name": .string(trimmedName), "description": description.isEmpty ? .null : .string(description), "mode": .string(mode.rawValue),
      "maxRuns": .int(mode.takesSeveral ? maxRuns : 1), "active": .bool(active),
    ]) { $1 }
  }
}

/// What a rule can be written with.
public struct AutomationChoicesValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public let timeZone: String
    public let goals: Connection<AutomationGoal>?
  }
  public let automationEventTypes: [AutomationEventType]?
  public let viewer: Viewer?
}

/// The form in which a rule is made or changed.
@MainActor @Observable public final class AutomationRuleEditor: Identifiable {
  public var draft: AutomationRuleDraft
  public private(set) var isSaved = false
  /// It was changed elsewhere since the form was opened: so it is now. The person says whose counts.
  public private(set) var conflict: AutomationRuleDraft?
  /// The events and goals to choose from.
  public let choices: QueryModel<AutomationChoicesValue>
  public let trial: AutomationTrial
  public let work = Work()
  public let isNew: Bool

  nonisolated public let id: ObjectID
  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private let saved: @MainActor () async -> Void
  @ObservationIgnored private var before: AutomationRuleDraft?
  @ObservationIgnored private var version: Int?
  @ObservationIgnored private var conflictVersion: Int?

  init(_ parts: Parts, saved: @escaping @MainActor () async -> Void) {
    self.parts = parts
    self.saved = saved
    // Made once: what is sent again after a lost answer is the same rule.
    id = parts.surroundings.makeID(.rule)
    isNew = true
    draft = AutomationRuleDraft()
    choices = Self.choices(parts)
    trial = AutomationTrial(parts)
  }

  init(_ rule: AutomationRuleValue.Rule, _ parts: Parts, saved: @escaping @MainActor () async -> Void) {
    self.parts = parts
    self.saved = saved
    id = rule.id
    isNew = false
    draft = AutomationRuleDraft(rule)
    choices = Self.choices(parts)
    trial = AutomationTrial(parts)
    before = draft
    version = rule.version
  }

  private static func choices(_ parts: Parts) -> QueryModel<AutomationChoicesValue> {
    parts.model(Document.automationChoices, ["goals": ["status": ["ACTIVE", "PAUSED"]]])
  }

  public var eventTypes: [AutomationEventType] { choices.screen.value?.automationEventTypes ?? [] }
  public var goals: [AutomationGoal] { choices.screen.value?.viewer?.goals?.nodes ?? [] }

  public var isChanged: Bool { draft != before }
  public func canSave(locale: Locale = .current) -> Bool { draft.canBeSaved(locale) && isChanged && !work.subjects.contains(id) }

  public func tryOut(locale: Locale = .current) async {
    guard draft.canBeTried(locale) else { return }
    await trial.tryOut(draft: .object(draft.partsInput(locale)))
  }

  public func simulate(locale: Locale = .current) async {
    guard draft.canBeTried(locale) else { return }
    await trial.simulate(draft: .object(draft.partsInput(locale)))
  }

  public func save(locale: Locale = .current) async {
    guard canSave(locale: locale) else { return }
    await work.run(on: id) {
      var input = draft.input(locale)
      input["id"] = .string(id.rawValue)
      if let version { input["expectedVersion"] = .int(version) }
      do {
        try await parts.graph.change(
          Request(isNew ? Document.createAutomationRule : Document.updateAutomationRule, ["input": .object(input)]))
      } catch let error as UserError where error.code == "CONFLICT" && !isNew {
        let value: AutomationRuleValue = try await parts.graph.run(
          Request(Document.automationRuleDetail, ["id": .string(id.rawValue)]))
        guard let now = value.node, now.isKnown else { throw error }
        conflict = AutomationRuleDraft(now)
        conflictVersion = now.version
        return
      }
      isSaved = true
      await saved()
    }
  }

  /// Settles a conflict: what is in the form is laid over what the rule is now.
  public func keepMine(locale: Locale = .current) async {
    guard let conflict else { return }
    before = conflict
    version = conflictVersion
    self.conflict = nil
    // What is the same as what is there needs no saving.
    if isChanged { await save(locale: locale) } else { isSaved = true }
  }

  /// Settles a conflict: the form shows the rule as it is now.
  public func takeTheirs() {
    guard let conflict else { return }
    before = conflict
    draft = conflict
    version = conflictVersion
    self.conflict = nil
  }
}
