import Foundation
import Graph
import Models
import Observation

/// What is connected, and what could be.
@MainActor @Observable public final class ConnectionsModel {
  /// A sign-in at a service, begun and not ended. It counts for ten minutes, once.
  public struct Attempt: Codable, Equatable, Sendable {
    public let authorizationUrl: URL
    /// Known by this, the person comes back.
    let state: String
    let expiresAt: Date
  }
  /// The address that a service is to call, and the secret with which it signs: the secret is shown this once.
  public struct Incoming: Equatable, Sendable {
    public let connection: ObjectID
    public let label: String
    public let address: URL?
    public let secret: String?
  }
  /// How the person came back.
  public enum Return: Equatable, Sendable {
    /// It is connected.
    case connected(ServiceConnection)
    /// The person said no at the service, or it gave no access.
    case declined
    /// No sign-in was begun here that this could be the end of, or its time is over: it is to be begun again.
    case notExpected
    /// The server did not take it: `work.problem` says why.
    case failed
  }

  /// The scheme of the address to which the person comes back.
  public static let callbackScheme = "jarvis"
  static let returnAddress = "jarvis://connected"
  private static let note = "connecting"

  public let query: QueryModel<ConnectionsValue>
  public let work = Work()
  /// The page of the service at which the person is to sign in, until they come back.
  public private(set) var attempt: Attempt?
  public private(set) var incoming: Incoming?

