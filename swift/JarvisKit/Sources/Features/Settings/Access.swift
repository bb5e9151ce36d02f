import Foundation
import Graph
import Models

/// What a key may do.
public enum Scope: String, Sendable, CaseIterable {
  case readProfile = "profile:read"
  case writeProfile = "profile:write"
  case readGoals = "goals:read"
  case writeGoals = "goals:write"
  case readChat = "chat:read"
  case writeChat = "chat:write"
  case readResearch = "research:read"
  case writeResearch = "research:write"
  case readIntegrations = "integrations:read"
  case writeIntegrations = "integrations:write"
  case readSchema = "schema:read"
}

/// A key with which another program works for the person. The key itself is not among it.
public struct ApiKey: Decodable, Sendable, Equatable, Identifiable {
  public enum State: Sendable, Equatable { case holds, ended, revoked }

  public let id: ObjectID
  public let name: String
  /// How it begins, to tell keys apart.
  public let prefix: String
  /// As the server has them; of those that this version of the app can name, `known`.
  public let scopes: [String]
  public let expiresAt: Date?
  public let lastUsedAt: Date?
  public internal(set) var revokedAt: Date?
  public let createdAt: Date

  public var known: [Scope] { Scope.allCases.filter { scopes.contains($0.rawValue) } }

  public func state(at now: Date) -> State {
    if revokedAt != nil { return .revoked }
    return expiresAt.map { $0 <= now } == true ? .ended : .holds
  }
}

/// A key as it is made: the only time that it can be read.
public struct NewApiKey: Decodable, Sendable, Equatable {
  public let apiKey: ApiKey
  public let key: String
}

/// A key that is to be made.
public struct ApiKeyDraft: Equatable, Sendable {
  /// How long it holds.
  public enum Lifetime: Int, Sendable, CaseIterable {
    case month = 30
    case quarter = 90
    case year = 365
    case forever = 0
  }
  public static let longestName = 100

  public var name = ""
  public var scopes: Set<Scope> = []
  public var lifetime = Lifetime.quarter

  public init() {}

  var trimmed: String { name.trimmingCharacters(in: .whitespacesAndNewlines) }
  public var canBeMade: Bool { !trimmed.isEmpty && trimmed.utf16.count <= Self.longestName && !scopes.isEmpty }

  func input(now: Date) -> JSONValue {
    let ends = lifetime == .forever ? JSONValue.null : .string(JSON.text(of: now.addingTimeInterval(Double(lifetime.rawValue) * 86_400)))
    return [
      "name": .string(trimmed), "scopes": .array(Scope.allCases.filter(scopes.contains).map { .string($0.rawValue) }), "expiresAt": ends,
    ]
  }
}

extension SettingsModel {
  // MARK: Sign-ins and devices

  /// Signs out another app. This one signs out by `SignInModel`.
  public func revoke(_ app: SignedInApp) async {
    guard !app.current else { return }
    await takeAway(app, from: \.sessions, by: Document.revokeSession)
  }

  private static let others = ObjectID("otherSessions")

  struct Revoked: Decodable { let count: Int? }

  /// Signs out everywhere but here.
  public func revokeOthers() async {
    revokedCount = nil
    await work.run(on: Self.others) {
      revokedCount = try await parts.graph.change(Request(Document.revokeOtherSessions), as: Revoked.self).count
      edit { $0.sessions?.removeAll { !$0.current } }
    }
  }

  /// Forgets a device: nothing is pushed to it any more.
  public func remove(_ device: KnownDevice) async { await takeAway(device, from: \.devices, by: Document.removeDevice) }

  // MARK: API keys

  private static let making = ObjectID("newKey")
  public var isMakingKey: Bool { work.subjects.contains(Self.making) }

  /// Makes a key: `newKey` has it until the person has put it away.
  @discardableResult
  public func makeKey(_ draft: ApiKeyDraft) async -> Bool {
    guard draft.canBeMade else { return false }
    return await work.run(on: Self.making) {
      let made = try await parts.graph.change(
        Request(Document.createApiKey, ["input": draft.input(now: parts.surroundings.now())]), as: NewApiKey.self)
      newKey = made
      edit { $0.apiKeys?.insert(made.apiKey, at: 0) }
    }
  }

  /// The person has kept the new key: it is not shown again.
  public func putAwayKey() { newKey = nil }

  struct RevokedKey: Decodable { let apiKey: ApiKey }

  /// Ends a key for good.
  public func revoke(_ key: ApiKey) async {
    await work.run(on: key.id) {
      let revoked = try await parts.graph.change(
        Request(Document.revokeApiKey, ["input": ["id": .string(key.id.rawValue)]]), as: RevokedKey.self
      ).apiKey
      edit { viewer in
        guard let place = viewer.apiKeys?.firstIndex(where: { $0.id == key.id }) else { return }
        viewer.apiKeys?[place] = revoked
      }
    }
  }

  // MARK: Consents

  /// What may be sent, by who gets it.
  public var consents: [(provider: String, classes: [ActiveConsent])] {
    Dictionary(grouping: viewer?.aiConsents ?? [], by: \.provider).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Ends consents: of one class, or of all that this provider has. Nothing is sent from now on.
  public func withdraw(provider: String, _ dataClass: DataClass? = nil) async {
    var input: [String: JSONValue] = ["provider": .string(provider)]
    if let dataClass { input["dataClasses"] = [.string(dataClass.rawValue)] }
    await work.run(on: ObjectID("consent.\(provider).\(dataClass?.rawValue ?? "")")) {
      try await parts.graph.change(Request(Document.withdrawAiConsent, ["input": .object(input)]))
      edit { viewer in
        viewer.aiConsents?.removeAll { $0.provider == provider && (dataClass == nil || $0.dataClass == dataClass) }
      }
    }
  }
}

/// A consent as it was given once.
public struct PastConsent: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let provider: String
  public let dataClass: DataClass
  /// Version of the text that the person agreed to.
  public let disclosureVersion: String
  public let grantedAt: Date
  public let withdrawnAt: Date?
}

public struct ConsentHistoryValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var aiConsentHistory: Connection<PastConsent>? }
  public internal(set) var viewer: Viewer?

  var history: Connection<PastConsent>? {
    get { viewer?.aiConsentHistory }
    set { viewer?.aiConsentHistory = newValue }
  }
}

extension Parts {
  /// Every consent that was ever given, newest first.
  @MainActor public func consentHistory() -> QueryModel<ConsentHistoryValue> {
    model(Document.consentHistory, isEmpty: { $0.history?.nodes.isEmpty ?? false }, paging: Paging(\.history))
  }
}
