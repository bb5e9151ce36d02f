import Foundation
import Graph
import Models

/// What the person asked for and the server has not taken yet. It is written to the device before it is sent, with the id that it is sent
/// under each time: the server does it once, also when its first answer was lost.
public struct Outgoing: Codable, Sendable, Equatable {
  public enum Kind: Codable, Sendable, Equatable {
    case say
    /// Says a message of the person's differently.
    case edit(ObjectID)
    /// Says something that asks for no answer.
    case note
  }
  /// A conversation to start first, because it is about something.
  struct Start: Codable, Sendable, Equatable {
    let title: String
    let about: [ObjectID]
  }

  /// That the message is going to have.
  public let id: ObjectID
  public let kind: Kind
  public let content: String
  var conversationID: ObjectID?
  var start: Start?
  var interrupts = false

  /// Whether an assistant will read it.
  var isForAssistant: Bool { kind != .note }

  private var input: [String: JSONValue] {
    var input: [String: JSONValue] = ["content": .string(content), "id": .string(id.rawValue)]
    switch kind {
    case .say:
      if let conversationID { input["conversationId"] = .string(conversationID.rawValue) }
      if interrupts { input["interrupt"] = true }
    case .note: input["conversationId"] = conversationID.map { .string($0.rawValue) }
    case .edit(let message):
      input["messageId"] = .string(message.rawValue)
      input["reply"] = true
    }
    return input
  }

  private var document: Document {
    switch kind {
    case .say: Document.sendMessage
    case .edit: Document.editMessage
    case .note: Document.addNote
    }
  }

  /// The mutations that do it, in order.
  var requests: [Request] {
    var requests = [Request(document, ["input": .object(input)])]
    if let start, let conversationID {
      let about = start.about.map { JSONValue.string($0.rawValue) }
      requests.insert(
        Request(
          Document.createConversation,
          ["input": ["id": .string(conversationID.rawValue), "title": .string(start.title), "contextIds": .array(about)]]), at: 0)
    }
    return requests
  }

  /// What the store keeps of a conversation: what was typed, and what is on its way.
  struct Kept: Codable, Equatable {
    var draft: String
    var outgoing: Outgoing?
  }

  /// Under which name it is kept: of the conversation, or of what one that has not begun is about.
  static func note(_ subject: ObjectID?) -> String { "draft:\(subject?.rawValue ?? "new")" }

  /// The first words of what is said: what a conversation is called that was given no name.
  static func title(_ content: String) -> String {
    let words = content.prefix(1000).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard words.count > 60 else { return words }
    let cut = words.prefix(60)
    return cut.lastIndex(of: " ").map { String(cut[..<$0]) + "…" } ?? String(cut) + "…"
  }
}
