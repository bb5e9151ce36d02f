import Foundation
import Graph
import Models

/// A server that keeps goals, life areas and what belongs to them by the rules of the graph: versions, ids that clients make, idempotency
/// keys, a log of changes. Tests tell it which requests go wrong, and how.
actor FakeServer {
  enum Trouble: Sendable {
    /// The request does not arrive.
    case lost
    /// It is done, and the answer gets lost.
    case answerLost
    case fault(GraphFault)
  }

  private(set) var objects: [String: [String: JSONValue]] = [:]
  var goals: [String: [String: JSONValue]] { all("goal") }
  var entries: [String: [String: JSONValue]] { all("entry") }
  private var log: [(id: String, gone: Bool)] = []
  private var answered: [String: (input: JSONValue, answer: JSONValue)] = [:]
  /// Events before this place are forgotten.
  private var oldest = 0
  var pageSize = 100
  private(set) var done: [String: Int] = [:]
  private(set) var requests: [String] = []
  private var troubles: [Trouble?] = []
  private var poison: String?

  nonisolated var client: GraphClient {
    GraphClient(
      execute: { Answer(data: try await self.answer($0)) }, subscribe: { _ in AsyncThrowingStream { $0.finish() } })
  }

  func trouble(_ troubles: [Trouble?]) { self.troubles = troubles }
  func fail(withNote note: String) { poison = note }
  func forgetEvents() { oldest = log.count }
  func forgetKeys() { answered = [:] }
  func set(pageSize: Int) { self.pageSize = pageSize }

  func all(_ kind: String) -> [String: [String: JSONValue]] { objects.filter { $0.key.hasPrefix("\(kind)_") } }

  func makeArea(_ id: String, name: String, position: Int) {
    objects[id] = [
      "id": .string(id), "name": .string(name), "areaKind": "HEALTH", "active": true, "position": .int(position), "version": 1,
    ]
    log.append((id, false))
  }

  func makeNote(_ id: String, area: String) {
    objects[id] = ["id": .string(id), "lifeArea": ["id": .string(area)], "text": .string(id), "createdAt": "2026-01-01", "version": 1]
    log.append((id, false))
  }

  func makeGoal(_ id: String, title: String) {
    objects[id] = ["id": .string(id), "title": .string(title), "status": "ACTIVE", "unit": nil, "version": 1]
    log.append((id, false))
  }

  func makeEntries(_ count: Int, goal: String) {
    for n in 0..<count {
      let id = "entry_\(100_000 + n)of\(goal.filter { $0 != "_" })"
      objects[id] = [
        "id": .string(id), "goal": ["id": .string(goal)], "value": "1", "localDate": "2026-01-01", "version": 1, "skip": false,
        "note": nil, "source": "MANUAL",
      ]
      log.append((id, false))
    }
  }

  func change(_ id: String, _ fields: [String: JSONValue]) {
    guard let object = objects[id] else { return }
    objects[id] = object.merging(fields) { $1 }.merging(["version": .int((object["version"]?.number ?? 0) + 1)]) { $1 }
    log.append((id, false))
  }

  func remove(_ id: String) {
    objects[id] = nil
    log.append((id, true))
  }

  private func answer(_ request: Request) async throws -> JSONValue {
    await Task.yield()
    requests.append(request.operation.name)
    let trouble = troubles.isEmpty ? nil : troubles.removeFirst()
    switch trouble {
    case .lost: throw GraphFault.offline
    case .fault(let fault): throw fault
    default: break
    }
    let answer = try data(for: request)
    if case .answerLost = trouble { throw GraphFault.offline }
    return answer
  }

  private func data(for request: Request) throws -> JSONValue {
    let variables = request.variables
    switch request.operation.name {
    case "Changes": return ["changes": try changes(since: variables["since"]?.text)]
    case "OfflineGoals": return ["viewer": ["id": "user_1", "goals": page(goals.values, after: variables["after"]?.text)]]
    case "OfflineAreas":
      return ["viewer": ["id": "user_1", "lifeAreas": page(all("area").values, after: variables["after"]?.text)]]
    case "OfflineNotes":
      guard let id = variables["areaId"]?.text, objects[id] != nil else { return ["node": nil] }
      return ["node": ["notes": page(all("note").values.filter { $0["lifeArea"]?["id"]?.text == id }, after: variables["after"]?.text)]]
    case "OfflineGoalsAgain":
      let ids = variables["ids"]?.items ?? []
      return [
        "nodes": .array(ids.map { id in (id.text.flatMap { goals[$0] }).map { .object($0.merging(["reckoned": 1]) { $1 }) } ?? .null })
      ]
    case "OfflineEntries":
      guard let id = variables["goalId"]?.text, goals[id] != nil else { return ["goal": nil] }
      let steps = all("milestone").values.filter { $0["goal"]?["id"]?.text == id }
      return [
        "goal": [
          "milestones": .array(steps.map { .object($0) }),
          "entries": page(entries.values.filter { $0["goal"]?["id"]?.text == id }, after: variables["after"]?.text),
        ]
      ]
    default: return ["change": try mutate(request)]
    }
  }

  private func page(_ objects: some Sequence<[String: JSONValue]>, after: String?) -> JSONValue {
    let all = objects.sorted { ($0["id"]?.text ?? "") < ($1["id"]?.text ?? "") }.filter { $0["id"]?.text ?? "" > after ?? "" }
    let page = all.prefix(pageSize)
    let end: JSONValue = page.last?["id"] ?? .null
    return ["nodes": .array(page.map { .object($0) }), "pageInfo": ["hasNextPage": .bool(all.count > pageSize), "endCursor": end]]
  }

  private func changes(since: String?) throws -> JSONValue {
    func set(_ changes: [JSONValue], _ cursor: Int, more: Bool = false, full: Bool = false) -> JSONValue {
      ["changes": .array(changes), "cursor": .string("\(cursor)"), "hasMore": .bool(more), "fullSyncNeeded": .bool(full)]
    }
    guard let since else { return set([], log.count) }
    guard let from = Int(since), from >= oldest else { return set([], log.count, full: true) }
    let part = log[from...].prefix(pageSize)
    let changes = part.map { event -> JSONValue in
      let node = objects[event.id]
      return ["id": .string(event.id), "kind": node == nil ? "DELETED" : "UPDATED", "node": node.map { .object($0) } ?? .null]
    }
    return set(changes, from + part.count, more: from + part.count < log.count)
  }

  private func mutate(_ request: Request) throws -> JSONValue {
    guard let input = request.variables["input"]?.members, let key = request.idempotencyKey else {
      throw GraphFault.refused(code: "BAD_USER_INPUT", message: "No input or key.")
    }
    if let known = answered[key] {
      guard known.input == .object(input) else { throw GraphFault.refused(code: "CONFLICT", message: "The key was used.") }
      return known.answer
    }
    if let poison, input["note"]?.text == poison { throw GraphFault.server(message: "It chokes.", retryAfter: nil) }
    let answer = payload(request.operation.name, input)
    if answer["errors"]?.items?.isEmpty == true { answered[key] = (.object(input), answer) }
    return answer
  }

  private func mistake(_ code: String, _ path: String, _ extra: [String: JSONValue] = [:]) -> JSONValue {
    JSONValue.object(extra).merging(["errors": [["code": .string(code), "message": "m", "path": [.string(path)]]]])
  }

  private static let members = ["entry": "entry", "goal": "goal", "milestone": "milestone", "area": "lifeArea", "note": "note"]

  private func payload(_ operation: String, _ input: [String: JSONValue]) -> JSONValue {
    if operation == "ReorderLifeAreas" { return reorder(input["ids"]?.items?.compactMap(\.text) ?? []) }
    let id = input["id"]?.text ?? ""
    let name = Self.members[String(id.prefix { $0 != "_" })] ?? ""
    let known = objects[id]
    var fields = input
    fields["expectedVersion"] = nil
    for (given, own) in [("goalId", "goal"), ("lifeAreaId", "lifeArea")] {
      guard let other = fields.removeValue(forKey: given) else { continue }
      guard let object = other.text, objects[object] != nil else { return mistake("NOT_FOUND", given) }
      fields[own] = ["id": other]
    }
    switch operation {
    case "CreateGoal", "LogProgress", "SkipDay", "CreateMilestone", "CreateLifeArea", "AddLifeAreaNote":
      if let known { return [name: .object(known), "errors": []] }
      if operation == "CreateGoal" {
        guard input["title"]?.text?.isEmpty == false else { return mistake("INVALID", "title") }
        fields["status"] = "ACTIVE"
      }
      if name == "entry" { fields["skip"] = .bool(operation == "SkipDay") }
      if name == "lifeArea" { fields["position"] = .int(all("area").count) }
      objects[id] = fields.merging(["version": 1]) { $1 }
    case "DeleteGoal", "DeleteProgressEntry", "DeleteMilestone", "DeleteLifeArea", "DeleteLifeAreaNote":
      guard let known else { return mistake("NOT_FOUND", "id") }
      if let clash = clash(known, input, name) { return clash }
      remove(id)
      return ["deletedId": .string(id), "errors": []]
    default:
      guard let known else { return mistake("NOT_FOUND", "id") }
      if let clash = clash(known, input, name) { return clash }
      if operation == "CompleteGoal" { fields["status"] = "COMPLETED" }
      if operation == "ReopenGoal" { fields["status"] = "ACTIVE" }
      objects[id] = known.merging(fields) { $1 }.merging(["version": .int((known["version"]?.number ?? 0) + 1)]) { $1 }
    }
    done[id, default: 0] += 1
    log.append((id, false))
    return [name: .object(objects[id] ?? [:]), "errors": []]
  }

  private func reorder(_ ids: [String]) -> JSONValue {
    let unknown = ids.indices.filter { objects[ids[$0]] == nil }
    guard unknown.isEmpty else {
      return ["errors": .array(unknown.map { ["code": "NOT_FOUND", "message": "m", "path": ["ids", .string("\($0)")]] })]
    }
    let rest = all("area").values.sorted { ($0["position"]?.number ?? 0) < ($1["position"]?.number ?? 0) }.compactMap { $0["id"]?.text }
    for (position, id) in (ids + rest.filter { !ids.contains($0) }).enumerated() { change(id, ["position": .int(position)]) }
    return ["lifeAreas": .array(all("area").values.map { .object($0) }), "errors": []]
  }

  private func clash(_ known: [String: JSONValue], _ input: [String: JSONValue], _ name: String) -> JSONValue? {
    guard let expected = input["expectedVersion"], expected != known["version"] else { return nil }
    return mistake("CONFLICT", "expectedVersion", [name: .object(known)])
  }
}

/// A clock that a test sets, chance that repeats itself, and waiting that takes no time.
final class TestClock: @unchecked Sendable {
  private let lock = NSLock()
  private var time = Date(timeIntervalSince1970: 1_780_000_000)
  private var state: UInt64

  /// Devices of one test need different seeds: they must not make the same keys.
  init(seed: UInt64 = 0) { state = 88_172_645_463_325_252 &+ seed &* 7_919 }

  var now: Date { lock.withLock { time } }
  func advance(_ seconds: TimeInterval) { lock.withLock { time += seconds } }

  func random() -> Double {
    lock.withLock {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state % 1_000_000) / 1_000_000
    }
  }

  var surroundings: Surroundings {
    Surroundings(
      now: { self.now }, random: { self.random() }, pause: { self.advance($0) },
      timeZone: { TimeZone(identifier: "Europe/Berlin") ?? .current })
  }
}
