import Foundation
import Graph
import Models

/// A service, or a kind of data of a device, that Jarvis knows how to work with.
public struct Service: Decodable, Sendable, Equatable, Identifiable {
  /// How it is connected.
  public enum Kind: String, OpenEnum {
    /// The person's device reads the data and sends it.
    case device = "DEVICE"
    /// The person signs in at the service.
    case signIn = "OAUTH"
    /// The service calls an address of Jarvis.
    case incoming = "WEBHOOK"
    case unknown
  }
  /// What comes from it.
  public enum Content: String, OpenEnum {
    case health = "HEALTH"
    case events = "CALENDAR_EVENTS"
    case tasks = "REMINDERS"
    case mail = "MAIL"
    case transactions = "TRANSACTIONS"
    case payments = "PAYMENTS"
    case social = "SOCIAL"
    case anything = "ANYTHING"
    case unknown
  }
  /// As the schema names it, e.g. `APPLE_HEALTH`.
  public let id: String
  public let name: String
  public let kind: Kind
  public let data: [Content]
  public let available: Bool
  /// The server's sentence on why it cannot be connected there.
  public let unavailableReason: String?
}

/// Something that is connected.
public struct ServiceConnection: Decodable, Sendable, Equatable, Identifiable {
  public enum Status: String, OpenEnum {
    case active = "ACTIVE"
    /// The person has to sign in at the service again.
    case needsSignIn = "NEEDS_REAUTH"
    case paused = "PAUSED"
    case failing = "ERROR"
    case unknown
  }
  public struct Provider: Decodable, Sendable, Equatable {
    public let id: String
    public let name: String
    public let kind: Service.Kind
  }
  public let id: ObjectID
  public let label: String
  /// What the account is known by at the service, e.g. an address.
  public let accountLabel: String?
  public let status: Status
  /// The server's sentence on why it needs attention.
  public let statusReason: String?
  public let syncing: Bool
  public let lastSyncAt: Date?
  public let nextSyncAt: Date?
  public let version: Int
  public let provider: Provider

  /// Whether the server can be asked to fetch: what a device or a service sends comes by itself.
  public var canSync: Bool { provider.kind == .signIn && status == .active && !syncing }
}

public struct ConnectionsValue: Decodable, Sendable, Equatable {
  public struct List: Decodable, Sendable, Equatable { public internal(set) var nodes: [ServiceConnection] }
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var connections: List? }
  public internal(set) var viewer: Viewer?
  public let integrationProviders: [Service]

  var connections: [ServiceConnection] {
    get { viewer?.connections?.nodes ?? [] }
    set { viewer?.connections?.nodes = newValue }
  }
}

/// A line in the log of a connection.
public struct ConnectionEvent: Decodable, Sendable, Equatable, Identifiable {
  public enum Kind: String, OpenEnum {
    case connected = "CONNECTED"
    case paused = "PAUSED"
    case resumed = "RESUMED"
    case synced = "SYNCED"
    case failed = "FAILED"
    case unknown
  }
  public let id: ObjectID
  public let kind: Kind
  /// The server's own sentence.
  public let message: String?
  /// How many items came, were new or other, and were deleted.
  public let received: Int
  public let changed: Int
  public let deleted: Int
  public let at: Date
}

public struct ConnectionDetailValue: Decodable, Sendable, Equatable {
  public struct Detail: Decodable, Sendable, Equatable {
    public let connection: ServiceConnection
    /// What the service lets Jarvis do, in its own words.
    public let scopes: [String]
    public let createdAt: Date
    public internal(set) var log: Connection<ConnectionEvent>?

    private enum Keys: String, CodingKey { case scopes, createdAt, log }

    public init(from decoder: any Decoder) throws {
      connection = try ServiceConnection(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      scopes = try container.decode([String].self, forKey: .scopes)
      createdAt = try container.decode(Date.self, forKey: .createdAt)
      log = try container.decodeIfPresent(Connection<ConnectionEvent>.self, forKey: .log)
    }
  }
  public internal(set) var node: Detail?

  var log: Connection<ConnectionEvent>? {
    get { node?.log }
    set { node?.log = newValue }
  }
}

/// How a sync came along.
struct SyncEvent: Decodable, Sendable, Equatable {
  let connection: ServiceConnection?
}

extension Parts {
  @MainActor public func connections() -> ConnectionsModel { ConnectionsModel(self) }

  /// One connection with its log; empty when it is no more.
  @MainActor public func connection(_ id: ObjectID) -> QueryModel<ConnectionDetailValue> {
    model(
      Document.connectionDetail, ["id": .string(id.rawValue)], isEmpty: { $0.node == nil }, paging: Paging(\.log))
  }
}
