import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

/// Answers that a client gave in the server's place.
@MainActor @Suite struct KeptAnswers {
  struct Value: Decodable, Sendable, Equatable { let title: String }

  /// A client that has a kept answer, and no server once `isAway` is set.
  actor Client {
    var isAway = true
    private(set) var requests: [Request] = []
    func set(away: Bool) { isAway = away }
    func answer(_ request: Request) throws -> Answer {
      requests.append(request)
      if !isAway { return Answer(data: ["title": "Now"]) }
      guard request.mayBeKept else { throw GraphFault.offline }
      return Answer(data: ["title": "Kept"], problems: [], keptAt: Date(timeIntervalSince1970: 1_770_000_000))
    }
  }

  let kept = Client()
  let store = MemoryStore()
  let then = Date(timeIntervalSince1970: 1_770_000_000)

  func model() -> QueryModel<Value> {
    let kept = kept
    let graph = GraphClient(execute: { try await kept.answer($0) }, subscribe: { _ in .init { $0.finish() } })
    return QueryModel(
      Request(.notifications), graph: graph, store: store, surroundings: surroundings(),
      paging: Paging(cursor: { _ in "c" }, join: { first, _ in first }))
  }

  @Test func areShownWithTheirTimeWhereNothingElseIs() async {
    let model = model()
    await model.open()
    #expect(model.screen == .content(Value(title: "Kept"), .offline(since: then)))
    await kept.set(away: false)
    await model.refresh()
    #expect(model.screen == .content(Value(title: "Now"), nil))
  }

  @Test func doNotTakeThePlaceOfWhatWasSeen() async {
    await kept.set(away: false)
    await model().open()
    await kept.set(away: true)
    let later = model()
    await later.open()
    #expect(later.screen == .content(Value(title: "Now"), .offline(since: surroundings().now())))
  }

  @Test func areNotStoredAsIfTheServerHadGivenThem() async throws {
    await model().open()
    let again = model()
    await kept.set(away: false)
    await again.open()
    #expect(again.screen == .content(Value(title: "Now"), nil))
    await kept.set(away: true)
    let last = model()
    await last.open()
    #expect(last.screen == .content(Value(title: "Now"), .offline(since: surroundings().now())))
  }

  @Test func areNotTakenForTheNextPageOfAList() async {
    let model = model()
    await model.open()
    await model.more()
    #expect(model.moreProblem == .offline)
    #expect(await kept.requests.map(\.mayBeKept) == [true, false])
  }
}
