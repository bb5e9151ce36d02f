import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

@Suite struct AppActions {
  func actions(_ goals: [JSONValue], graph: GraphClient? = nil) async throws -> Actions {
    let engine = try await engine(goals)
    await engine.sync()
    return Actions(engine: engine, graph: graph ?? client(Script()), day: today, surroundings: surroundings())
  }

  @Test func aGoalIsFoundByItsNameOrAPartOfIt() async throws {
    let actions = try await actions([
      goal(1, "Run 500 km"), goal(2, "Read"), goal(3, "Read poems"), goal(4, "Old run", status: "COMPLETED"),
    ])
    _ = try await actions.logProgress(5, goalNamed: "run")
    // The whole name wins over a part of another one.
    _ = try await actions.logProgress(5, goalNamed: " READ ")
    #expect(try await actions.engine.pending().map(\.group.rawValue) == ["goal_1", "goal_2"])
    await #expect(throws: Actions.Fault.noGoal(named: "swim")) { try await actions.logProgress(5, goalNamed: "swim") }
    await #expect(throws: Actions.Fault.noGoal(named: "")) { try await actions.logProgress(5, goalNamed: "") }
    await #expect(throws: Actions.Fault.ambiguous(["Read", "Read poems"])) { try await actions.logProgress(5, goalNamed: "rea") }
  }

  @Test func theNextStepIsTheMostUrgentGoal() async throws {
    let actions = try await actions([
      goal(1, "Later", urgency: "SAFE"), goal(2, "Now", urgency: "TODAY"), goal(3, "Over", urgency: "TODAY", status: "PAUSED"),
    ])
    #expect(try await actions.nextStep().title == "Now")
    let none = try await self.actions([])
    await #expect(throws: Actions.Fault.nothingToDo) { try await none.nextStep() }
  }

  @Test func aQuestionWithoutANetworkFailsWithTheReason() async throws {
    let actions = try await actions([])
    await #expect(throws: AskFault(problem: .offline)) { try await actions.ask("How am I doing?", within: 5) }
  }

  @Test func aQuestionWaitsNoLongerThanItMay() async throws {
    let script = Script()
    await script.set(
      "SendMessage",
      .success([
        "sendMessage": [
          "reply": ["id": "message_2", "role": "ASSISTANT", "content": "", "status": "PENDING", "toolCalls": []], "errors": [],
        ]
      ]))
    let silent = client(script, stream: { _ in .init { _ in } })
    let actions = try await actions([], graph: silent)
    await #expect(throws: Actions.Fault.noAnswerInTime) { try await actions.ask("How am I doing?", within: 0.01) }
  }
}
