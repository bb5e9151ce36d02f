import Foundation
import Graph
import Models
import Observation

/// An address of another program that is told of the person's events.
public struct Webhook: Decodable, Sendable, Equatable, Identifiable {
  public struct Counts: Decodable, Sendable, Equatable {
    public let waiting: Int
    public let succeeded: Int
    public let failed: Int
    public let discarded: Int
  }
  public let id: ObjectID
  public let url: URL
  public let description: String?
  /// What it is told of, e.g. `progressUpdated`.
  public let subscriptionField: String
  public internal(set) var active: Bool
  /// The server's sentence on why it was switched off.
  public let disabledReason: String?
  public let failingSince: Date?
  public let deliveryCounts: Counts
  public let version: Int
}

/// An event on its way to an address.
public struct WebhookDelivery: Decodable, Sendable, Equatable, Identifiable {
  public enum State: String, OpenEnum {
    case pending = "PENDING"
    case sending = "SENDING"
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    case discarded = "DISCARDED"
    case unknown
  }
  public struct Attempt: Decodable, Sendable, Equatable, Identifiable {
    public let number: Int
    public let at: Date
    public let status: Int?
    public let milliseconds: Int
    public let problem: String?
    public var id: Int { number }
  }
  public let id: ObjectID
  public let eventType: String
  public let eventAt: Date
  public let state: State
  public let attempts: Int
  public let nextAttemptAt: Date?
  public let lastStatus: Int?
  /// The server's sentence on what became of it.
  public let outcome: String?
  public let attemptLog: [Attempt]?
}

public struct WebhooksValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var webhooks: Connection<Webhook>? }
  public internal(set) var viewer: Viewer?

  var webhooks: Connection<Webhook>? {
    get { viewer?.webhooks }
    set { viewer?.webhooks = newValue }
  }
}

public struct WebhookDeliveriesValue: Decodable, Sendable, Equatable {
  public struct Node: Decodable, Sendable, Equatable { public internal(set) var deliveries: Connection<WebhookDelivery>? }
  public internal(set) var node: Node?

  var deliveries: Connection<WebhookDelivery>? {
    get { node?.deliveries }
    set { node?.deliveries = newValue }
  }
}

/// The addresses that are told of the person's events. They are made where programs are written; here they are watched and switched off.
@MainActor @Observable public final class WebhooksModel {
  public let query: QueryModel<WebhooksValue>
  public let work = Work()

  @ObservationIgnored private let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    query = parts.model(Document.webhooks, isEmpty: { $0.webhooks?.nodes.isEmpty ?? false }, paging: Paging(\.webhooks))
  }

  public var webhooks: [Webhook] { query.screen.value?.webhooks?.nodes ?? [] }

  public func deliveries(of webhook: Webhook) -> QueryModel<WebhookDeliveriesValue> {
    parts.model(
      Document.webhookDeliveries, ["id": .string(webhook.id.rawValue)],
      isEmpty: { $0.node == nil || $0.deliveries?.nodes.isEmpty == true }, paging: Paging(\.deliveries))
  }

  struct Saved: Decodable { let webhook: Webhook }

  /// Switches it on or off, at once.
  public func setActive(_ webhook: Webhook, _ active: Bool) async {
    await work.run(on: webhook.id) {
      var wanted = webhook
      wanted.active = active
      put(wanted)
      do {
        let input: JSONValue = ["id": .string(webhook.id.rawValue), "active": .bool(active)]
        put(try await parts.graph.change(Request(Document.updateWebhook, ["input": input]), as: Saved.self).webhook)
      } catch {
        put(webhook)
        throw error
      }
    }
  }

  /// Sends a test: it is among the deliveries.
  @discardableResult
  public func ping(_ webhook: Webhook) async -> Bool {
    await work.run(on: webhook.id) {
      try await parts.graph.change(Request(Document.pingWebhook, ["input": ["id": .string(webhook.id.rawValue)]]))
    }
  }

  /// Deletes it with its deliveries.
  @discardableResult
  public func delete(_ webhook: Webhook) async -> Bool {
    await work.run(on: webhook.id) {
      do {
        try await parts.graph.change(Request(Document.deleteWebhook, ["input": ["id": .string(webhook.id.rawValue)]]))
      } catch let problem as UserError where problem.code == "NOT_FOUND" {
        // Another device was faster.
      }
      query.edit { $0.webhooks?.nodes.removeAll { $0.id == webhook.id } }
    }
  }

  private func put(_ webhook: Webhook) {
    query.edit { value in
      guard let place = value.webhooks?.nodes.firstIndex(where: { $0.id == webhook.id }) else { return }
      value.webhooks?.nodes[place] = webhook
    }
  }
}

extension Parts {
  @MainActor public func webhooks() -> WebhooksModel { WebhooksModel(self) }
}
