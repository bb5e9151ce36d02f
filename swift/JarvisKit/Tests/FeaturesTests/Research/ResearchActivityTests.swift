import Foundation
import Graph
import Models
import Persistence
import Synchronization
import Testing

@testable import Features

/// The system's Live Activities, as a test sees them.
private actor Activities: LiveActivityDriver {
  struct Refused: Error {}
  enum Told: Equatable {
    case started(ObjectID, String, ResearchActivityState.Phase, staleAt: Date)
    case updated(ObjectID, ResearchActivityState.Phase, fetched: Int)
    case ended(ObjectID, ResearchActivityState.Phase?, dismissAt: Date?)
  }
  private(set) var told: [Told] = []
  var allowed = true
  var refuses = false
  let before: [ObjectID]

  init(before: [ObjectID] = []) { self.before = before }

  func set(allowed: Bool = true, refuses: Bool = false) {
    self.allowed = allowed
    self.refuses = refuses
  }

  func isAllowed() -> Bool { allowed }
  func shown() -> [ObjectID] { before }
  func start(_ activity: ResearchActivity, _ state: ResearchActivityState, staleAt: Date) throws {
    if refuses { throw Refused() }
    told.append(.started(activity.runID, activity.categoryName, state.phase, staleAt: staleAt))
  }
  func update(_ run: ObjectID, _ state: ResearchActivityState, staleAt: Date) {
    told.append(.updated(run, state.phase, fetched: state.fetched))
  }
  func end(_ run: ObjectID, _ state: ResearchActivityState?, dismissAt: Date?) {
    told.append(.ended(run, state?.phase, dismissAt: dismissAt))
  }
}

/// A clock that a test moves, and waits that it ends.
private final class Hand: Sendable {
  let time = Mutex(Date(timeIntervalSince1970: 1_780_000_000))
  let waits = AsyncStream.makeStream(of: TimeInterval.self)
  let go = AsyncStream.makeStream(of: Void.self)

  func move(_ seconds: TimeInterval) { time.withLock { $0.addTimeInterval(seconds) } }
  var now: Date { time.withLock { $0 } }
  var surroundings: Surroundings {
    Surroundings(
      now: { self.now }, random: { 0.5 },
      pause: { seconds in
        self.waits.continuation.yield(seconds)
        for await _ in self.go.stream { break }
        try Task.checkCancellation()
      }, timeZone: { .gmt })
  }
}

@MainActor @Suite struct ResearchLiveActivities {
  let script = Script()
  private let hand = Hand()
  let id = ObjectID("run_1")

  func run(_ state: String = "RUNNING", step: String = "GATHER", fetched: Int = 0, trigger: String = "MANUAL") throws -> ResearchRunRow {
    try JSONValue.object(Found.run(1, state, step: step, fetched: fetched, trigger: trigger)).read()
  }

  private func activities(
    _ driver: Activities, stream: @escaping @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> = { _ in .init { $0.finish() } },
    store: MemoryStore = MemoryStore()
  ) -> ResearchActivities {
    ResearchActivities(
      Parts(graph: client(script, stream: stream), store: store, surroundings: hand.surroundings), driver: driver)
  }

