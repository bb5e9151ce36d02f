import Foundation
import Graph
import Models
import Persistence

@testable import Features

/// Answers of a server that looks into things.
enum Found {
  static func result(_ number: Int, _ status: String = "PENDING", version: Int = 1, title: String? = nil) -> [String: JSONValue] {
    [
      "id": .string("result_\(number)"), "title": .string(title ?? "Result \(number)"), "summary": "What was found.",
      "status": .string(status), "researchDate": "2026-05-28", "category": ["id": "category_1", "name": "Sleep"], "version": .int(version),
    ]
  }

  static func list(_ results: [[String: JSONValue]], next: String? = nil) -> JSONValue {
    ["viewer": ["researchResults": page(results, next: next)]]
  }

  static func page(_ nodes: [[String: JSONValue]], next: String? = nil) -> JSONValue {
    [
      "nodes": .array(nodes.map { .object($0) }),
      "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map { .string($0) } ?? .null],
    ]
  }

  static func review(_ from: String, _ to: String, reason: JSONValue = .null) -> JSONValue {
    ["fromStatus": .string(from), "toStatus": .string(to), "reason": reason, "at": "2026-05-28T08:00:00.000Z", "actor": ["kind": "USER"]]
  }

  static func detail(_ result: [String: JSONValue]) -> JSONValue {
    let source: JSONValue = ["url": "https://example.org/sleep", "title": "Sleep", "fetchedAt": "2026-05-28T07:00:00.000Z"]
    let more: [String: JSONValue] = [
      "content": "# Sleep", "claims": [["text": "Sleep helps.", "quote": "helps", "verdict": "VERBATIM", "source": source]],
      "sources": [source], "reviews": [], "createdIds": [], "createdAt": "2026-05-28T07:00:00.000Z", "run": nil,
    ]
    return ["researchResult": .object(result.merging(more) { $1 })]
  }

  static func category(_ number: Int, _ name: String, active: Bool = true, version: Int = 1, scheduled: Bool = true) -> [String: JSONValue]
  {
    let schedule: JSONValue = [
      "kind": "RRULE", "text": "FREQ=DAILY;BYHOUR=7;BYMINUTE=0", "startDate": "2026-05-01", "startTime": "07:00", "description": "daily",
      "timeZone": "Europe/Berlin", "nextRuns": [time("2026-05-29")],
    ]
    return [
      "id": .string("category_\(number)"), "name": .string(name), "description": "What it is about.", "active": .bool(active),
      "pendingResultCount": 2, "version": .int(version), "schedule": scheduled ? schedule : .null,
    ]
  }

  static func time(_ day: String) -> JSONValue {
    ["at": .string("\(day)T05:00:00.000Z"), "localDate": .string(day), "localTime": "07:00", "offset": "+02:00"]
  }

  static func categories(_ nodes: [[String: JSONValue]]) -> JSONValue { ["viewer": ["researchCategories": page(nodes)]] }

  static func categoryDetail(_ category: [String: JSONValue], results: [[String: JSONValue]] = [], next: String? = nil) -> JSONValue {
    var category = category
    category["prompt"] = "How to sleep better."
    category["sources"] = ["https://example.org/feed.xml"]
    category["missedRunPolicy"] = "ONCE"
    category["results"] = page(results, next: next)
    if let schedule = category["schedule"], schedule != .null {
      category["schedule"] = schedule.merging(["nextFive": [time("2026-05-29"), time("2026-05-30")]])
    }
    return ["researchCategory": .object(category)]
  }

  static func run(
    _ number: Int, _ state: String = "RUNNING", step: String = "GATHER", fetched: Int = 0, planned: Int = 4, trigger: String = "MANUAL"
  ) -> [String: JSONValue] {
    [
      "id": .string("run_\(number)"), "state": .string(state), "trigger": .string(trigger), "step": .string(step),
      "dueAt": "2026-05-28T07:00:00.000Z", "startedAt": state == "QUEUED" ? .null : "2026-05-28T07:00:01.000Z",
      "endedAt": ["DONE", "FAILED", "CANCELLED"].contains(state) ? "2026-05-28T07:00:09.000Z" : .null,
      "progress": ["planned": .int(planned), "fetched": .int(fetched), "failed": 0, "claims": 0],
      "error": state == "FAILED" ? ["code": "NO_SOURCES", "message": "Nothing to read."] : .null,
      "category": ["id": "category_1", "name": "Sleep"],
    ]
  }

  static func runDetail(_ run: [String: JSONValue], result: JSONValue = .null) -> JSONValue {
    let more: [String: JSONValue] = ["cost": "0.01", "steps": [], "failures": [], "result": result, "changes": nil]
    return ["researchRun": .object(run.merging(more) { $1 })]
  }

  static func runs(_ nodes: [[String: JSONValue]], next: String? = nil) -> JSONValue {
    ["researchCategory": ["id": "category_1", "nextRunAt": nil, "runs": page(nodes, next: next)]]
  }

  static func progress(_ event: Int, _ run: [String: JSONValue]?) -> Answer {
    Answer(data: ["researchProgress": ["event": ["id": .string("event_\(event)")], "run": run.map { .object($0) } ?? .null]])
  }

  /// The payload of a mutation.
  static func payload(_ mutation: String, _ members: [String: JSONValue], refused code: String? = nil) -> JSONValue {
    let errors: JSONValue = code.map { [["code": .string($0), "message": "No.", "path": ["id"]]] } ?? []
    return [mutation: .object(members.merging(["errors": errors]) { $1 })]
  }
}

extension Script {
  func names() -> [String] { requests.map(\.operation.name) }
  /// The input of the latest request of this name.
  func input(_ name: String) -> JSONValue? { requests.last { $0.operation.name == name }?.variables["input"] }
  func variables(_ name: String) -> JSONValue? { requests.last { $0.operation.name == name }?.variables }
}

/// Parts whose server is the script, with a store in memory.
@MainActor func parts(
  _ script: Script, _ surroundings: Surroundings = surroundings(),
  stream: @escaping @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> = { _ in .init { $0.finish() } }
) -> Parts {
  Parts(graph: client(script, stream: stream), store: MemoryStore(), surroundings: surroundings)
}
