import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

/// The streams of a server: who subscribes gets what was told after `after`, and what is told from then on, until the line is cut.
final class Feed: @unchecked Sendable {
  private let lock = NSLock()
  private var told: [Answer] = []
  private var lines: [UUID: AsyncThrowingStream<Answer, any Error>.Continuation] = [:]
  private var refusal: GraphFault?
  private(set) var requests: [Request] = []
  /// A line is cut after so many answers.
  private let most: Int

  init(cutAfter most: Int = .max) { self.most = most }

  func tell(_ answers: Answer...) { tell(answers) }
  func tell(_ answers: [Answer]) {
    let lines = lock.withLock {
      told += answers
      return Array(self.lines.values)
    }
    for line in lines { for answer in answers { line.yield(answer) } }
  }

  /// All connections are lost.
  func cut() { for line in lock.withLock({ Array(lines.values) }) { line.finish(throwing: GraphFault.offline) } }

  func refuse(_ fault: GraphFault?) { lock.withLock { refusal = fault } }

  /// Ended or given up, a line is no more.
  var openLines: Int { lock.withLock { lines.count } }

  /// Of a reply, all that comes after a number; of events, what came after one.
  private func past(after: JSONValue?) -> [Answer] {
    if case .int(let number) = after { return told.filter { ($0.data["messageStream"]?["sequence"]?.number ?? 0) > number } }
    guard let last = told.lastIndex(where: { $0.data["chatMessage"]?["event"]?["id"] == after }), after != nil else { return [] }
    return Array(told[(last + 1)...])
  }

  func subscribe(_ request: Request) -> AsyncThrowingStream<Answer, any Error> {
    let (stream, line) = AsyncThrowingStream.makeStream(of: Answer.self)
    let id = UUID()
    let (past, refusal): ([Answer], GraphFault?) = lock.withLock {
      requests.append(request)
      if self.refusal == nil { lines[id] = line }
      return (self.past(after: request.variables["after"]), self.refusal)
    }
    if let refusal {
      line.finish(throwing: refusal)
      return stream
    }
    line.onTermination = { [weak self] _ in _ = self?.lock.withLock { self?.lines.removeValue(forKey: id) } }
    for answer in past.prefix(most) { line.yield(answer) }
    if past.count > most { line.finish(throwing: GraphFault.offline) }
    return stream
  }
}

/// Waits until something is so that a task brings about; not for longer than a minute: a busy machine is no fault.
@MainActor func eventually(_ condition: () async -> Bool) async -> Bool {
  let end = Date().addingTimeInterval(60)
  while Date() < end {
    if await condition() { return true }
    try? await Task.sleep(for: .milliseconds(1))
  }
  return await condition()
}

/// A server with conversations, and a device.
@MainActor final class ChatScene {
  let script = Script()
  let store = MemoryStore()
  let replies: Feed
  let news = Feed()

  init(cutAfter most: Int = .max) { replies = Feed(cutAfter: most) }

  var parts: Parts {
    let (replies, news) = (replies, news)
    let graph = client(script) { $0.operation.name == "MessageStream" ? replies.subscribe($0) : news.subscribe($0) }
    return Parts(graph: graph, store: store, surroundings: surroundings())
  }

  /// What was sent of an operation.
  func sent(_ name: String) async -> [JSONValue] {
    await script.requests.filter { $0.operation.name == name }.compactMap { $0.variables["input"] }
  }

  func count(_ name: String) async -> Int { await script.requests.count { $0.operation.name == name } }

  static func message(
    _ number: Int, _ content: String = "", role: String = "USER", status: String = "COMPLETE", after parent: Int? = nil,
    calls: [JSONValue] = [], versions: [Int]? = nil, ended: String? = nil, version: Int = 1
  ) -> JSONValue {
    [
      "id": .string("message_\(number)"), "role": .string(role), "content": .string(content), "status": .string(status),
      "origin": .string(role == "USER" ? "WRITTEN" : "GENERATED"), "endedBecause": ended.map { .string($0) } ?? .null,
      "parent": parent.map { ["id": .string("message_\($0)")] } ?? .null,
      "siblings": .array((versions ?? [number]).map { ["id": .string("message_\($0)")] }), "toolCalls": .array(calls),
      "createdAt": "2026-03-01T07:30:00.000Z", "version": .int(version),
    ]
  }

  static func reply(
    _ number: Int, _ content: String = "", status: String = "PENDING", after parent: Int? = nil, calls: [JSONValue] = [],
    versions: [Int]? = nil, ended: String? = nil, version: Int = 1
  ) -> JSONValue {
    message(
      number, content, role: "ASSISTANT", status: status, after: parent, calls: calls, versions: versions, ended: ended, version: version)
  }

