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
    // Here it counts how long something waits.
    var patient = surroundings()
    patient.pause = { try await Task.sleep(for: .seconds($0)) }
    return Actions(engine: engine, graph: graph ?? client(Script()), day: today, surroundings: patient)
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

  @MainActor func asked(_ scene: ChatScene, within seconds: TimeInterval = 5) async throws -> Answered {
    try await actions([], graph: scene.parts.graph).ask("How am I doing?", within: seconds)
  }

  @Test @MainActor func aQuestionIsAnswered() async throws {
    let scene = ChatScene()
    await scene.takes()
    scene.replies.tell(ChatScene.delta(1, "TEXT", ["text": "Well."]), ChatScene.delta(2, "END", ["status": "COMPLETE"]))
    #expect(try await asked(scene) == Answered(text: "Well.", conversation: ObjectID("conversation_1"), proposals: []))
    #expect(await scene.sent("SendMessage").first?["content"] == "How am I doing?")
  }

  @Test @MainActor func whatTheAssistantProposesWaitsInTheApp() async throws {
    let scene = ChatScene()
    await scene.takes()
    scene.replies.tell(ChatScene.delta(1, "TOOL_CALL", ["toolCall": ChatScene.call("PROPOSED")]))
    #expect(try await asked(scene).proposals == ["Log 5 km"])
  }

  @Test @MainActor func aQuestionWaitsNoLongerThanItMay() async throws {
    let scene = ChatScene()
    await scene.takes()
    await #expect(throws: Actions.Fault.noAnswerInTime) { try await asked(scene, within: 0.01) }
  }

  @Test @MainActor func aReplyThatFailsSaysWhy() async throws {
    let scene = ChatScene()
    await scene.takes()
    await scene.has([ChatScene.message(1, "Hi"), ChatScene.reply(2, status: "FAILED", after: 1, ended: "BUDGET", version: 2)])
    scene.replies.tell(ChatScene.delta(1, "END", ["status": "FAILED"]))
    await #expect(throws: Actions.Fault.replyFailed(.budget)) { try await asked(scene) }
    scene.replies.refuse(.unauthenticated)
    await #expect(throws: AskFault(problem: .signedOut)) { try await asked(scene) }
  }

  @Test @MainActor func nobodyIsAskedAnythingBeforeThePersonWasAskedForTheirConsent() async throws {
    let scene = ChatScene()
    await scene.takes()
    await scene.hasProviders()
    await #expect(throws: Actions.Fault.needsConsent) { try await asked(scene) }
    #expect(await scene.count("SendMessage") == 0)
  }
}
