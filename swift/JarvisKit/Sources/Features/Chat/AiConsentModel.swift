import Foundation
import Graph
import Models
import Observation

/// Which data may be sent to whom. A person is asked before the first question to the assistant; what they answer holds on all their devices.
@MainActor @Observable public final class AiConsentModel {
  /// Version of the text of the consent screen: another text is another version, and consents name the one that was shown.
  public static let disclosureVersion = "app-1"

  public let list: QueryModel<AssistantValue>
  /// Every consent there ever was, newest first.
  public let history: QueryModel<ConsentHistoryValue>
  /// Its subjects are the providers' names.
  public let work = Work()

  @ObservationIgnored private let graph: GraphClient
  @ObservationIgnored private var wasAsked = false

  init(parts: Parts) {
    graph = parts.graph
    list = parts.model(Document.assistant) { $0.providers.isEmpty }
    history = parts.consentHistory()
  }

  public func open() async { await list.open() }

  /// Whether the person has to be asked before something is said to the assistant: somebody outside of Jarvis could answer, and they have
  /// neither allowed nor refused that yet. Where that cannot be found out, they are not asked: the server sends nobody anything without a consent.
  public func mustAsk() async -> Bool {
    if wasAsked { return false }
    if list.screen.value == nil { await list.open() }
    guard let value = list.screen.value, !value.recipients.isEmpty else { return false }
    let settings = value.viewer?.assistantSettings
    let isSettled =
      value.recipients.contains(where: \.mayAnswer) || value.providers.contains { $0.isLocal && $0.name == settings?.provider }
    if isSettled { return false }
    if history.screen.value == nil { await history.open() }
    // Somebody who has withdrawn everything was asked, too.
    return history.screen == .empty
  }

  /// Lets a provider get exactly these classes of data from now on: those that are not named are withdrawn. Any of them needs `messages`,
  /// without which the provider cannot answer; none at all withdraws everything.
  /// - Returns: whether it is so now.
  @discardableResult
  public func allow(_ provider: AiProvider, _ classes: Set<DataClass>) async -> Bool {
    let asked = classes.subtracting([.unknown])
    let wanted = asked.isEmpty ? [] : asked.union([.messages])
    let held = Set(provider.consentedClasses)
    let worked = await work.run(on: ObjectID(provider.name)) {
      let fewer = held.subtracting(wanted)
      if wanted.isEmpty {
        // All of them, those as well that this version of the app does not know.
        try await change(Document.withdrawAiConsent, provider, [:])
      } else if !fewer.subtracting([.unknown]).isEmpty {
        try await change(Document.withdrawAiConsent, provider, ["dataClasses": Self.input(fewer.subtracting([.unknown]))])
      }
      let more = wanted.subtracting(held)
      if !more.isEmpty {
        try await change(
          Document.grantAiConsent, provider,
          ["dataClasses": Self.input(more), "disclosureVersion": .string(Self.disclosureVersion)])
      }
      // Who allows a provider something for the first time, wants to hear it, also where they had the assistant of Jarvis answer until now.
      if held.isEmpty, !more.isEmpty, answersLocally {
        try await graph.change(Request(Document.updateAssistantSettings, ["input": ["provider": .string(provider.name)]]))
      }
    }
    if worked { wasAsked = true }
    await list.refresh()
    if history.screen != .loading { await history.refresh() }
    return worked
  }

  /// Ends every consent of a provider: nothing is sent there from now on.
  @discardableResult
  public func withdraw(_ provider: AiProvider) async -> Bool { await allow(provider, []) }

  /// Has the assistant that is part of Jarvis answer, and nobody else: that is said in the settings, so that no device asks again.
  /// - Returns: whether it is so now.
  @discardableResult
  public func decline() async -> Bool {
    guard let local = list.screen.value?.providers.first(where: \.isLocal) else {
      wasAsked = true
      return true
    }
    let worked = await work.run(on: ObjectID(local.name)) {
      try await graph.change(Request(Document.updateAssistantSettings, ["input": ["provider": .string(local.name)]]))
    }
    if worked {
      wasAsked = true
      list.edit { $0.viewer?.assistantSettings?.provider = local.name }
    }
    return worked
  }

  private var answersLocally: Bool {
    guard let value = list.screen.value, let chosen = value.viewer?.assistantSettings?.provider else { return false }
    return value.providers.contains { $0.isLocal && $0.name == chosen }
  }

  private func change(_ document: Document, _ provider: AiProvider, _ input: [String: JSONValue]) async throws {
    try await graph.change(Request(document, ["input": .object(input.merging(["provider": .string(provider.name)]) { $1 })]))
  }

  private static func input(_ classes: Set<DataClass>) -> JSONValue {
    .array(DataClass.askedFor.filter(classes.contains).map { .string($0.rawValue) })
  }
}

extension Parts {
  @MainActor public func aiConsent() -> AiConsentModel { AiConsentModel(parts: self) }
}
