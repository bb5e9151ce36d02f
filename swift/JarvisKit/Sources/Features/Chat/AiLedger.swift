import Foundation
import Graph
import Models

/// What a call to a language model was for.
public enum AiPurpose: String, OpenEnum {
  case reply = "REPLY"
  case summary = "SUMMARY"
  case insight = "INSIGHT"
  case research = "RESEARCH"
  case unknown
}

/// What became of a call to a language model.
public enum AiOutcome: String, OpenEnum {
  case pending = "PENDING"
  case ok = "OK"
  case stopped = "STOPPED"
  case lost = "LOST"
  case rateLimited = "RATE_LIMITED"
  case overloaded = "OVERLOADED"
  case unavailable = "UNAVAILABLE"
  case timeout = "TIMEOUT"
  case rejected = "REJECTED"
  case protocolBroken = "PROTOCOL"
  case unknown
}

/// A call to a language model: what was sent to whom, and what it cost.
public struct AiCall: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let purpose: AiPurpose
  public let provider: String
  public let model: String
  public let dataClasses: [DataClass]
  public let outcome: AiOutcome
  public let inputTokens: Int
  public let outputTokens: Int
  /// Whether the tokens are the server's estimate.
  public let estimated: Bool
  /// In US dollars; while it runs, the most it may cost.
  public let cost: Amount
  public let startedAt: Date
}

public struct AiLedgerValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var aiCalls: Connection<AiCall>? }
  public internal(set) var viewer: Viewer?

  public var calls: [AiCall] { viewer?.aiCalls?.nodes ?? [] }

  var aiCalls: Connection<AiCall>? {
    get { viewer?.aiCalls }
    set { viewer?.aiCalls = newValue }
  }
}

/// What was put before the model for a reply.
public enum ContextKind: String, OpenEnum {
  case instructions = "INSTRUCTIONS"
  case tools = "TOOLS"
  case memory = "MEMORY"
  case summary = "SUMMARY"
  case message = "MESSAGE"
  case object = "OBJECT"
  case retrieved = "RETRIEVED"
  case unknown
}

/// Why something was not put before the model.
public enum ContextOmission: String, OpenEnum {
  case noRoom = "NO_ROOM"
  case noConsent = "NO_CONSENT"
  case summarised = "SUMMARISED"
  case unknown
}

/// How a reply was made.
public struct ReplyDetailValue: Decodable, Sendable, Equatable {
  public struct Item: Decodable, Sendable, Equatable {
    public let kind: ContextKind
    public let label: String
    /// Estimated.
    public let tokens: Int
    /// Nil where it was put before the model.
    public let omitted: ContextOmission?
  }
  public struct Node: Decodable, Sendable, Equatable {
    public let provider: String?
    public let model: String?
    public let endedBecause: ReplyEnd?
    public let context: [Item]?
    public let toolCalls: [ToolCall]?
    public let aiCalls: [AiCall]?
  }
  public let node: Node?
}

extension Parts {
  /// Every call to a language model, newest first.
  @MainActor public func aiLedger() -> QueryModel<AiLedgerValue> {
    model(
      Document.aiLedger, isEmpty: { $0.calls.isEmpty },
      paging: Paging(\.aiCalls))
  }

  /// How a reply was made: what the model was given, what was left out, what it cost.
  @MainActor public func replyDetail(_ message: ObjectID) -> QueryModel<ReplyDetailValue> {
    model(Document.replyDetail, ["messageId": .string(message.rawValue)], isKept: false)
  }
}
