import Foundation
import Graph
import Models
import Persistence
import Sync

/// What Shortcuts, Siri and widgets do: the logic of the App Intents, which only name it.
public struct Actions: Sendable {
  public enum Fault: Error, Equatable, Sendable {
    case noGoal(named: String)
    /// Several are meant by this name.
    case ambiguous([String])
    case nothingToDo
    case noAnswerInTime
    /// The goal has no usual value: one has to be given.
    case needsValue
  }

  let engine: SyncEngine
  let graph: GraphClient
  let day: DayClock
  let surroundings: Surroundings

  public init(engine: SyncEngine, graph: GraphClient, day: DayClock, surroundings: Surroundings) {
    self.engine = engine
    self.graph = graph
    self.day = day
    self.surroundings = surroundings
  }

  /// Logs a value for the goal of this name; it need not be written out. Works without a network.
  public func logProgress(_ value: Amount, goalNamed name: String) async throws -> ObjectID {
    let active = try await engine.objects(StoreQuery(type: "Goal")).filter { $0.data["status"] == "ACTIVE" }
    func title(_ goal: StoredObject) -> String { goal.data["title"]?.text ?? "" }
    func folded(_ text: String) -> String { text.lowercased().trimmingCharacters(in: .whitespaces) }
    let wanted = folded(name)
    let exact = active.filter { folded(title($0)) == wanted }
    let found = exact.isEmpty && !wanted.isEmpty ? active.filter { folded(title($0)).contains(wanted) } : exact
    guard let goal = found.first else { throw Fault.noGoal(named: name) }
    guard found.count == 1 else { throw Fault.ambiguous(found.map(title).sorted()) }
    return try await engine.logProgress(day.draft(goal: goal.id, value: value))
  }

  /// The goal that wants something most.
  public func nextStep() async throws -> GoalsModel.Goal {
    let goals = try await engine.objects(StoreQuery(type: "Goal")).map { GoalsModel.goal($0, isPending: false) }
    guard let first = goals.filter({ $0.status == "ACTIVE" }).min(by: GoalsModel.order) else { throw Fault.nothingToDo }
    return first
  }

  /// Asks the assistant, and waits for what it says; proposals wait in the app.
  @MainActor public func ask(_ question: String, within seconds: TimeInterval) async throws -> String {
    let chat = ChatModel(graph: graph, surroundings: surroundings)
    let asking = Task { await chat.send(question) }
    let timer = Task {
      try? await surroundings.pause(seconds)
      asking.cancel()
    }
    await asking.value
    timer.cancel()
    if let problem = chat.problem, chat.reply == nil { throw AskFault(problem: problem) }
    guard let reply = chat.reply, reply.ended != nil || !reply.proposals.isEmpty else { throw Fault.noAnswerInTime }
    return reply.text
  }
}

public struct AskFault: Error, Equatable, Sendable {
  public let problem: Problem
}
