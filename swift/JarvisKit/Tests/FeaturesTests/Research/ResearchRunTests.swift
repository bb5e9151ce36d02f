import Foundation
import Graph
import Models
import Synchronization
import Testing

@testable import Features

@MainActor @Suite struct ResearchRuns {
  let script = Script()

  /// Waits for a run's silence as long as the test says; other waits are short.
  func patient(_ look: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(600)) }) -> Surroundings {
    var world = surroundings()
    world.pause = { seconds in
      if seconds == ResearchRunModel.patience { try await look() } else { try await Task.sleep(for: .milliseconds(1)) }
    }
    return world
  }

  func opened(_ runs: [[String: JSONValue]]) async -> ResearchRunsModel {
    await script.set("ResearchRuns", .success(Found.runs(runs)))
    let model = ResearchRunsModel(ObjectID("category_1"), parts(script))
    await model.list.open()
    return model
  }

  @Test func runsComePageByPage() async {
    await script.set("ResearchRuns", .success(Found.runs([Found.run(1)], next: "c")))
    let model = ResearchRunsModel(ObjectID("category_1"), parts(script))
    await model.list.open()
    await script.set("ResearchRuns", .success(Found.runs([Found.run(2, "DONE")])))
    await model.list.more()
    #expect(model.runs.map(\.state) == [.running, .done])
  }

  @Test func noRunsAreEmpty() async {
    let model = await opened([])
    #expect(model.list.screen == .empty)
    await script.set("TriggerResearch", .success(Found.payload("trigger", ["run": .object(Found.run(1))])))
    await script.set("ResearchRuns", .success(Found.runs([Found.run(1)])))
    await model.trigger()
    #expect(model.begun == ObjectID("run_1"))
    #expect(model.runs.count == 1)
  }

  @Test func aRunIsEndedAndTriedAgain() async {
    let model = await opened([Found.run(1)])
    #expect(model.runs[0].canBeCancelled && !model.runs[0].canBeRetried)
    await script.set("CancelResearchRun", .success(Found.payload("cancel", ["run": .object(Found.run(1, "CANCELLED"))])))
    await model.cancel(model.runs[0])
    #expect(model.runs[0].canBeRetried)
    await script.set("RetryResearchRun", .success(Found.payload("retry", ["run": .object(Found.run(2, "QUEUED"))])))
    await script.set("ResearchRuns", .success(Found.runs([Found.run(2), Found.run(1, "CANCELLED")])))
    await model.retry(model.runs[0])
    #expect(model.begun == ObjectID("run_2"))
    #expect(await script.input("RetryResearchRun")?["runId"] == "run_1")
    await script.set("RetryResearchRun", .success(Found.payload("retry", ["run": nil])))
    await model.retry(model.runs[1])
    #expect(model.work.problem == .outdated)
  }

  @Test func aRunIsFollowedToItsEnd() async {
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1))))
    let detailOfTheEnd = Found.runDetail(Found.run(1, "DONE", step: "WRITE", fetched: 4), result: .object(Found.result(1)))
    let asked = Mutex<[JSONValue]>([])
    let script = script
    let graph = parts(
      script, patient(),
      stream: { request in
        let turn = asked.withLock { asked in
          asked.append(request.variables)
          return asked.count
        }
        return AsyncThrowingStream { continuation in
          Task {
            if turn == 1 {
              continuation.yield(Found.progress(1, Found.run(1, fetched: 2)))
              continuation.finish(throwing: GraphFault.offline)
            } else {
              await script.set("ResearchRunDetail", .success(detailOfTheEnd))
              continuation.yield(Found.progress(2, Found.run(1, "DONE", step: "WRITE", fetched: 4)))
            }
          }
        }
      })
    var told: [ResearchRunState] = []
    let model = ResearchRunModel(ObjectID("run_1"), graph) { told.append($0.state) }
    await model.follow()
    #expect(model.run?.row.state == .done)
    #expect(model.run?.result?.id == ObjectID("result_1"))
    #expect(told == [.running, .done])
    #expect(!model.isReconnecting)
    // It goes on after the event that was seen.
    #expect(asked.withLock { $0 } == [["runId": "run_1"], ["runId": "run_1", "after": "event_1"]])
  }

  @Test func aRunThatEndedBeforeTheSubscriptionBeganIsNotWaitedFor() async {
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1))))
    let script = script
    let world = patient { await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1, "FAILED")))) }
    let model = ResearchRunModel(ObjectID("run_1"), parts(script, world, stream: { _ in AsyncThrowingStream { _ in } }))
    await model.follow()
    #expect(model.run?.row.state == .failed)
    #expect(model.run?.row.error?.code == .noSources)
  }

  @Test func aRunThatIsDeletedMeanwhileIsNotFollowedOn() async {
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1))))
    let script = script
    let told = ResearchRunModel(
      ObjectID("run_1"),
      parts(
        script, patient(),
        stream: { _ in
          AsyncThrowingStream { continuation in
            Task {
              await script.set("ResearchRunDetail", .success(["researchRun": nil]))
              continuation.yield(Found.progress(1, nil))
            }
          }
        }))
    await told.follow()
    #expect(told.query.screen == .empty)

    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1))))
    let world = patient { await script.set("ResearchRunDetail", .success(["researchRun": nil])) }
    let looked = ResearchRunModel(ObjectID("run_1"), parts(script, world, stream: { _ in AsyncThrowingStream { _ in } }))
    await looked.follow()
    #expect(looked.query.screen == .empty)
  }

  @Test func aRunThatIsOverIsNotFollowed() async {
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1, "DONE"))))
    let model = parts(script).researchRun(ObjectID("run_1"))
    await model.follow()
    #expect(await script.names() == ["ResearchRunDetail"])
  }

  @Test func whatEndsTheSubscriptionIsSaid() async {
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1))))
    let model = ResearchRunModel(
      ObjectID("run_1"), parts(script, patient(), stream: { _ in .init { $0.finish(throwing: GraphFault.unauthenticated) } }))
    await model.follow()
    #expect(model.work.problem == .signedOut)
  }

  @Test func theScreenOfARunEndsItAndGoesOnWithTheNext() async {
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1))))
    let list = await opened([Found.run(1)])
    let model = list.run(ObjectID("run_1"))
    await model.query.open()
    await script.set("CancelResearchRun", .success(Found.payload("cancel", ["run": .object(Found.run(1, "CANCELLED"))])))
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1, "CANCELLED"))))
    await model.cancel()
    #expect(model.run?.row.state == .cancelled)
    #expect(list.runs[0].state == .cancelled)
    await script.set("RetryResearchRun", .success(Found.payload("retry", ["run": .object(Found.run(2, "QUEUED"))])))
    await model.retry()
    #expect(model.id == ObjectID("run_2"))
    #expect(model.query.screen == .loading)
  }

  @Test(arguments: [
    ("QUEUED", "PLAN", 0, 0.0), ("RUNNING", "PLAN", 0, 0.05), ("RUNNING", "GATHER", 2, 0.35), ("RUNNING", "GATHER", 9, 0.6),
    ("RUNNING", "EXTRACT", 4, 0.65), ("RUNNING", "VERIFY", 4, 0.8), ("FAILED", "WRITE", 4, 0.9), ("DONE", "WRITE", 4, 1),
    ("RUNNING", "SOMETHING", 4, 0.05), ("SOMETHING", "PLAN", 4, 0),
  ]) func howFarARunIs(state: String, step: String, fetched: Int, fraction: Double) throws {
    let run = try JSONValue.object(Found.run(1, state, step: step, fetched: fetched)).read(as: ResearchRunRow.self)
    #expect(abs(run.fraction - fraction) < 0.001)
  }

  @Test func whatIsPlannedMayBeUnknown() throws {
    #expect(abs(try JSONValue.object(Found.run(1, planned: 0)).read(as: ResearchRunRow.self).fraction - 0.1) < 0.001)
  }
}
