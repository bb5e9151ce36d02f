import Foundation
import Graph
import Models
import Observation

/// A run that a rule would make.
public struct SimulatedRun: Decodable, Sendable, Equatable {
  public struct Condition: Decodable, Sendable, Equatable {
    public let kind: AutomationStepKind
    /// Nil when that cannot be told.
    public let holds: Bool?
    public let note: String
  }
  public struct Action: Decodable, Sendable, Equatable {
    public let kind: AutomationStepKind
    public let input: String
    /// Why it would fail.
    public let problem: String?
  }
  public let trigger: AutomationRunTrigger
  public let at: Date
  public let event: String?
  public let localOccurrence: String?
  public let value: Amount?
  /// Nil when a condition cannot be told.
  public let wouldRun: Bool?
  public let reason: AutomationRunReason?
  public let conditions: [Condition]
  public let actions: [Action]
}

/// What a rule would have done in the last month.
public struct AutomationSimulation: Decodable, Sendable, Equatable {
  public let runs: [SimulatedRun]
  /// How many events were looked at.
  public let events: Int
  /// Whether there was more than is told.
  public let truncated: Bool
  /// What cannot be told of the past.
  public let notes: [String]

  /// How many of the runs would have acted.
  public var actingCount: Int { runs.filter { $0.wouldRun == true }.count }
}

/// Tries a rule without doing anything: one that is stored, or one that is being written.
@MainActor @Observable public final class AutomationTrial {
  public enum Outcome: Equatable, Sendable {
    case wouldDo(SimulatedRun)
    /// What there was does not set it off.
    case notSetOff
    case past(AutomationSimulation)
  }

  public private(set) var outcome: Outcome?
  public private(set) var isTrying = false
  public private(set) var problem: Problem?

  @ObservationIgnored private let parts: Parts

  init(_ parts: Parts) { self.parts = parts }

  public func dismiss() {
    outcome = nil
    problem = nil
  }

  /// What the rule would do now.
  func tryOut(rule: ObjectID) async { await tryOut(["ruleId": .string(rule.rawValue)]) }
  func tryOut(draft: JSONValue) async { await tryOut(["rule": draft]) }

  /// What the rule would have done over the last month.
  func simulate(rule: ObjectID) async { await simulate(["ruleId": .string(rule.rawValue)]) }
  func simulate(draft: JSONValue) async { await simulate(["rule": draft]) }

  struct Tried: Decodable { let run: SimulatedRun? }

  private func tryOut(_ input: JSONValue) async {
    await attempt {
      let tried = try await parts.graph.change(Request(Document.dryRunAutomationRule, ["input": input]), as: Tried.self)
      return tried.run.map { .wouldDo($0) } ?? .notSetOff
    }
  }

  private func simulate(_ input: JSONValue) async {
    await attempt {
      .past(try await parts.graph.change(Request(Document.simulateAutomationRule, ["input": input]), as: AutomationSimulation.self))
    }
  }

  private func attempt(_ operation: () async throws -> Outcome) async {
    guard !isTrying else { return }
    isTrying = true
    defer { isTrying = false }
    do {
      outcome = try await operation()
      problem = nil
    } catch is CancellationError {
    } catch {
      outcome = nil
      problem = Problem(error)
    }
  }
}
