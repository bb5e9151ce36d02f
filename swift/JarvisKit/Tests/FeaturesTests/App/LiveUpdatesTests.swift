import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

@Suite struct Live {
  @Test(arguments: LiveUpdates.Kind.allCases) func afterARestartItGoesOnAfterTheLastEventThatWasSeen(kind: LiveUpdates.Kind) async throws {
    let store = MemoryStore()
    let opened = Script()
    let graph = client(
      opened,
      stream: { request in
        AsyncThrowingStream { continuation in
          let after = request.variables["after"]?.text ?? "event_0"
          let next = after == "event_0" ? "event_1" : "event_2"
          continuation.yield(Answer(data: [kind.rawValue: ["event": ["id": .string(next)], "after": .string(after)]]))
          continuation.finish(throwing: GraphFault.refused(code: "FORBIDDEN", message: ""))
        }
      })
    var seen: [JSONValue?] = []
    for _ in 0..<2 {
      let live = LiveUpdates(graph: graph, store: store, surroundings: surroundings())
      do {
        for try await event in live.events(kind) { if case .happened(kind, let payload) = event { seen.append(payload["after"]) } }
        Issue.record("It ended.")
      } catch { #expect(error as? GraphFault == .refused(code: "FORBIDDEN", message: "")) }
    }
    #expect(seen == ["event_0", "event_1"])
  }

  @Test func aLostConnectionIsTold() async throws {
    let graph = client(Script(), stream: { _ in .init { $0.finish(throwing: GraphFault.offline) } })
    for try await event in LiveUpdates(graph: graph, store: MemoryStore(), surroundings: surroundings()).events(.progressUpdated) {
      #expect(event == .away(.progressUpdated))
      break
    }
  }
}
