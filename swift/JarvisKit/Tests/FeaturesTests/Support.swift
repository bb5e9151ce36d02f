import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

/// What a test says the server answers; it can be changed as the test goes on.
actor Script {
  private var results: [String: Result<JSONValue, GraphFault>] = [:]
  private var problems: [GraphProblem] = []
  private(set) var requests: [Request] = []
  func set(_ name: String, _ result: Result<JSONValue, GraphFault>, problems: [GraphProblem] = []) {
    results[name] = result
    self.problems = problems
  }
  func answer(_ request: Request) throws -> Answer {
    requests.append(request)
    guard let result = results[request.operation.name] else { throw GraphFault.offline }
    return Answer(data: try result.get(), problems: problems)
  }
}

func surroundings(at time: TimeInterval = 1_780_000_000) -> Surroundings {
  Surroundings(
    now: { Date(timeIntervalSince1970: time) }, random: { Double.random(in: 0..<1) },
    pause: { _ in try await Task.sleep(for: .milliseconds(1)) },
    timeZone: { .gmt })
}

func client(
  _ script: Script, stream: @escaping @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> = { _ in .init { $0.finish() } }
)
  -> GraphClient
{
  GraphClient(execute: { try await script.answer($0) }, subscribe: stream)
}

/// A server that has these goals, and takes every change.
func engine(_ goals: [JSONValue], offline: Bool = false) async throws -> SyncEngine {
  let script = ScriptedGraph { request in
    if offline { throw GraphFault.offline }
    switch request.operation.name {
    case "Changes": return ["changes": ["changes": [], "cursor": "1", "hasMore": false, "fullSyncNeeded": false]]
    case "OfflineGoals": return ["viewer": ["id": "user_1", "goals": ["nodes": .array(goals), "pageInfo": ["hasNextPage": false]]]]
    case "OfflineAreas": return ["viewer": ["id": "user_1", "lifeAreas": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
    case "OfflineEntries": return ["goal": ["entries": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
    default: return ["logProgress": ["entry": nil, "errors": [["code": "INVALID", "message": "No.", "path": ["value"]]]]]
    }
  }
  return SyncEngine(graph: script.client, store: MemoryStore(), owner: "user_1", surroundings: surroundings())
}

func goal(_ number: Int, _ title: String, urgency: String = "NONE", status: String = "ACTIVE") -> JSONValue {
  [
    "id": .string("goal_\(number)"), "title": .string(title), "status": .string(status), "percent": 0.5, "version": 1,
    "pace": ["urgency": .string(urgency)],
  ]
}

let today = DayClock(now: { Date(timeIntervalSince1970: 1_780_000_000) }, timeZone: .gmt)
