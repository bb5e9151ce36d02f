import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Sync

/// A network that a test switches.
final class Switch: Reachability {
  private let stream: AsyncStream<Bool>
  private let continuation: AsyncStream<Bool>.Continuation
  init() { (stream, continuation) = AsyncStream.makeStream(of: Bool.self) }
  func changes() -> AsyncStream<Bool> { stream }
  func set(_ isReachable: Bool) { continuation.yield(isReachable) }
}

/// Waiting that ends when a test says so.
actor Waits {
  private(set) var seconds: [TimeInterval] = []
  private var open: [CheckedContinuation<Void, Never>] = []
  private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  func wait(_ length: TimeInterval) async {
    seconds.append(length)
    for watcher in watchers where seconds.count >= watcher.count { watcher.continuation.resume() }
    watchers.removeAll { seconds.count >= $0.count }
    await withCheckedContinuation { open.append($0) }
  }
  /// Returns when so many have been waited for, in all.
  func begun(_ count: Int) async {
    guard seconds.count < count else { return }
    await withCheckedContinuation { watchers.append((count, $0)) }
  }
  func end() {
    for one in open { one.resume() }
    open = []
  }
}

@Suite(.timeLimit(.minutes(1))) struct Loops {
  let server: FakeServer
  let device: Device
  let network = Switch()
  let waits = Waits()
  let loop: SyncLoop

  init() async {
    server = await serverWithGoal()
    device = Device(server)
    var surroundings = device.clock.surroundings
    surroundings.pause = { [waits] in await waits.wait($0) }
    loop = SyncLoop(engine: device.engine, reachability: network, surroundings: surroundings)
  }

  /// Runs the loop while the body does, which ends it.
  func running(_ body: @Sendable (AsyncStream<SyncStatus>) async throws -> Void) async throws {
    let statuses = await device.engine.statuses()
    let task = Task { await loop.run() }
    try await body(statuses)
    task.cancel()
    await waits.end()
    await task.value
  }

  /// The first status of which it is true.
  func next(_ statuses: AsyncStream<SyncStatus>, _ isIt: @escaping @Sendable (SyncStatus) -> Bool) async {
    for await status in statuses where isIt(status) { return }
  }

  func isUpToDate(_ status: SyncStatus) -> Bool { status.phase == .idle && status.completeAt != nil && status.pending == 0 }

  @Test func itSyncsWhenItStartsAndAfterAnEdit() async throws {
    try await running { statuses in
      await next(statuses, isUpToDate)
      let title = try await device.title(run)
      #expect(title == "Run")
      let entry = try await device.log(1, for: run)
      await next(statuses) { $0.pending == 1 }
      await next(statuses, isUpToDate)
      #expect(await server.done == [entry.rawValue: 1])
    }
  }

  @Test(arguments: [SyncLoop.Reason.foreground, .event, .person]) func itSyncsForAReason(reason: SyncLoop.Reason) async throws {
    try await running { statuses in
      await next(statuses, isUpToDate)
      await server.change(run.rawValue, ["title": "Swim"])
      await loop.want(reason)
      await next(statuses) { $0.phase == .fetching }
      await next(statuses, isUpToDate)
      let title = try await device.title(run)
      #expect(title == "Swim")
    }
  }

  @Test func whatDidNotWorkIsTriedAgainAfterLongerAndLongerWaits() async throws {
    await server.trouble(Array(repeating: .fault(.server(message: "503", retryAfter: nil)), count: 4))
    try await running { statuses in
      for round in 1...4 {
        await waits.begun(round)
        await waits.end()
      }
      await next(statuses, isUpToDate)
      let seconds = await waits.seconds
      #expect(seconds.count == 4)
      #expect((0.5...1).contains(seconds[0]))
      #expect((4...8).contains(seconds[3]))
    }
  }

  @Test func itGoesOnWhenTheNetworkComesBackWithoutWaiting() async throws {
    try await running { statuses in
      await next(statuses, isUpToDate)
      await server.trouble([.lost])
      await loop.want(.event)
      await waits.begun(1)
      network.set(false)
      network.set(true)
      await next(statuses) { $0.phase == .fetching }
      await next(statuses, isUpToDate)
    }
  }

  @Test func aServerThatAsksForPatienceIsNotBotheredByEdits() async throws {
    await server.trouble([.fault(.rateLimited(retryAfter: 60))])
    try await running { statuses in
      await waits.begun(1)
      #expect(await waits.seconds[0] >= 60)
      let before = await server.requests.count
      let entry = try await device.log(1, for: run)
      await next(statuses) { $0.pending == 1 }
      await loop.want(.event)
      #expect(await server.requests.count == before)
      await waits.end()
      await next(statuses, isUpToDate)
      #expect(await server.done == [entry.rawValue: 1])
    }
  }

  @Test func nothingIsTriedUntilSomebodySignsInAgain() async throws {
    await server.trouble([.fault(.unauthenticated)])
    try await running { statuses in
      await next(statuses) { $0.phase == .signedOut }
      _ = try await device.log(1, for: run)
      await next(statuses) { $0.pending == 1 }
      await loop.want(.event)
      #expect(await server.requests.count == 1)
      await loop.want(.person)
      await next(statuses, isUpToDate)
      #expect(await waits.seconds.isEmpty)
    }
  }

  @Test func whatWaitsForThePersonIsNoReasonToSync() async throws {
    try await running { statuses in
      await next(statuses, isUpToDate)
      _ = try await device.engine.createGoal(["title": "", "kind": "NUMERIC"])
      await next(statuses) { $0.phase == .idle && $0.needPerson == 1 }
      #expect(await device.engine.hasSomethingToSend() == false)
    }
  }
}

@Suite struct Plans {
  let soon = Date(timeIntervalSince1970: 1)

  func plan(_ phase: SyncStatus.Phase, isReachable: Bool = true) -> SyncPlan {
    var plan = SyncPlan()
    _ = plan.heard(phase)
    _ = plan.heard(isReachable: isReachable)
    return plan
  }

  func enough(_ plan: SyncPlan) -> Set<SyncLoop.Reason> { Set(SyncLoop.Reason.allCases.filter { plan.isWorthATry([$0]) }) }

  @Test func whichReasonsAreReasonEnough() {
    let always: Set<SyncLoop.Reason> = [.start, .foreground, .person]
    #expect(enough(plan(.idle)) == Set(SyncLoop.Reason.allCases))
    #expect(enough(plan(.waiting(until: soon, for: .change))) == Set(SyncLoop.Reason.allCases))
    #expect(enough(plan(.waiting(until: soon, for: .network))) == always.union([.retry, .reachable]))
    #expect(enough(plan(.waiting(until: soon, for: .server))) == always.union([.retry]))
    for phase in [SyncStatus.Phase.signedOut, .stopped("x")] { #expect(enough(plan(phase)) == always) }
    #expect(enough(plan(.idle, isReachable: false)) == always)
    #expect(!plan(.idle).isWorthATry([]))
    #expect(plan(.waiting(until: soon, for: .server)).isWorthATry([.edit, .retry]))
  }

  @Test func theNetworkComesBackOnce() {
    var plan = SyncPlan()
    #expect(plan.heard(isReachable: true) == false)
    #expect(plan.heard(isReachable: false) == false)
    #expect(plan.heard(isReachable: false) == false)
    #expect(plan.heard(isReachable: true) == true)
    #expect(plan.heard(isReachable: true) == false)
  }
}
