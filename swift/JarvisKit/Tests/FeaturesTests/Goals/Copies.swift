import Foundation
import Graph
import Models
import Persistence
import Sync

@testable import Features

/// A server that a device got its copy from, and that a test tells what to say to changes.
actor CopyServer {
  typealias Answering = @Sendable (Request) throws -> JSONValue
  private let lists: [String: [JSONValue]]
  private var answering: Answering
  private(set) var sent: [Request] = []

  init(_ lists: [String: [JSONValue]], answering: @escaping Answering) {
    self.lists = lists
    self.answering = answering
  }

  func say(_ answering: @escaping Answering) { self.answering = answering }
  var inputs: [JSONValue] { sent.compactMap { $0.variables["input"] } }

  nonisolated var client: GraphClient {
    GraphClient(execute: { Answer(data: try await self.answer($0)) }, subscribe: { _ in AsyncThrowingStream { $0.finish() } })
  }

  private func answer(_ request: Request) throws -> JSONValue {
    func page(_ name: String, _ isIn: (JSONValue) -> Bool = { _ in true }) -> JSONValue {
      ["nodes": .array((lists[name] ?? []).filter(isIn)), "pageInfo": ["hasNextPage": false]]
    }
    func belongs(_ field: String, _ variable: String) -> (JSONValue) -> Bool {
      { $0[field]?["id"]?.text == request.variables[variable]?.text }
    }
    switch request.operation.name {
    case "Changes": return ["changes": ["changes": [], "cursor": "1", "hasMore": false, "fullSyncNeeded": false]]
    case "OfflineGoals": return ["viewer": ["id": "user_1", "goals": page("goals")]]
    case "OfflineAreas": return ["viewer": ["id": "user_1", "lifeAreas": page("areas")]]
    case "OfflineNotes": return ["node": ["notes": page("notes", belongs("lifeArea", "areaId"))]]
    case "OfflineEntries":
      let isIn = belongs("goal", "goalId")
      return ["goal": ["milestones": .array((lists["milestones"] ?? []).filter(isIn)), "entries": page("entries", isIn)]]
    default:
      sent.append(request)
      return ["change": try answering(request)]
    }
  }
}

/// A device whose copy is that of a server, which is away from then on unless a test says otherwise.
struct Copied {
  let server: CopyServer
  let engine: SyncEngine
  var parts: Parts { Parts(graph: server.client, store: MemoryStore(), surroundings: surroundings()) }

  init(
    goals: [JSONValue] = [], areas: [JSONValue] = [], entries: [JSONValue] = [], milestones: [JSONValue] = [], notes: [JSONValue] = []
  ) async {
    server = CopyServer(["goals": goals, "areas": areas, "entries": entries, "milestones": milestones, "notes": notes]) { _ in
      throw GraphFault.offline
    }
    engine = SyncEngine(graph: server.client, store: MemoryStore(), owner: "user_1", surroundings: surroundings())
    await engine.sync()
  }

  /// What waits, as the inputs that will be sent.
  func inputs() async throws -> [JSONValue] { try await engine.pending().map { .object($0.input) } }

  func operations() async throws -> [String] { try await engine.pending().map(\.operation) }
}

/// A store that cannot be written to any more.
actor FullStore: Store {
  private let store: any Store = MemoryStore()
  private var isFull = false
  func fill() { isFull = true }
  func write(_ writes: [StoreWrite]) async throws {
    if isFull { throw StoreFault.unusable("The disk is full.") }
    try await store.write(writes)
  }
  func object(_ id: ObjectID) async throws -> StoredObject? { try await store.object(id) }
  func objects(_ query: StoreQuery) async throws -> [StoredObject] {
    if isFull { throw StoreFault.unusable("The disk is full.") }
    return try await store.objects(query)
  }
  func count(type: String) async throws -> Int { try await store.count(type: type) }
  func changes() async throws -> [StoredChange] { try await store.changes() }
  func note(_ name: String) async throws -> JSONValue? { try await store.note(name) }
}

extension JSONValue {
  /// These members over those of this object.
  func with(_ others: [String: JSONValue]) -> JSONValue { merging(others) }
}

func area(_ number: Int, _ name: String, position: Int) -> JSONValue {
  [
    "id": .string("area_\(number)"), "name": .string(name), "areaKind": "HEALTH", "color": "#3A7BD5", "icon": "heart", "active": true,
    "position": .int(position), "version": 1, "customFields": [],
  ]
}

func entry(_ number: Int, of goal: Int, value: String, day: String, skip: Bool = false) -> JSONValue {
  [
    "id": .string("entry_\(number)"), "goal": ["id": .string("goal_\(goal)")], "value": .string(value), "localDate": .string(day),
    "skip": .bool(skip), "source": "APPLE_HEALTH", "note": nil, "version": 1,
  ]
}

func milestone(_ number: Int, of goal: Int, _ title: String, position: Int, reached: Bool = false) -> JSONValue {
  [
    "id": .string("milestone_\(number)"), "goal": ["id": .string("goal_\(goal)")], "title": .string(title), "position": .int(position),
    "reached": .bool(reached), "version": 1,
  ]
}
