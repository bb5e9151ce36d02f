import Features
import Foundation
import Graph
import GraphHTTP
import Models
import Persistence
import PersistenceSQLite
import Session
import Sync
import Testing

/// The address of a server of this repository, in development. Without one these tests do not run; `npm run test:swift` starts one.
let server = ProcessInfo.processInfo.environment["JARVIS_URL"].flatMap(URL.init(string:))

/// The network between a device and the server, which a test switches off, or cuts after so many events of a stream.
final class Network: @unchecked Sendable {
  private let lock = NSLock()
  private var on = true
  private var left = Int.max

  func set(on: Bool) { lock.withLock { self.on = on } }
  func cut(after events: Int) { lock.withLock { left = events } }
  private var isOn: Bool { lock.withLock { on } }
  private func passes() -> Bool {
    lock.withLock {
      left -= 1
      if left < 0 {
        left = .max
        return false
      }
      return true
    }
  }

  func between(_ graph: GraphClient) -> GraphClient {
    GraphClient(
      execute: { request in
        guard self.isOn else { throw GraphFault.offline }
        return try await graph.execute(request)
      },
      subscribe: { request in
        AsyncThrowingStream { continuation in
          let task = Task {
            do {
              guard self.isOn else { throw GraphFault.offline }
              for try await answer in graph.subscribe(request) {
                guard self.passes() else { throw GraphFault.offline }
                continuation.yield(answer)
              }
              continuation.finish()
            } catch { continuation.finish(throwing: error) }
          }
          continuation.onTermination = { _ in task.cancel() }
        }
      })
  }
}

/// A device that is signed in at the server, with a store in a file.
struct Device {
  let name: String
  let network = Network()
  let session: SessionKeeper
  let graph: GraphClient
  let engine: SyncEngine
  let userID: String

  init(_ name: String, email: String, at endpoint: URL) async throws {
    self.name = name
    let anonymous = GraphHTTP(endpoint: endpoint).client
    let session = SessionKeeper(graph: anonymous, store: MemoryTokenStore(), surroundings: .live)
    self.session = session
    userID = try await session.signInForDevelopment(
      email: email,
      device: DeviceDescription(id: Surroundings.live.makeID(.device), name: name, platform: .other, appVersion: "1.0"))
    let live = GraphHTTP(
      endpoint: endpoint, authorization: { try await session.accessToken() }, heardAt: { await session.heard(serverTime: $0) })
    graph = network.between(live.client.kept(by: session))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
    engine = SyncEngine(graph: graph, store: try SQLiteStore(path: file), owner: userID, surroundings: .live)
  }

  func title(_ id: ObjectID) async throws -> String? { try await engine.object(id)?.data["title"]?.text }

  @discardableResult func sync() async -> SyncStatus {
    let status = await engine.sync()
    say("\(name): synced, \(status.phase), \(status.pending) waiting, \(status.needPerson) for the person")
    return status
  }
}

func say(_ text: String) { print("    \(text)") }