  @Test func aRunIsShownFromItsBeginningToItsEnd() async throws {
    let driver = Activities()
    let feed = activities(driver)
    await feed.take(try run("QUEUED", step: "PLAN"))
    await feed.take(try run(step: "PLAN"))
    await feed.take(try run(step: "GATHER", fetched: 1))
    hand.move(10)
    await feed.take(try run(step: "GATHER", fetched: 3))
    await feed.take(try run("DONE", step: "WRITE", fetched: 4))
    await feed.take(try run("DONE", step: "WRITE", fetched: 4))
    let begin = Date(timeIntervalSince1970: 1_780_000_000)
    #expect(
      await driver.told == [
        .started(id, "Sleep", .waiting, staleAt: begin.addingTimeInterval(90)), .updated(id, .plan, fetched: 0),
        .updated(id, .gather, fetched: 1), .updated(id, .gather, fetched: 3),
        .ended(id, .done, dismissAt: begin.addingTimeInterval(10 + 900)),
      ])
  }

  @Test func manyMessagesAreOneChangeAndTheLastOneCounts() async throws {
    let driver = Activities()
    let feed = activities(driver)
    await feed.take(try run(fetched: 0))
    for fetched in 1...3 { await feed.take(try run(fetched: fetched)) }
    var waits = hand.waits.stream.makeAsyncIterator()
    #expect(await waits.next() == 2)
    #expect(await driver.told.count == 1)
    hand.move(2)
    hand.go.continuation.yield()
    while await driver.told.count < 2 { await Task.yield() }
    #expect(await driver.told.last == .updated(id, .gather, fetched: 3))
  }

  @Test func theEndDoesNotWait() async throws {
    let driver = Activities()
    let feed = activities(driver)
    await feed.take(try run(fetched: 0))
    await feed.take(try run(fetched: 1))
    await feed.take(try run("CANCELLED", fetched: 1))
    #expect(await driver.told.last == .ended(id, .cancelled, dismissAt: nil))
    await feed.take(try run(fetched: 2))
    #expect(await driver.told.count == 2)
  }

  @Test func whatNobodyWaitsForIsNotShown() async throws {
    let driver = Activities()
    let feed = activities(driver)
    await feed.take(try run(trigger: "SCHEDULE"))
    await feed.take(try run("DONE"))
    await driver.set(allowed: false)
    await feed.take(try run())
    #expect(await driver.told.isEmpty)
  }

  @Test func whatTheSystemRefusedIsTriedWithTheNextMessage() async throws {
    let driver = Activities()
    let feed = activities(driver)
    await driver.set(refuses: true)
    await feed.take(try run())
    await driver.set()
    await feed.take(try run(fetched: 1))
    #expect(await driver.told.count == 1)
  }

  @Test func afterARestartActivitiesGoOnOrEnd() async throws {
    let driver = Activities(before: [id, ObjectID("run_2")])
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1, step: "VERIFY", fetched: 4))))
    let feed = activities(driver)
    await feed.resume()
    #expect(await driver.told.first == .updated(id, .verify, fetched: 4))
    await feed.take(try run("FAILED", step: "WRITE", fetched: 4))
    #expect(await driver.told.last == .ended(id, .failed, dismissAt: hand.now.addingTimeInterval(900)))

    let gone = Activities(before: [id])
    await script.set("ResearchRunDetail", .success(["researchRun": nil]))
    await activities(gone).resume()
    #expect(await gone.told == [.ended(id, nil, dismissAt: nil)])

    let offline = Activities(before: [id])
    await script.set("ResearchRunDetail", .failure(.offline))
    let later = activities(offline)
    await later.resume()
    #expect(await offline.told.isEmpty)
    await later.take(try run("DONE", step: "WRITE", fetched: 4))
    #expect(await offline.told == [.ended(id, .done, dismissAt: hand.now.addingTimeInterval(900))])
  }

  @Test func itBeginsWhereItWasWhenTheAppWasClosed() async throws {
    let store = MemoryStore()
    let asked = Mutex<[JSONValue]>([])
    let stream: @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> = { request in
      let turn = asked.withLock { asked in
        asked.append(request.variables)
        return asked.count
      }
      return AsyncThrowingStream { continuation in
        continuation.yield(Found.progress(turn, turn == 1 ? Found.run(1) : Found.run(1, "DONE")))
        continuation.finish(throwing: GraphFault.unauthenticated)
      }
    }
    let driver = Activities()
    for _ in 0..<2 {
      await #expect(throws: GraphFault.unauthenticated) { try await activities(driver, stream: stream, store: store).run() }
    }
    #expect(asked.withLock { $0 } == [[:], ["after": "event_1"]])
    #expect(await driver.told.count == 1)
  }

  @Test func theyGoOnWhileTheAppIsOpenAndEndWithTheSession() async throws {
    let driver = Activities(before: [id])
    await script.set("ResearchRunDetail", .success(Found.runDetail(Found.run(1, step: "VERIFY", fetched: 4))))
    let account = Account(
      userID: "user_1", graph: client(script, stream: { _ in .init { $0.finish(throwing: GraphFault.unauthenticated) } }),
      store: MemoryStore(), surroundings: hand.surroundings)
    let companion = Companion.researchActivities(driver)
    await companion.whileOpen(account)
    #expect(await driver.told == [.updated(id, .verify, fetched: 4)])
    await companion.forget("user_1")
    #expect(await driver.told.last == .ended(id, nil, dismissAt: nil))
  }

  @Test(arguments: [
    ("QUEUED", "PLAN", ResearchActivityState.Phase.waiting), ("RUNNING", "PLAN", .plan), ("RUNNING", "GATHER", .gather),
    ("RUNNING", "EXTRACT", .extract), ("RUNNING", "VERIFY", .verify), ("RUNNING", "WRITE", .write), ("DONE", "WRITE", .done),
    ("FAILED", "GATHER", .failed), ("CANCELLED", "GATHER", .cancelled),
  ]) func aStateSurvivesTheWayToTheOtherProcess(state: String, step: String, phase: ResearchActivityState.Phase) throws {
    let shown = ResearchActivityState(try run(state, step: step, fetched: 2))
    #expect(shown.phase == phase)
    #expect(shown.isOver == ["DONE", "FAILED", "CANCELLED"].contains(state))
    #expect(try JSONDecoder().decode(ResearchActivityState.self, from: JSONEncoder().encode(shown)) == shown)
    let activity = ResearchActivity(runID: id, categoryName: "Sleep")
    #expect(try JSONDecoder().decode(ResearchActivity.self, from: JSONEncoder().encode(activity)) == activity)
  }
}
