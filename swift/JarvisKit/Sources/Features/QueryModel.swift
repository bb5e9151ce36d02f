import Foundation
import Graph
import Models
import Observation
import Persistence

/// How a query that is a list goes on.
public struct Paging<Value: Sendable>: Sendable {
  /// The variable that takes the cursor.
  var variable = "after"
  /// Where the next page begins; nil at the end.
  var cursor: @Sendable (Value) -> String?
  /// The pages so far with the next one behind them.
  var join: @Sendable (Value, Value) -> Value
  /// What is shown with what was just loaded of it, which is one page; nil where that page replaces all.
  var renew: (@Sendable (Value, Value) -> Value)?
}

/// A screen that shows the answer to one query: at once what was last seen, then what is so now.
@MainActor @Observable public final class QueryModel<Value: Decodable & Sendable & Equatable> {
  public private(set) var screen: Screen<Value> = .loading
  public private(set) var isRefreshing = false
  public private(set) var isLoadingMore = false
  /// Why the next page could not be had.
  public private(set) var moreProblem: Problem?

  @ObservationIgnored private let request: Request
  @ObservationIgnored private let graph: GraphClient
  @ObservationIgnored private let store: any Store
  @ObservationIgnored private let surroundings: Surroundings
  @ObservationIgnored private let isEmpty: @Sendable (Value) -> Bool
  @ObservationIgnored private let paging: Paging<Value>?
  @ObservationIgnored private let isKept: Bool
  @ObservationIgnored private var seenAt: Date?
  /// What is shown, also when that is nothing: an edit may take away the last of a list, and put it back.
  @ObservationIgnored private var shown: Value?
  @ObservationIgnored private var latest = 0

  public init(
    _ request: Request, graph: GraphClient, store: any Store, surroundings: Surroundings,
    isEmpty: @escaping @Sendable (Value) -> Bool = { _ in false }, paging: Paging<Value>? = nil, isKept: Bool = true
  ) {
    var request = request
    request.mayBeKept = true
    self.request = request
    self.graph = graph
    self.store = store
    self.surroundings = surroundings
    self.isEmpty = isEmpty
    self.paging = paging
    self.isKept = isKept
  }

  private struct Kept: Codable {
    let at: Date
    let data: JSONValue
  }

  /// Under which the store keeps the latest answer. The document's hash is in it: an answer to another version of it is not read.
  private var note: String {
    let variables = (try? JSON.encode(request.variables)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return "answer:\(request.operation.hash):\(variables)"
  }

  /// Shows what was last seen, and loads.
  public func open() async {
    if isKept, seenAt == nil, let kept = try? await store.note(note)?.read(as: Kept.self), let value = try? kept.data.read(as: Value.self) {
      seenAt = kept.at
      show(value, .stale(since: kept.at, .busy(retryIn: nil)))
    }
    await refresh()
  }

  /// Loads. Of several at once, the last one counts.
  public func refresh() async {
    latest += 1
    let mine = latest
    isRefreshing = true
    do {
      let answer = try await graph.execute(request)
      let value = try answer.read(as: Value.self)
      guard mine == latest else { return }
      isRefreshing = false
      // What is shown says itself when it was seen; an answer that was put together of kept ones is for a screen that has nothing yet.
      if let keptAt = answer.keptAt {
        if seenAt != nil { return fail(.offline) }
        seenAt = keptAt
        return show(value, .offline(since: keptAt))
      }
      let now = surroundings.now()
      seenAt = now
      let renewed = shown.flatMap { paging?.renew?($0, value) } ?? value
      show(renewed, answer.problems.isEmpty ? nil : .partial)
      // What is missing a part is not worth keeping; a full disk is no reason not to show what came.
      if isKept, answer.problems.isEmpty, let kept = try? JSONValue(Kept(at: now, data: answer.data)) {
        try? await store.write([.setNote(note, kept)])
      }
    } catch {
      guard mine == latest else { return }
      isRefreshing = false
      if error is CancellationError { return }
      fail(Problem(error))
    }
  }

  public var hasMore: Bool { nextCursor != nil }

  private var nextCursor: String? { screen.value.flatMap { paging?.cursor($0) } }

  /// Loads the next page, once however often the end of the list is seen. What is refreshed meanwhile wins.
  public func more() async {
    guard let paging, let cursor = nextCursor, !isLoadingMore else { return }
    isLoadingMore = true
    defer { isLoadingMore = false }
    let mine = latest
    var next = request
    next.mayBeKept = false
    next.variables = request.variables.merging([paging.variable: .string(cursor)])
    do {
      let page: Value = try await graph.run(next)
      guard mine == latest, case .content(let value, let notice) = screen else { return }
      show(paging.join(value, page), notice)
      moreProblem = nil
    } catch is CancellationError {
    } catch { moreProblem = Problem(error) }
  }

  /// Shows what is known from elsewhere, e.g. from the answer to the change that made it.
  func show(_ value: Value) {
    seenAt = surroundings.now()
    show(value, nil)
  }

  /// Lays what the person just did over what is shown, before the server is asked again.
  func edit(_ change: (inout Value) -> Void) {
    guard var value = shown else { return }
    var notice: Screen<Value>.Notice?
    if case .content(_, let present) = screen { notice = present }
    change(&value)
    show(value, notice)
  }

  private func show(_ value: Value, _ notice: Screen<Value>.Notice?) {
    shown = value
    screen = isEmpty(value) ? .empty : .content(value, notice)
  }

  private func fail(_ problem: Problem) {
    guard let seenAt, let value = screen.value else {
      if seenAt == nil { screen = .failed(problem) }
      return
    }
    screen = .content(value, problem == .offline ? .offline(since: seenAt) : .stale(since: seenAt, problem))
  }
}
