import Foundation
import Models

/// Who speaks in a message.
public enum MessageRole: String, OpenEnum {
  case user = "USER"
  case assistant = "ASSISTANT"
  case system = "SYSTEM"
  case unknown
}

/// How far a message has come.
public enum MessageStatus: String, OpenEnum {
  case pending = "PENDING"
  case streaming = "STREAMING"
  /// For the person, to approve or reject what the assistant proposes.
  case waiting = "WAITING"
  case complete = "COMPLETE"
  case stopped = "STOPPED"
  case failed = "FAILED"
  case unknown

  /// Whether the reply goes on, by itself or once the person has answered.
  public var isOpen: Bool { self == .pending || self == .streaming || self == .waiting }
}

/// Where a message comes from.
public enum MessageOrigin: String, OpenEnum {
  case written = "WRITTEN"
  case generated = "GENERATED"
  /// From elsewhere: nobody can say who really wrote it.
  case imported = "IMPORTED"
  case unknown
}

/// Why a reply ended.
public enum ReplyEnd: String, OpenEnum {
  case finished = "FINISHED"
  case length = "LENGTH"
  case refusal = "REFUSAL"
  case limit = "LIMIT"
  case stopped = "STOPPED"
  case budget = "BUDGET"
  case noConsent = "NO_CONSENT"
  case unavailable = "UNAVAILABLE"
  case interrupted = "INTERRUPTED"
  case unknown
}

/// Whether a tool reads or changes something.
public enum ToolKind: String, OpenEnum {
  case read = "READ"
  case write = "WRITE"
  case unknown
}

/// How far a tool call has come.
public enum ToolState: String, OpenEnum {
  case proposed = "PROPOSED"
  case approved = "APPROVED"
  case rejected = "REJECTED"
  /// The person went on without answering: it did not run.
  case superseded = "SUPERSEDED"
  case running = "RUNNING"
  case done = "DONE"
  case failed = "FAILED"
  case unknown
}

/// What the assistant did or proposes, as the person is shown it.
public struct ToolCall: Decodable, Sendable, Equatable, Identifiable {
  public struct Detail: Decodable, Sendable, Equatable {
    public let name: String
    public let value: String
    /// The object that the value is the name of.
    public let objectId: ObjectID?
  }
  public let id: ObjectID
  public let tool: String
  public let kind: ToolKind
  public let state: ToolState
  public let title: String
  public let details: [Detail]
  /// Stands for exactly what is shown; an approval sends it back.
  public let confirmation: String?
  /// Whether text that others wrote was read before, which may have talked the assistant into this.
  public let tainted: Bool
  public let version: Int

  public var waitsForPerson: Bool { state == .proposed }
  /// Whether this tool may be allowed once and for all: not what was proposed under the influence of others.
  public var mayBeAllowedAlways: Bool { kind == .write && !tainted }
}

/// A message as a conversation shows it.
public struct Message: Decodable, Sendable, Equatable, Identifiable {
  public struct Reference: Decodable, Sendable, Equatable { public let id: ObjectID }
  public let id: ObjectID
  public let role: MessageRole
  public internal(set) var content: String
  public internal(set) var status: MessageStatus
  public let origin: MessageOrigin
  public let model: String?
  public let provider: String?
  public let endedBecause: ReplyEnd?
  /// What it follows; nil for a first message.
  public let parent: Reference?
  /// What stands in the same place, itself included, oldest first.
  public let siblings: [Reference]
  public internal(set) var toolCalls: [ToolCall]
  public let createdAt: Date
  let version: Int

  public var proposals: [ToolCall] { toolCalls.filter(\.waitsForPerson) }
  public var isOpen: Bool { role == .assistant && status.isOpen }

  /// Which of how many versions this is, from 1; nil where there is only one.
  public var branch: (number: Int, count: Int)? {
    guard siblings.count > 1, let place = siblings.firstIndex(where: { $0.id == id }) else { return nil }
    return (place + 1, siblings.count)
  }

  /// The version so many places on; nil where there is none.
  public func sibling(_ offset: Int) -> ObjectID? {
    guard let place = siblings.firstIndex(where: { $0.id == id }), siblings.indices.contains(place + offset) else { return nil }
    return siblings[place + offset].id
  }

  /// Lays over what was heard of a tool call, unless something newer is known.
  mutating func put(_ call: ToolCall) {
    guard let place = toolCalls.firstIndex(where: { $0.id == call.id }) else { return toolCalls.append(call) }
    if call.version >= toolCalls[place].version { toolCalls[place] = call }
  }
}

extension [Message] {
  /// Puts a message where it belongs: in its own place, or behind the one that it follows, where nothing of another branch stays.
  /// - Returns: false when what it follows is not here: it stands at the end, and somebody had better look.
  @discardableResult
  mutating func place(_ message: Message) -> Bool {
    if let place = firstIndex(where: { $0.id == message.id }) {
      if message.version >= self[place].version { self[place] = message }
      return true
    }
    let parent = message.parent.flatMap { parent in firstIndex { $0.id == parent.id } }
    if let parent { removeSubrange((parent + 1)...) } else if message.parent == nil { removeAll() }
    append(message)
    return parent != nil || message.parent == nil
  }
}
