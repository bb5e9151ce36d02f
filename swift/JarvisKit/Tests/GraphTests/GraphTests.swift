import Foundation
import Models
import Testing

@testable import Graph
@testable import GraphHTTP

@Suite struct Answers {
  @Test func dataIsRead() throws {
    let answer = try Answer(body: Data(#"{"data":{"a":1}}"#.utf8))
    #expect(answer.data["a"] == 1)
    #expect(answer.problems.isEmpty)
  }

  @Test func whatAPartOfTheServerCouldNotGiveIsToldBesideTheRest() throws {
    let body = #"{"data":{"a":1,"b":null},"errors":[{"message":"away","extensions":{"code":"UPSTREAM_FAILED","requestId":"r1"}}]}"#
    let answer = try Answer(body: Data(body.utf8))
    #expect(answer.problems == [GraphProblem(message: "away", code: "UPSTREAM_FAILED", requestID: "r1")])
  }

  @Test(arguments: [
    ("UNAUTHENTICATED", GraphFault.unauthenticated), ("RATE_LIMITED", .rateLimited(retryAfter: 7)),
    ("UPSTREAM_FAILED", .server(message: "m", retryAfter: 7)), ("INTERNAL_SERVER_ERROR", .server(message: "m", retryAfter: 7)),
    ("FORBIDDEN", .refused(code: "FORBIDDEN", message: "m")),
  ]) func errorsWithoutDataMeanWhatTheirCodeSays(code: String, fault: GraphFault) {
    let body = #"{"data":null,"errors":[{"message":"m","extensions":{"code":"\#(code)","retryAfter":7}}]}"#
    #expect(throws: fault) { try Answer(body: Data(body.utf8)) }
  }

  @Test(arguments: ["", "<html>", "[]", "{}", #"{"data":null}"#, #"{"errors":[{"message":"no code"}]}"#])
  func whatIsNoAnswerIsSaidSo(body: String) {
    var fault: GraphFault?
    do { _ = try Answer(body: Data(body.utf8)) } catch { fault = error }
    guard case .unreadable = fault else {
      Issue.record("\(body) gave \(String(describing: fault))")
      return
    }
  }

  @Test func statusesCountWhereAProxyAnswersForTheServer() {
    func fault(_ status: Int, _ body: String) -> GraphFault? {
      do {
        _ = try GraphHTTP.answer(Data(body.utf8), status: status, retryAfter: 9)
        return nil
      } catch { return error }
    }
    #expect(fault(502, "<html>Bad gateway</html>") == .server(message: "Status 502.", retryAfter: 9))
    #expect(
      fault(503, #"{"errors":[{"message":"m","extensions":{"code":"UPSTREAM_FAILED","retryAfter":2}}]}"#)
        == .server(message: "m", retryAfter: 2))
    #expect(fault(401, "") == .unauthenticated)
    #expect(fault(429, "") == .rateLimited(retryAfter: 9))
    #expect(fault(200, #"{"data":{}}"#) == nil)
  }

  @Test func theDateOfAnAnswerIsRead() {
    #expect(GraphHTTP.date(ofHeader: "Sun, 06 Nov 1994 08:49:37 GMT") == Date(timeIntervalSince1970: 784_111_777))
    #expect(GraphHTTP.date(ofHeader: "soon") == nil)
  }

  @Test func onlyWhatMayPassIsTriedAgain() {
    #expect(GraphFault.offline.passes)
    #expect(GraphFault.rateLimited(retryAfter: nil).passes)
    #expect(!GraphFault.unauthenticated.passes)
    #expect(!GraphFault.refused(code: "FORBIDDEN", message: "").passes)
  }
}

@Suite struct Payloads {
  @Test func thePersonsMistakesAreTakenOut() throws {
    let payload = try Payload(
      Answer(data: ["logProgress": ["entry": nil, "errors": [["code": "INVALID", "message": "m", "path": ["value"]]]]]))
    #expect(payload.errors == [UserError(code: "INVALID", message: "m", path: ["value"])])
  }

  @Test func anAnswerWithoutAPayloadIsNone() {
    #expect(throws: GraphFault.self) { try Payload(Answer(data: [:])) }
    #expect(throws: GraphFault.self) { try Payload(Answer(data: ["a": nil])) }
    #expect(throws: GraphFault.offlineOfServer) {
      try Payload(Answer(data: ["a": nil], problems: [GraphProblem(message: "m", code: "UPSTREAM_FAILED")]))
    }
  }
}

extension GraphFault { static let offlineOfServer = GraphFault.server(message: "m", retryAfter: nil) }

@Suite struct EventStreams {
  @Test func eventsAreReadHoweverTheyAreCut() {
    let text = ": hello\n\nevent: next\ndata: {\"a\":\ndata: \"ü\"}\n\nevent:complete\r\ndata:\r\n\r\n"
    let bytes = Array(text.utf8)
    for size in [1, 2, 3, 7, bytes.count] {
      var reader = ServerSentEvents()
      let events = stride(from: 0, to: bytes.count, by: size).flatMap { reader.take(bytes[$0..<min($0 + size, bytes.count)]) }
      #expect(events == [.init(name: "next", data: "{\"a\":\n\"ü\"}"), .init(name: "complete", data: "")])
    }
  }

  @Test func carriageReturnsAloneEndLinesToo() {
    var reader = ServerSentEvents()
    #expect(reader.take(Array("data: 1\r\rdata: 2\r\r".utf8)) == [.init(data: "1"), .init(data: "2")])
  }

  @Test func whatIsNotEndedIsNoEvent() {
    var reader = ServerSentEvents()
    #expect(reader.take(Array("data: 1\n".utf8)).isEmpty)
  }
}

/// A subscription whose connection is lost after every second event.
actor Events {
  var opened: [JSONValue?] = []
  let last: Int
  init(last: Int) { self.last = last }
  func open(_ after: JSONValue?) -> [Int] {
    opened.append(after)
    let first = (after?.number ?? 0) + 1
    return Array((max(1, first - 1)...last).prefix(3))
  }
}

@Suite struct Following {
  func surroundings() -> Surroundings {
    Surroundings(
      now: { Date(timeIntervalSince1970: 0) }, random: { 0 }, pause: { _ in try Task.checkCancellation() }, timeZone: { .current })
  }

  @Test func nothingIsLostAndNothingComesTwiceHoweverOftenTheConnectionIs() async throws {
    let events = Events(last: 9)
    let graph = ScriptedGraph(stream: { request in
      AsyncThrowingStream { continuation in
        Task {
          // The server repeats the event that was seen last, as it may.
          for number in await events.open(request.variables["after"]) { continuation.yield(Answer(data: ["n": .int(number)])) }
          continuation.finish(throwing: GraphFault.offline)
        }
      }
    }) { _ in nil }
    var seen: [Int] = []
    var waits: [TimeInterval] = []
    let stream = graph.client.following(
      Request(.goalCompleted), in: surroundings(), isLast: { $0["n"] == 9 }, place: { $0["n"] })
    for try await event in stream {
      switch event {
      case .value(let value): seen.append(value["n"]?.number ?? 0)
      case .away(let seconds): waits.append(seconds)
      }
    }
    #expect(seen == Array(1...9))
    #expect(await events.opened.first == .some(nil))
    // Each connection brought something new, so no wait grows.
    #expect(Set(waits) == [0.5])
  }

  @Test func whatDoesNotPassEndsIt() async throws {
    let gone = GraphFault.refused(code: "NOT_FOUND", message: "")
    let graph = ScriptedGraph(stream: { _ in AsyncThrowingStream { $0.finish(throwing: gone) } }) { _ in nil }
    await #expect(throws: gone) {
      for try await _ in graph.client.following(Request(.goalCompleted), in: surroundings(), place: { $0["n"] }) {}
    }
  }

  @Test func waitsGrowWhileNothingComes() async throws {
    let graph = ScriptedGraph(stream: { _ in AsyncThrowingStream { $0.finish(throwing: GraphFault.offline) } }) { _ in nil }
    var waits: [TimeInterval] = []
    for try await event in graph.client.following(Request(.goalCompleted), in: surroundings(), place: { $0["n"] }) {
      if case .away(let seconds) = event { waits.append(seconds) }
      if waits.count == 5 { break }
    }
    #expect(waits == [0.5, 1, 2, 4, 8])
  }
}

@Suite struct Documents {
  @Test func documentsSayWhatTheyAre() {
    #expect(Document.changes.name == "Changes")
    #expect(Document.changes.kind == .query)
    #expect(Document.changes.body.hasPrefix("query Changes("))
    #expect(Document.changes.hash.count == 64)
    #expect(Document.changes != Document.createGoal)
  }
}
