import Foundation
import Models

/// What the assistant did or proposes, as the person is shown it.
public struct ToolCall: Decodable, Sendable, Equatable, Identifiable {
  public struct Detail: Decodable, Sendable, Equatable {
    public let name: String
    public let value: String
  }
  public let id: ObjectID
  public let tool: String
  public let kind: String
  public let state: String
  public let title: String
  public let details: [Detail]
  /// Stands for exactly what is shown; an approval sends it back.
  public let confirmation: String?
  public let tainted: Bool

  public var waitsForPerson: Bool { state == "PROPOSED" }
}

public struct Message: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let role: String
  public let content: String
  public let status: String
  public let toolCalls: [ToolCall]
}

/// A piece of a reply, by its number.
struct Delta: Decodable, Sendable, Equatable {
  let sequence: Int
  let kind: String
  let text: String?
  let toolCall: ToolCall?
  let status: String?
}

struct DeltaAnswer: Decodable {
  let messageStream: Delta?
}

/// A reply as it is written: its deltas, each taken once and in order.
public struct Reply: Sendable, Equatable {
  public let messageID: ObjectID
  public private(set) var text = ""
  public private(set) var toolCalls: [ToolCall] = []
  public private(set) var sequence = 0
  /// How it ended: COMPLETE, STOPPED, FAILED. Nil while it goes on.
  public private(set) var ended: String?

  public init(messageID: ObjectID) { self.messageID = messageID }

  public var proposals: [ToolCall] { toolCalls.filter(\.waitsForPerson) }

  /// Takes a delta. One that was taken already is nothing new.
  mutating func take(_ delta: Delta) {
    guard delta.sequence > sequence else { return }
    sequence = delta.sequence
    switch delta.kind {
    case "TEXT": text += delta.text ?? ""
    case "TOOL_CALL":
      if let call = delta.toolCall { put(call) }
    case "END": ended = delta.status ?? "COMPLETE"
    default: break
    }
  }

  mutating func put(_ call: ToolCall) {
    if let place = toolCalls.firstIndex(where: { $0.id == call.id }) { toolCalls[place] = call } else { toolCalls.append(call) }
  }
}
