import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

@MainActor @Suite struct Chats {
  let script = Script()
  func message(_ id: String, _ content: String = "", status: String = "COMPLETE") -> JSONValue {
    ["id": .string(id), "role": "ASSISTANT", "content": .string(content), "status": .string(status), "toolCalls": []]
  }
  func call(_ state: String) -> JSONValue {
    [
      "id": "toolcall_1", "tool": "LogProgress", "kind": "WRITE", "state": .string(state), "title": "Log 5 km",
      "details": [["name": "value", "value": "5"]], "confirmation": "c1", "tainted": false,
    ]
  }
  func delta(_ number: Int, _ kind: String, _ extra: [String: JSONValue] = [:]) -> Answer {
    Answer(data: ["messageStream": .object(extra.merging(["sequence": .int(number), "kind": .string(kind)]) { $1 })])
  }

  /// A stream of these deltas whose connection is lost after every second one.
  func stream(_ deltas: [Answer]) -> @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> {
    { request in
      AsyncThrowingStream { continuation in
        let after = request.variables["after"]?.number ?? 0
        for answer in deltas.filter({ $0.data["messageStream"]?["sequence"]?.number ?? 0 > after }).prefix(2) { continuation.yield(answer) }
        continuation.finish(throwing: GraphFault.offline)
      }
    }
  }

  func sent() async {
    await script.set(
      "SendMessage",
      .success([
        "sendMessage": [
          "message": message("message_1", "Hi"), "reply": message("message_2", status: "PENDING"), "conversation": ["id": "conversation_1"],
          "errors": [],
        ]
      ]))
  }

  @Test func aReplyIsWrittenOutOnceHoweverOftenTheConnectionIsLost() async {
    await sent()
    let deltas = [
      delta(1, "TEXT", ["text": "Hel"]), delta(2, "TEXT", ["text": "lo, "]), delta(3, "USAGE"), delta(4, "TEXT", ["text": "Ada"]),
    ]
    let chat = ChatModel(
      graph: client(script, stream: stream(deltas + [delta(5, "END", ["status": "COMPLETE"])])), surroundings: surroundings())
    await chat.send(" Hi ")
    #expect(chat.reply?.text == "Hello, Ada")
    #expect(chat.reply?.ended == "COMPLETE")
    #expect(chat.conversationID == ObjectID("conversation_1"))
    #expect(chat.messages.map(\.content) == ["Hi"])
    #expect(chat.problem == nil)
    #expect(chat.isReconnecting == false)
    #expect(await script.requests.first?.variables["input"]?["content"] == "Hi")
  }

  @Test func aProposalWaitsForThePersonWhoApprovesExactlyWhatIsShown() async throws {
    await sent()
    await script.set("ApproveToolCall", .success(["approveToolCall": ["toolCall": call("APPROVED"), "errors": []]]))
    let deltas = [delta(1, "TOOL_CALL", ["toolCall": call("PROPOSED")]), delta(2, "END", ["status": "WAITING"])]
    let chat = ChatModel(graph: client(script, stream: stream(deltas)), surroundings: surroundings())
    await chat.send("Log 5 km")
    let proposal = try #require(chat.reply?.proposals.first)
    await chat.approve(proposal)
    #expect(chat.reply?.proposals.isEmpty == true)
    #expect(await script.requests.last?.variables["input"] == ["id": "toolcall_1", "confirmation": "c1", "always": false])
    let approved = try #require(chat.reply?.toolCalls.first)
    let before = await script.requests.count
    await chat.approve(approved)
    #expect(await script.requests.count == before)
  }

  @Test func aProposalIsRejectedWithAReason() async throws {
    await sent()
    await script.set("RejectToolCall", .success(["rejectToolCall": ["toolCall": call("REJECTED"), "errors": []]]))
    let deltas = [delta(1, "TOOL_CALL", ["toolCall": call("PROPOSED")]), delta(2, "END")]
    let chat = ChatModel(graph: client(script, stream: stream(deltas)), surroundings: surroundings())
    await chat.send("Log 5 km")
    await chat.reject(try #require(chat.reply?.proposals.first), reason: String(repeating: "x", count: 900))
    #expect(chat.reply?.toolCalls.first?.state == "REJECTED")
    #expect(await script.requests.last?.variables["input"]?["reason"]?.text?.count == 500)
  }

  @Test func whatCouldNotBeSentGoesBackIntoTheField() async {
    let chat = ChatModel(graph: client(script), surroundings: surroundings())
    await chat.send("Hi")
    #expect(chat.unsent == "Hi")
    #expect(chat.problem == .offline)
    await chat.send("  ")
    #expect(await script.requests.count == 1)
  }

  @Test func aConversationThatIsOpenedGoesOnWithItsReply() async {
    await script.set(
      "Conversation", .success(["conversation": ["messages": ["nodes": [message("message_2", "Hel", status: "STREAMING")]]]]))
    let deltas = [delta(1, "TEXT", ["text": "Hello"]), delta(2, "END", ["status": "STOPPED"])]
    let chat = ChatModel(
      graph: client(script, stream: stream(deltas)), conversationID: ObjectID("conversation_1"), surroundings: surroundings())
    await chat.open()
    #expect(chat.reply?.text == "Hello")
    #expect(chat.reply?.ended == "STOPPED")
  }

  @Test func aConversationThatIsGoneOrUnreachableSaysSo() async {
    await script.set("Conversation", .success(["conversation": nil]))
    let chat = ChatModel(graph: client(script), conversationID: ObjectID("conversation_1"), surroundings: surroundings())
    await chat.open()
    guard case .refused = chat.problem else {
      Issue.record("\(String(describing: chat.problem))")
      return
    }
    await script.set("Conversation", .failure(.unauthenticated))
    await chat.open()
    #expect(chat.problem == .signedOut)
  }

  @Test func aReplyThatIsRefusedEndsWithTheProblem() async {
    await sent()
    let chat = ChatModel(
      graph: client(script, stream: { _ in .init { $0.finish(throwing: GraphFault.refused(code: "NOT_FOUND", message: "Gone.")) } }),
      surroundings: surroundings())
    await chat.send("Hi")
    #expect(chat.problem == .refused("Gone."))
    await script.set("StopMessage", .success(["stopMessage": ["message": nil, "errors": []]]))
    await chat.stop()
    #expect(await script.requests.last?.operation.name == "StopMessage")
  }
}