  @ObservationIgnored private let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    query = parts.model(Document.connections)
  }

  public var connections: [ServiceConnection] { query.screen.value?.connections ?? [] }
  public var services: [Service] { query.screen.value?.integrationProviders ?? [] }
  /// What needs the person.
  public var attentionCount: Int { connections.count { $0.status == .needsSignIn || $0.status == .failing } }

  // MARK: Signing in at a service

  struct Begun: Decodable {
    let authorizationUrl: URL
    let state: String
    let expiresAt: Date
  }

  /// Begins to connect a service. When it worked, `attempt` has the page to open.
  /// - Parameter connection: one that is to be connected again.
  @discardableResult
  public func begin(_ service: String, again connection: ServiceConnection? = nil) async -> Bool {
    await work.run(on: ObjectID(service)) {
      var input: [String: JSONValue] = ["provider": .string(service), "returnTo": .string(Self.returnAddress)]
      if let connection { input["connectionId"] = .string(connection.id.rawValue) }
      let begun = try await parts.graph.change(Request(Document.beginConnection, ["input": .object(input)]), as: Begun.self)
      // A page of the web, and nothing that opens another app.
      guard begun.authorizationUrl.scheme?.lowercased() == "https" || Self.isLocal(begun.authorizationUrl) else {
        throw GraphFault.unreadable("A page to sign in at that is none.")
      }
      let new = Attempt(authorizationUrl: begun.authorizationUrl, state: begun.state, expiresAt: begun.expiresAt)
      // The app may be ended while the person is away.
      try? await parts.store.write([.setNote(Self.note, JSONValue(new))])
      attempt = new
    }
  }

  /// A server in development has services of its own on this machine.
  private static func isLocal(_ url: URL) -> Bool { url.scheme == "http" && ["localhost", "127.0.0.1"].contains(url.host) }

  /// The person closed the page.
  public func dropAttempt() async {
    attempt = nil
    try? await parts.store.write([.setNote(Self.note, nil)])
  }

  struct Connected: Decodable { let connection: ServiceConnection }

  /// Ends a sign-in with the parameters of the address that the person came back to.
  public func complete(_ parameters: [String: String]) async -> Return {
    var begun = attempt
    if begun == nil { begun = try? await parts.store.note(Self.note)?.read(as: Attempt.self) }
    guard let begun, parameters["state"] == begun.state, begun.expiresAt > parts.surroundings.now() else { return .notExpected }
    var connected: ServiceConnection?
    // Also a refusal goes to the server, which forgets the attempt.
    await work.run(on: ObjectID("complete")) {
      let others = parameters.filter { $0.key != "state" }.mapValues { JSONValue.string($0) }
      let input: JSONValue = ["state": .string(begun.state), "parameters": .object(others)]
      connected = try await parts.graph.change(Request(Document.completeConnection, ["input": input]), as: Connected.self).connection
    }
    if parameters["error"] != nil {
      work.dismissProblem()
      await dropAttempt()
      return .declined
    }
    guard let connected else {
      // Without a network it can be tried once more; what the server has refused is over.
      if case .refused = work.problem { await dropAttempt() }
      return .failed
    }
    await dropAttempt()
    put(connected)
    return .connected(connected)
  }

  // MARK: Services that call

  struct NewIncoming: Decodable {
    struct Address: Decodable { let incomingAddress: URL? }
    let connection: ServiceConnection
    let incomingAddress: URL?
    let secret: String?

    private enum Keys: String, CodingKey { case connection, secret }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      connection = try container.decode(ServiceConnection.self, forKey: .connection)
      incomingAddress = try container.decode(Address.self, forKey: .connection).incomingAddress
      secret = try container.decodeIfPresent(String.self, forKey: .secret)
    }
  }

  /// Gives a service an address to call: `incoming` has it, with the secret, until the person has put it away.
  @discardableResult
  public func connectIncoming(_ service: Service, label: String) async -> Bool {
    await work.run(on: ObjectID(service.id)) {
      var input: [String: JSONValue] = ["provider": .string(service.id)]
      let trimmed = label.trimmingCharacters(in: .whitespacesAndNewlines)
      if !trimmed.isEmpty { input["label"] = .string(String(trimmed.prefix(100))) }
      show(try await parts.graph.change(Request(Document.connectWebhookProvider, ["input": .object(input)]), as: NewIncoming.self))
    }
  }

  /// Replaces the secret with which a service signs.
  @discardableResult
  public func replaceSecret(_ connection: ServiceConnection) async -> Bool {
    await work.run(on: connection.id) {
      let input: JSONValue = ["id": .string(connection.id.rawValue)]
      show(try await parts.graph.change(Request(Document.rotateIncomingSecret, ["input": input]), as: NewIncoming.self))
    }
  }

  private func show(_ new: NewIncoming) {
    put(new.connection)
    incoming = Incoming(connection: new.connection.id, label: new.connection.label, address: new.incomingAddress, secret: new.secret)
  }

  public func putAwayIncoming() { incoming = nil }

  // MARK: What is connected

  /// Fetches what is new now.
  public func sync(_ connection: ServiceConnection) async { await change(connection, Document.syncConnection, [:]) }

  public func setPaused(_ connection: ServiceConnection, _ paused: Bool) async {
    await change(connection, Document.updateConnection, ["paused": .bool(paused)])
  }

  public func rename(_ connection: ServiceConnection, _ label: String) async {
    let trimmed = String(label.trimmingCharacters(in: .whitespacesAndNewlines).prefix(100))
    guard !trimmed.isEmpty, trimmed != connection.label else { return }
    await change(connection, Document.updateConnection, ["label": .string(trimmed)])
  }

  private func change(_ connection: ServiceConnection, _ document: Document, _ input: [String: JSONValue]) async {
    await work.run(on: connection.id) {
      let input = JSONValue.object(input).merging(["id": .string(connection.id.rawValue)])
      put(try await parts.graph.change(Request(document, ["input": input]), as: Connected.self).connection)
    }
  }

  /// Ends it, and deletes what came from it.
  /// - Returns: whether it is gone.
  @discardableResult
  public func disconnect(_ connection: ServiceConnection) async -> Bool {
    await work.run(on: connection.id) {
      do {
        try await parts.graph.change(Request(Document.disconnect, ["input": ["id": .string(connection.id.rawValue)]]))
      } catch let problem as UserError where problem.code == "NOT_FOUND" {
        // Another device was faster.
      }
      query.edit { $0.connections.removeAll { $0.id == connection.id } }
    }
  }

  private func put(_ connection: ServiceConnection) {
    query.edit { value in
      if let place = value.connections.firstIndex(where: { $0.id == connection.id }) {
        value.connections[place] = connection
      } else {
        value.connections.append(connection)
      }
    }
  }

  /// Shows how syncs come along, until the task is cancelled or the person is signed out.
  public func follow(retry: RetryPolicy = .init()) async {
    let events = parts.graph.following(
      Request(Document.syncStatus), retry: retry, in: parts.surroundings, place: { $0["syncStatus"]?["event"]?["id"] })
    do {
      for try await event in events {
        // Disconnected ones are told of without the connection.
        guard case .value(let data) = event, let payload = data["syncStatus"], let known = try? payload.read(as: SyncEvent.self),
          let connection = known.connection, connections.contains(where: { $0.id == connection.id })
        else { continue }
        put(connection)
      }
    } catch {}  // What does not pass, the next request tells, too.
  }
}
