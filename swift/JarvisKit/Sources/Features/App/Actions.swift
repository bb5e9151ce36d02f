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
    /// The person was not asked yet what may be sent to whom: that is done in the app.
    case needsConsent
    case replyFailed(ReplyEnd)
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
    guard let first = try await engine.goals().filter({ $0.status == .active }).min(by: GoalsModel.isMoreUrgent) else {
      throw Fault.nothingToDo
    }
    return first
  }

  /// Asks the assistant, and waits for what it says; proposals wait in the app. What could not be sent is not kept: who asked is told.
  /// - Throws: `Fault.needsConsent` before the person was asked in the app what may be sent to whom, `Fault.noAnswerInTime`, `AskFault`.
  @MainActor public func ask(_ question: String, within seconds: TimeInterval) async throws -> Answered {
    let chat = Parts(graph: graph, store: MemoryStore(), surroundings: surroundings).chat()
    chat.draft = question
    chat.leavesProposals = true
    let asking = Task { await chat.send() }
    let timer = Task {
      try? await surroundings.pause(seconds)
      asking.cancel()
    }
    await asking.value
    timer.cancel()
    if chat.asksConsent { throw Fault.needsConsent }
    if case .failed(let problem) = chat.delivery, chat.outgoing != nil, !asking.isCancelled { throw AskFault(problem: problem) }
    if let problem = chat.replyProblem { throw AskFault(problem: problem) }
    guard let reply = chat.reply, reply.isOver || reply.waitsForPerson else { throw Fault.noAnswerInTime }
    if reply.message.status == .failed { throw Fault.replyFailed(chat.messages.last?.endedBecause ?? .unknown) }
    return Answered(text: reply.message.content, conversation: chat.conversationID, proposals: reply.message.proposals.map(\.title))
  }
}

/// What the assistant said to a question that was asked outside of the app.
public struct Answered: Sendable, Equatable {
  public let text: String
  /// Where the talk can go on.
  public let conversation: ObjectID?
  /// What waits there for the person's word.
  public let proposals: [String]
}

public struct AskFault: Error, Equatable, Sendable {
  public let problem: Problem
}
