import Foundation
import Graph
import Models
import Observation

/// Looks back on a week, month, quarter or year, and on those before.
@MainActor @Observable public final class ReviewModel {
  public private(set) var period: ReviewPeriod
  public private(set) var query: QueryModel<ReviewValue>

  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private let day: @Sendable () -> DayClock
  @ObservationIgnored private let firstWeekday: Int

  /// - Parameter firstWeekday: 1 (Sunday) to 7, as `Calendar` counts.
  public init(_ parts: Parts, firstWeekday: Int, day: @escaping @Sendable () -> DayClock) {
    self.parts = parts
    self.day = day
    self.firstWeekday = firstWeekday
    let period = ReviewPeriod(.week, around: day().today, firstWeekday: firstWeekday)
    self.period = period
    query = parts.review(of: period)
  }

  public func open() async { await query.open() }
  public func refresh() async { await query.refresh() }

  public var screen: Screen<Review> {
    switch query.screen {
    case .loading: return .loading
    case .empty: return .empty
    case .failed(let problem): return .failed(problem)
    case .content(let value, let notice):
      let review = Review(value, of: period)
      // What is missing because a part of the server is away is not nothing.
      if review.isEmpty, notice == nil { return .empty }
      return .content(review, notice.map(Self.same))
    }
  }

  nonisolated private static func same(_ notice: Screen<ReviewValue>.Notice) -> Screen<Review>.Notice {
    switch notice {
    case .offline(let since): .offline(since: since)
    case .stale(let since, let problem): .stale(since: since, problem)
    case .partial: .partial
    }
  }

  /// Another length, around today.
  public func choose(_ length: ReviewPeriod.Length) async {
    guard length != period.length else { return }
    await show(ReviewPeriod(length, around: day().today, firstWeekday: firstWeekday))
  }

  public func goBack() async { await show(period.moved(by: -1, firstWeekday: firstWeekday)) }

  public func goForward() async {
    guard canGoForward else { return }
    await show(period.moved(by: 1, firstWeekday: firstWeekday))
  }

  /// The time that is shown is over: there is one after it.
  public var canGoForward: Bool { period.last < day().today }
  /// Whether it is the one that today lies in.
  public var isCurrent: Bool { period.contains(day().today) }

  private func show(_ period: ReviewPeriod) async {
    self.period = period
    query = parts.review(of: period)
    await query.open()
  }
}

extension Parts {
  @MainActor func review(of period: ReviewPeriod) -> QueryModel<ReviewValue> {
    model(Document.progressReview, ["range": period.range, "bucket": .string(period.length.bucket)])
  }

  @MainActor public func reviewModel(firstWeekday: Int, day: @escaping @Sendable () -> DayClock) -> ReviewModel {
    ReviewModel(self, firstWeekday: firstWeekday, day: day)
  }
}