@Suite(.serialized, .enabled(if: server != nil, "There is no server: JARVIS_URL is not set.")) struct EndToEnd {
  func pair() async throws -> (Device, Device) {
    let endpoint = try #require(server)
    let email = "swift-\(UUID().uuidString.lowercased().prefix(8))@example.com"
    let phone = try await Device("phone", email: email, at: endpoint)
    let mac = try await Device("mac", email: email, at: endpoint)
    say("Signed in on two devices as \(phone.userID)")
    #expect(phone.userID == mac.userID)
    return (phone, mac)
  }

  var today: DayClock { DayClock(now: { Date() }, timeZone: .gmt) }

  @Test func aDocumentThatTheServerDoesNotKnowIsToldToIt() async throws {
    let (phone, _) = try await pair()
    let newer = Document(
      name: "NewerThanTheServer", kind: .query, hash: "239ccb95c4b716753eb4622bd9a51658b9f64339da6137ec7082c7512a60582a",
      body: "query NewerThanTheServer { viewer { __typename id } }")
    #expect(try await phone.graph.execute(Request(newer)).data["viewer"]?["id"]?.text == phone.userID)
  }

  @Test func twoDevicesWorkOfflineClashAndAgree() async throws {
    let (phone, mac) = try await pair()
    #expect(await phone.sync().phase == .idle)

    phone.network.set(on: false)
    let goal = try await phone.engine.createGoal(["title": "Run 500 km", "kind": "NUMERIC", "unit": "km", "targetValue": "500"])
    let entry = try await phone.engine.logProgress(today.draft(goal: goal, value: 5, note: "In the rain"))
    say("phone, offline: made a goal and logged 5 km")
    let offline = await phone.sync()
    #expect(offline.pending == 2)
    #expect(try await phone.title(goal) == "Run 500 km")

    phone.network.set(on: true)
    #expect(await phone.sync().pending == 0)
    #expect(await mac.sync().phase == .idle)
    #expect(try await mac.title(goal) == "Run 500 km")
    #expect(try await mac.engine.objects(StoreQuery(type: "ProgressEntry", parent: goal)).map(\.id) == [entry])
    say("mac: has the goal and its entry")

    for device in [phone, mac] { device.network.set(on: false) }
    try await phone.engine.update(goal, ["title": "Run 600 km"])
    try await mac.engine.update(goal, ["title": "Run 700 km", "description": "By the river"])
    _ = try await mac.engine.logProgress(today.draft(goal: goal, value: 7))
    say("Both, offline: phone renames it to 600 km, mac to 700 km with a description, and logs 7 km")
    for device in [phone, mac] { device.network.set(on: true) }
    #expect(await phone.sync().pending == 0)
    let clash = await mac.sync()
    #expect(clash.needPerson == 1)
    let change = try #require(try await mac.engine.pending().first)
    guard case .conflict(let current) = change.state else {
      Issue.record("\(change.state)")
      return
    }
    say("mac: conflict, the server has \"\(current?["title"]?.text ?? "")\"; the person keeps the description only")
    try await mac.engine.settle(change.key, by: .keepMineOnly(fields: ["description"]))
    #expect(await mac.sync().pending == 0)
    #expect(await phone.sync().pending == 0)
    for device in [phone, mac] {
      #expect(try await device.title(goal) == "Run 600 km")
      #expect(try await device.engine.object(goal)?.data["description"] == "By the river")
      #expect(try await device.engine.objects(StoreQuery(type: "ProgressEntry", parent: goal)).count == 2)
    }
    let object = try #require(try await phone.engine.object(goal))
    #expect(object.data["currentValue"] == "12")
    say("Both: \"Run 600 km\", by the river, two entries, 12 km")

    try await phone.engine.delete(entry)
    await phone.sync()
    await mac.sync()
    #expect(try await mac.engine.objects(StoreQuery(type: "ProgressEntry", parent: goal)).count == 1)
    say("phone deletes an entry; mac has one left")
  }

  @Test func eventsMissedWhileTheConnectionWasLostComeOnceItIsBack() async throws {
    let (phone, mac) = try await pair()
    await phone.sync()
    let goal = try await phone.engine.createGoal(["title": "Swim", "kind": "NUMERIC", "unit": "km", "targetValue": "50"])
    await phone.sync()
    await mac.sync()
    mac.network.cut(after: 1)
    let retry = RetryPolicy(base: 2, limit: 2)
    let live = LiveUpdates(graph: mac.graph, store: MemoryStore(), surroundings: .live, retry: retry)
    let watching = Task {
      var seen: [String] = []
      for try await event in live.events(.progressUpdated) {
        switch event {
        case .away: say("mac: the subscription is cut")
        case .happened(_, let payload): seen.append(payload["entry"]?["value"]?.text ?? "?")
        }
        if seen.count == 5 { break }
      }
      return seen
    }
    // The subscription begins when the server has it; what is logged before is not its business.
    try await Task.sleep(for: .seconds(1))
    for value in 1...5 {
      _ = try await phone.engine.logProgress(today.draft(goal: goal, value: Amount(Decimal(value))))
      await phone.sync()
    }
    let limit = Task {
      try await Task.sleep(for: .seconds(60))
      watching.cancel()
    }
    let seen = try await watching.value
    limit.cancel()
    say("mac: saw \(seen.joined(separator: ", "))")
    #expect(seen == ["1", "2", "3", "4", "5"])
  }

  @Test func anUpToDateScreenIsReadFromTheRealServer() async throws {
    let (phone, _) = try await pair()
    let parts = Parts(graph: phone.graph, store: MemoryStore(), surroundings: .live)
    let settings = await parts.settings()
    await settings.open()
    #expect(await settings.profile?.timeZone.isEmpty == false)
    let screens = [
      await show(parts.dashboard()), await show(parts.research().list), await show(parts.automations().list),
      await show(parts.notifications()),
    ]
    say("screens of a new account: \(screens.joined(separator: ", "))")
    #expect(!screens.contains("failed"))
  }

  @MainActor func show<Value>(_ model: QueryModel<Value>) async -> String {
    await model.open()
    return switch model.screen {
    case .loading: "loading"
    case .empty: "empty"
    case .content: "content"
    case .failed(let problem): "failed \(problem)"
    }
  }

  @Test func aTokenThatTheServerTurnsDownIsExchangedAndARevokedSessionEnds() async throws {
    let (phone, _) = try await pair()
    let token = try await phone.session.accessToken()
    let next = try await phone.session.renew(rejected: token)
    #expect(next != token)
    #expect(await phone.sync().phase == .idle)
    try await phone.session.signOut(by: phone.graph)
    #expect(await phone.sync().phase == .signedOut)
    say("phone: signed out, and its sync says so")
  }
}
