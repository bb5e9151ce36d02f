import Foundation
import Models

/// Who can answer.
public struct AiProvider: Decodable, Sendable, Equatable, Identifiable {
  /// What consents and settings call it.
  public let name: String
  public let model: String
  /// Whether data stays with Jarvis: then no consent is needed.
  public let isLocal: Bool
  public let consentedClasses: [DataClass]
  /// Whether it answers now.
  public let available: Bool
  public var id: String { name }

  /// Whether it may get what the person writes, and so can answer.
  public var mayAnswer: Bool { isLocal || consentedClasses.contains(.messages) }
}

/// How the person wants the assistant.
public struct AssistantSettings: Decodable, Sendable, Equatable {
  /// Who answers; nil is the first one that the person has consented to.
  public internal(set) var provider: String?
  /// Whether fitting notes, messages and research are looked for.
  public internal(set) var retrieval: Bool
  /// Tools that may change things without asking each time.
  public internal(set) var allowedTools: [String]
  let version: Int
}

/// What today has cost, in US dollars.
public struct AiBudget: Decodable, Sendable, Equatable {
  public let limit: Amount
  public let spent: Amount
  public let calls: Int
  public let inputTokens: Int
  public let outputTokens: Int

  /// Which part of the limit is used, 0 to 1.
  public var usedPart: Double { limit > 0 ? min(1, spent.approximation / limit.approximation) : 1 }
}

public struct AssistantValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public internal(set) var assistantSettings: AssistantSettings?
    public let aiBudget: AiBudget?
  }
  public let aiProviders: [AiProvider]?
  public internal(set) var viewer: Viewer?

  public var providers: [AiProvider] { aiProviders ?? [] }
  /// Who gets data outside of Jarvis.
  public var recipients: [AiProvider] { providers.filter { !$0.isLocal } }
  /// Who answers when nobody else is named.
  public var answering: AiProvider? {
    let able = providers.filter(\.mayAnswer)
    return able.first { $0.name == viewer?.assistantSettings?.provider } ?? able.first
  }
}
