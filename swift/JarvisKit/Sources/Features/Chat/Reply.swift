import Foundation
import Models

/// What a piece of a reply tells.
enum DeltaKind: String, OpenEnum {
  case text = "TEXT"
  case toolCall = "TOOL_CALL"
  case usage = "USAGE"
  case end = "END"
  case unknown
}

/// A piece of a reply, by its number.
struct Delta: Decodable, Sendable, Equatable {
  let sequence: Int
  let kind: DeltaKind
  let text: String?
  let toolCall: ToolCall?
  let status: MessageStatus?
}

struct DeltaAnswer: Decodable {
  let messageStream: Delta?
}

/// A reply as it is written: its deltas, each taken once and in order.
public struct Reply: Sendable, Equatable {
  /// The message as far as it has come.
  public private(set) var message: Message
  public private(set) var sequence = 0
  private var text = ""
  private var hasEnded = false

  init(_ message: Message) { self.message = message }

  /// Whether nothing more comes.
  public var isOver: Bool { hasEnded }
  /// Whether it is the person's turn.
  public var waitsForPerson: Bool { !hasEnded && !message.proposals.isEmpty }

  /// Takes a delta. One that was taken already is nothing new.
  mutating func take(_ delta: Delta) {
    guard delta.sequence > sequence else { return }
    sequence = delta.sequence
    switch delta.kind {
    case .text:
      text += delta.text ?? ""
      // What the server had already told of a reply that is opened midway stays until its beginning was heard again.
      if text.utf8.count >= message.content.utf8.count { message.content = text }
    case .toolCall:
      if let call = delta.toolCall { message.put(call) }
    case .end:
      hasEnded = true
      message.content = text
      message.status = delta.status ?? .complete
    case .usage, .unknown: break
    }
    if !hasEnded { message.status = message.proposals.isEmpty ? .streaming : .waiting }
  }

  mutating func put(_ call: ToolCall) {
    message.put(call)
    if !hasEnded, message.proposals.isEmpty, message.status == .waiting { message.status = .streaming }
  }

  /// Takes the whole of what it came to.
  mutating func end(as message: Message) {
    hasEnded = true
    self.message = message
  }
}
