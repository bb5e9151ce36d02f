import Foundation
import Graph
import Models
import Observation

/// A tool of the assistant that changes something, as far as this version of the app knows them.
public enum WritingTool: String, Sendable, CaseIterable {
  case logProgress = "LogProgress"
  case createGoal = "CreateGoal"
  case updateGoal = "UpdateGoal"
  case completeGoal = "CompleteGoal"
  case skipDay = "SkipDay"
  case createReminder = "CreateReminder"
  case remember = "Remember"
  case triggerResearch = "TriggerResearch"
}

/// The assistant's settings: who answers, what is looked for, which tools need not ask. Each counts at once, and goes back when the server
/// does not have it.
@MainActor @Observable public final class AssistantModel {
  public let list: QueryModel<AssistantValue>
  /// Its subjects are `provider`, `retrieval` and `tools`.
  public let work = Work()

  @ObservationIgnored private let graph: GraphClient

  init(parts: Parts) {
    graph = parts.graph
    list = parts.model(Document.assistant) { $0.providers.isEmpty }
  }

  public var settings: AssistantSettings? { list.screen.value?.viewer?.assistantSettings }

  /// Tools that may run without asking and that this version of the app does not know.
  public var unknownTools: [String] { settings?.allowedTools.filter { WritingTool(rawValue: $0) == nil } ?? [] }

  /// Who answers; nil is the first one that the person has consented to.
  public func choose(_ provider: String?) async {
    await save("provider", ["provider": provider.map { .string($0) } ?? .null]) { $0.provider = provider }
  }

  public func setRetrieval(_ on: Bool) async {
    await save("retrieval", ["retrieval": .bool(on)]) { $0.retrieval = on }
  }

  /// Whether a tool may change things without asking each time. What another device allowed or forbade meanwhile stays.
  public func setAllowed(_ tool: String, _ on: Bool) async {
    guard let before = settings, before.allowedTools.contains(tool) != on else { return }
    await work.run(on: ObjectID("tools")) {
      var now = before
      do {
        for _ in 1...3 {
          var wanted = now
          wanted.allowedTools.removeAll { $0 == tool }
          if on { wanted.allowedTools.append(tool) }
          put(wanted)
          let input: JSONValue = [
            "allowedTools": .array(wanted.allowedTools.map { .string($0) }), "expectedVersion": .int(now.version),
          ]
          switch try await settle(input) {
          case .saved(let saved): return put(saved)
          case .conflict(let current): now = current
          }
        }
        put(now)
      } catch {
        put(now)
        throw error
      }
    }
  }

  private func save(_ subject: String, _ input: JSONValue, _ change: (inout AssistantSettings) -> Void) async {
    guard let before = settings else { return }
    await work.run(on: ObjectID(subject)) {
      var wanted = before
      change(&wanted)
      put(wanted)
      do {
        if case .saved(let saved) = try await settle(input) { put(saved) }
      } catch {
        put(before)
        throw error
      }
    }
  }

  private func settle(_ input: JSONValue) async throws -> Settled<AssistantSettings> {
    try await graph.settle(Request(Document.updateAssistantSettings, ["input": input]), "settings")
  }

  private func put(_ settings: AssistantSettings) { list.edit { $0.viewer?.assistantSettings = settings } }
}

extension Parts {
  @MainActor public func assistant() -> AssistantModel { AssistantModel(parts: self) }
}
