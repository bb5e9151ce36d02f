import Foundation
import Graph
import Models
import Observation

/// A conversation with the assistant: what was said, the reply that is being written, and what waits for the person's word.
@MainActor @Observable public final class ChatModel {
  public private(set) var conversationID: ObjectID?
  public private(set) var messages: [Message] = []
  public private(set) var reply: Reply?
  /// The connection to the reply is lost; it goes on when it is back.
  public private(set) var isReconnecting = false
  public private(set) var problem: Problem?
  /// What could not be sent: it goes back into the field.
  public private(set) var unsent: String?

  @ObservationIgnored private let graph: GraphClient
  @ObservationIgnored private let surroundings: Surroundings

  public init(graph: GraphClient, conversationID: ObjectID? = nil, surroundings: Surroundings) {
    self.graph = graph
    self.conversationID = conversationID
    self.surroundings = surroundings
  }

  struct Sent: Decodable {
    struct Conversation: Decodable { let id: ObjectID }
    let message: Message?
    let reply: Message?
    let conversation: Conversation?
  }

  struct Opened: Decodable {
    struct Conversation: Decodable { let messages: Connection<Message>? }
    let conversation: Conversation?
  }

  /// Loads what was said. A reply that is still being written is followed.
  public func open() async {
    guard let conversationID else { return }
    do {
      let opened: Opened = try await graph.run(Request(Document.conversation, ["id": .string(conversationID.rawValue)]))
      messages = opened.conversation?.messages?.nodes ?? []
      problem = opened.conversation == nil ? .refused("This conversation is not there any more.") : nil
      if let last = messages.last, ["PENDING", "STREAMING", "WAITING"].contains(last.status) { await follow(last.id) }
    } catch { problem = Problem(error) }
  }

  /// Says something, and follows the reply to its end.
  public func send(_ text: String) async {
    let content = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !content.isEmpty else { return }
    problem = nil
    unsent = nil
    var input: [String: JSONValue] = ["id": .string(surroundings.makeID(.message).rawValue), "content": .string(content)]
    if let conversationID { input["conversationId"] = .string(conversationID.rawValue) }
    do {
      let sent = try await graph.change(Request(Document.sendMessage, ["input": .object(input)]), as: Sent.self)
      conversationID = sent.conversation?.id ?? conversationID
      if let message = sent.message { messages.append(message) }
      if let reply = sent.reply { await follow(reply.id) }
    } catch {
      unsent = content
      problem = Problem(error)
    }
  }

  private func follow(_ messageID: ObjectID) async {
    var current = reply?.messageID == messageID ? reply ?? Reply(messageID: messageID) : Reply(messageID: messageID)
    reply = current
    let stream = graph.following(
      Request(Document.messageStream, ["messageId": .string(messageID.rawValue)]), after: .int(current.sequence), in: surroundings,
      isLast: { $0["messageStream"]?["kind"] == "END" }, place: { $0["messageStream"]?["sequence"] })
    do {
      for try await event in stream {
        switch event {
        case .away: isReconnecting = true
        case .value(let value):
          isReconnecting = false
          guard let delta = try Answer(data: value).read(as: DeltaAnswer.self).messageStream else { continue }
          current.take(delta)
          // An approval may have put a tool call meanwhile: only what the delta says is laid over.
          reply?.take(delta)
        }
      }
    } catch { problem = Problem(error) }
    isReconnecting = false
  }

  /// Lets the assistant do exactly what is shown.
  public func approve(_ call: ToolCall, always: Bool = false) async {
    guard call.waitsForPerson, let confirmation = call.confirmation else { return }
    await decide(
      Document.approveToolCall, ["id": .string(call.id.rawValue), "confirmation": .string(confirmation), "always": .bool(always)])
  }

  public func reject(_ call: ToolCall, reason: String? = nil) async {
    var input: [String: JSONValue] = ["id": .string(call.id.rawValue)]
    if let reason, !reason.isEmpty { input["reason"] = .string(String(reason.prefix(500))) }
    await decide(Document.rejectToolCall, input)
  }

  struct Decided: Decodable { let toolCall: ToolCall? }

  private func decide(_ document: Document, _ input: [String: JSONValue]) async {
    do {
      let decided = try await graph.change(Request(document, ["input": .object(input)]), as: Decided.self)
      if let call = decided.toolCall { reply?.put(call) }
    } catch { problem = Problem(error) }
  }

  /// Stops the reply; what was said is kept.
  public func stop() async {
    guard let reply, reply.ended == nil else { return }
    do {
      try await graph.change(Request(Document.stopMessage, ["input": ["messageId": .string(reply.messageID.rawValue)]]))
    } catch { problem = Problem(error) }
  }
}
