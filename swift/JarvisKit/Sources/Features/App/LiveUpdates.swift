import Foundation
import Graph
import Models
import Persistence

/// What happens on the person's other devices and at the server, while the app is open. It goes on after the last event that was seen, also
/// after the app was closed: nothing is missed.
public struct LiveUpdates: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case progressUpdated, goalCompleted, notificationCreated, notificationUpdated, researchCompleted

    var document: Document {
      switch self {
      case .progressUpdated: Document.progressUpdated
      case .goalCompleted: Document.goalCompleted
      case .notificationCreated: Document.notificationCreated
      case .notificationUpdated: Document.notificationUpdated
      case .researchCompleted: Document.researchCompleted
      }
    }
  }

  public enum Event: Sendable, Equatable {
    case happened(Kind, JSONValue)
    case away(Kind)
  }

  let graph: GraphClient
  let store: any Store
  let surroundings: Surroundings
  let retry: RetryPolicy

  public init(graph: GraphClient, store: any Store, surroundings: Surroundings, retry: RetryPolicy = .init()) {
    self.graph = graph
    self.store = store
    self.surroundings = surroundings
    self.retry = retry
  }

  /// Follows the events of a kind. Throws what does not pass by itself, e.g. `.unauthenticated`.
  public func events(_ kind: Kind) -> AsyncThrowingStream<Event, any Error> {
    let name = kind.rawValue
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let after = try await store.note("event:\(name)")
          let stream = graph.following(
            Request(kind.document), after: after, retry: retry, in: surroundings, place: { $0[name]?["event"]?["id"] })
          for try await event in stream {
            switch event {
            case .away: continuation.yield(.away(kind))
            case .value(let data):
              guard let payload = data[name] else { continue }
              continuation.yield(.happened(kind, payload))
              // Noted when it was handed on: a crash between the two repeats one event, and loses none.
              if let place = payload["event"]?["id"] { try await store.write([.setNote("event:\(name)", place)]) }
            }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