  static func call(_ state: String, number: Int = 1, tainted: Bool = false, version: Int = 1, kind: String = "WRITE") -> JSONValue {
    [
      "id": .string("toolcall_\(number)"), "tool": "LogProgress", "kind": .string(kind), "state": .string(state), "title": "Log 5 km",
      "details": [["name": "value", "value": "5", "objectId": nil]], "confirmation": "c1", "tainted": .bool(tainted),
      "version": .int(version),
    ]
  }

  static func delta(_ number: Int, _ kind: String, _ extra: [String: JSONValue] = [:]) -> Answer {
    Answer(data: ["messageStream": .object(extra.merging(["sequence": .int(number), "kind": .string(kind)]) { $1 })])
  }

  static func row(_ number: Int = 1, title: String = "Running", archived: Bool = false, at time: String = "2026-03-01T07:30:00.000Z")
    -> JSONValue
  {
    [
      "id": .string("conversation_\(number)"), "title": .string(title), "archived": .bool(archived), "activeAt": .string(time),
      "messageCount": 2, "currentMessage": ["id": "message_1", "role": "ASSISTANT", "status": "WAITING"],
    ]
  }

  /// What the server says of the conversation from now on.
  func has(_ messages: [JSONValue], before cursor: String? = nil, title: String = "Running") async {
    await script.set(
      "Conversation",
      .success([
        "conversation": Self.row(title: title).merging([
          "contextGoals": [["id": "goal_1", "title": "Run 500 km"]], "contextLifeAreas": [],
          "messages": [
            "nodes": .array(messages),
            "pageInfo": ["hasPreviousPage": .bool(cursor != nil), "startCursor": cursor.map { .string($0) } ?? .null],
          ],
        ])
      ]))
  }

  /// The server takes the next message, which is number 1, and is going to answer with number 2.
  func takes(_ content: String = "Hi", as name: String = "SendMessage", number: Int = 1, after parent: Int? = nil) async {
    await answers(
      name,
      ["message": Self.message(number, content, after: parent), "reply": Self.reply(number + 1, after: number), "conversation": Self.row()])
  }

  func refuses(_ name: String, _ code: String, _ message: String = "No.") async {
    let field = name.prefix(1).lowercased() + name.dropFirst()
    await script.set(name, .success(.object([field: ["errors": [["code": .string(code), "message": .string(message), "path": []]]]])))
  }

  func answers(_ name: String, _ payload: [String: JSONValue]) async {
    let field = name.prefix(1).lowercased() + name.dropFirst()
    await script.set(name, .success(.object([field: .object(payload.merging(["errors": []]) { $1 })])))
  }

  /// There is the assistant of Jarvis, and somebody outside of it, who may get these classes.
  func hasProviders(consented classes: [String] = [], chosen: String? = nil, history: [JSONValue] = [], tools: [String] = []) async {
    await script.set(
      "Assistant",
      .success([
        "aiProviders": [
          ["name": "openai", "model": "gpt", "isLocal": false, "consentedClasses": .array(classes.map { .string($0) }), "available": true],
          ["name": "local", "model": "rules", "isLocal": true, "consentedClasses": ["MESSAGES", "FUTURE"], "available": true],
        ],
        "viewer": [
          "assistantSettings": Self.settings(provider: chosen, tools: tools),
          "aiBudget": ["limit": "2", "spent": "0.5", "calls": 3, "inputTokens": 100, "outputTokens": 50],
          "aiConsents": [],
        ],
      ]))
    await script.set(
      "ConsentHistory",
      .success(["viewer": ["aiConsentHistory": ["nodes": .array(history), "pageInfo": ["hasNextPage": false]]]]))
  }

  static func settings(provider: String? = nil, retrieval: Bool = true, tools: [String] = [], version: Int = 1) -> JSONValue {
    [
      "provider": provider.map { .string($0) } ?? .null, "retrieval": .bool(retrieval),
      "allowedTools": .array(tools.map { .string($0) }), "version": .int(version),
    ]
  }

  static func consent(_ number: Int, withdrawn: Bool = false) -> JSONValue {
    [
      "id": .string("consent_\(number)"), "provider": "openai", "dataClass": "MESSAGES", "disclosureVersion": "app-1",
      "grantedAt": "2026-03-01T07:30:00.000Z", "withdrawnAt": withdrawn ? "2026-03-02T07:30:00.000Z" : .null,
    ]
  }
}
