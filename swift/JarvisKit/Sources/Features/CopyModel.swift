import Foundation
import Models
import Observation
import Sync

/// A screen that shows a part of the device's own copy: it is there without a network, with what the person has just done.
@MainActor @Observable public final class CopyModel<Value: Sendable & Equatable> {
  public private(set) var screen: Screen<Value> = .loading
  /// How the copy stands: what waits to be sent, and what waits for the person.
  public private(set) var status = SyncStatus()
  public private(set) var isRefreshing = false

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let read: @Sendable (SyncEngine) async throws -> Value?
  @ObservationIgnored private var latest = 0

  /// - Parameter read: reads the part; nil when there is nothing to show.
  init(engine: SyncEngine, read: @escaping @Sendable (SyncEngine) async throws -> Value?) {
    self.engine = engine
    self.read = read
  }

  /// Shows the copy as it is. Of several at once, the last one counts.
  public func show() async {
    latest += 1
    let mine = latest
    let result: Result<Value?, any Error>
    do { result = .success(try await read(engine)) } catch { result = .failure(error) }
    let status = await engine.status()
    guard mine == latest else { return }
    self.status = status
    switch result {
    case .success(let value?): screen = .content(value, status.notice())
    // A copy that was never complete says nothing about what there is not.
    case .success(nil): screen = status.completeAt == nil ? status.problem.map { .failed($0) } ?? .loading : .empty
    case .failure: screen = .failed(.outdated)
    }
  }

  /// Shows the copy, and then each time that something changed: until the task is cancelled.
  public func follow() async {
    for await _ in await engine.statuses() { await show() }
  }

  /// Brings the copy up to date, and shows it.
  public func refresh() async {
    isRefreshing = true
    await show()
    await engine.syncAfresh()
    isRefreshing = false
    await show()
  }
}

extension SyncStatus {
  /// What stands in the way of the copy being up to date. A single change that the server chokes on does not.
  var problem: Problem? {
    switch phase {
    case .waiting(_, .network): .offline
    case .waiting(_, .server): .server
    case .signedOut: .signedOut
    case .stopped(let reason): .refused(reason)
    case .waiting(_, .change), .idle, .sending, .fetching, .loadingEverything: nil
    }
  }

  func notice<Value>() -> Screen<Value>.Notice? {
    let since = completeAt ?? .distantPast
    return problem.map { $0 == .offline ? .offline(since: since) : .stale(since: since, $0) }
  }
}
