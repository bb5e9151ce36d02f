import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@Suite struct ReviewPeriods {
  func day(_ text: String) -> LocalDate { LocalDate(text) ?? LocalDate(daysSince1970: 0) }

  @Test(arguments: [
    (ReviewPeriod.Length.week, "2026-11-23", "2026-11-29"), (.month, "2026-11-01", "2026-11-30"), (.quarter, "2026-10-01", "2026-12-31"),
    (.year, "2026-01-01", "2026-12-31"),
  ]) func aPeriodHasItsDays(length: ReviewPeriod.Length, first: String, last: String) {
    let period = ReviewPeriod(length, around: day("2026-11-27"), firstWeekday: 2)
    #expect(period.first == day(first))
    #expect(period.last == day(last))
    #expect(period.contains(day(first)) && period.contains(day(last)))
    #expect(!period.contains(period.last.adding(days: 1)))
  }

  @Test func periodsFollowEachOtherWithoutAGap() {
    for length in ReviewPeriod.Length.allCases {
      let period = ReviewPeriod(length, around: day("2024-02-29"), firstWeekday: 1)
      let next = period.moved(by: 1, firstWeekday: 1)
      #expect(next.first == period.last.adding(days: 1))
      #expect(next.moved(by: -1, firstWeekday: 1) == period)
      #expect(period.moved(by: -3, firstWeekday: 1).moved(by: 3, firstWeekday: 1) == period)
      #expect(period.moved(by: 0, firstWeekday: 1) == period)
    }
  }

  @Test func aYearEndsInDecember() {
    let december = ReviewPeriod(.month, around: day("2026-12-31"), firstWeekday: 2)
    #expect(december.last == day("2026-12-31"))
    #expect(december.moved(by: 1, firstWeekday: 2).first == day("2027-01-01"))
  }
}

@MainActor @Suite struct Reviews {
  let script = Script()

  func model() -> ReviewModel {
    Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).reviewModel(firstWeekday: 2) { today }
  }

  func progress(_ number: Int, kind: String = "NUMERIC", direction: String = "AT_LEAST", adds: Bool = true, _ buckets: [JSONValue])
    -> JSONValue
  {
    [
      "goal": [
        "id": .string("goal_\(number)"), "title": .string("Goal \(number)"), "unit": "km", "kind": .string(kind),
        "direction": .string(direction), "cumulative": .bool(adds),
      ], "buckets": .array(buckets),
    ]
  }

  func bucket(_ start: String, sum: String, days: Int = 1, skipped: Int = 0, entries: Int = 1) -> JSONValue {
    [
      "start": .string(start), "sum": .string(sum), "mean": .string(sum), "days": .int(days), "skippedDays": .int(skipped),
      "entries": .int(entries),
    ]
  }

  func trend(_ number: Int, _ change: Double?, _ direction: String? = nil) -> JSONValue {
    [
      "goal": ["id": .string("goal_\(number)")], "direction": direction.map(JSONValue.string) ?? .null,
      "changePercent": change.map(JSONValue.double) ?? .null,
    ]
  }

  func value(_ progress: [JSONValue], _ trends: [JSONValue] = [], earned: [JSONValue] = []) -> JSONValue {
    ["viewer": ["analytics": ["progress": .array(progress), "trends": .array(trends)], "achievements": ["nodes": .array(earned)]]]
  }

  func achievement(_ number: Int, _ day: String) -> JSONValue {
    [
      "id": .string("achievement_\(number)"), "name": "HALFWAY", "localDate": .string(day), "earnedAt": "2026-05-28T07:30:00.000Z",
      "goal": nil,
    ]
  }

  @Test func aWeekIsSummedUp() async throws {
    await script.set(
      "ProgressReview",
      .success(
        value(
          [
            progress(1, [bucket("2026-05-25", sum: "5"), bucket("2026-05-26", sum: "2.5", entries: 2)]),
            progress(2, direction: "AT_MOST", adds: false, [bucket("2026-05-25", sum: "80"), bucket("2026-05-27", sum: "79")]),
            progress(3, kind: "HABIT", adds: false, [bucket("2026-05-28", sum: "0", days: 0, skipped: 1, entries: 0)]),
            progress(4, kind: "HABIT", adds: false, [bucket("2026-05-28", sum: "1")]),
          ], [trend(1, 12.5, "RISING"), trend(2, -3, "FALLING"), trend(4, 0.4)],
          earned: [achievement(1, "2026-05-28"), achievement(2, "2026-05-24")])))
    let model = model()
    #expect(model.screen == .loading)
    await model.open()
    let review = try #require(model.screen.value)
    #expect(review.rows.map(\.title) == ["Goal 1", "Goal 2", "Goal 4"])
    #expect(review.rows.map(\.value.description) == ["7.5", "79.5", "1"])
    #expect(review.rows.map(\.isSum) == [true, false, true])
    #expect(review.rows.map(\.change) == [.better(12.5), .better(3), .same])
    #expect(review.rows.map(\.trend) == [.rising, .falling, nil])
    #expect(review.rows[0].bars.map(\.value) == [5, 2.5])
    #expect(review.rows[0].bars.first?.id == LocalDate("2026-05-25"))
    #expect((review.entryCount, review.skippedDayCount) == (6, 1))
    #expect(review.activeDayCount == 4)
    #expect(review.earned.map(\.id.rawValue) == ["achievement_1"])
    #expect((review.betterCount, review.worseCount) == (2, 0))
    let request = await script.requests.last
    #expect(request?.variables == ["range": ["from": "2026-05-25", "to": "2026-05-31"], "bucket": "DAY"])
  }

  @Test(arguments: [
    (20.0, "AT_LEAST", Review.Row.Change.better(20) as Review.Row.Change?), (-20, "AT_LEAST", .worse(20)), (20, "AT_MOST", .worse(20)),
    (-20, "AT_MOST", .better(20)), (0.9, "AT_LEAST", .same), (20, "SIDEWAYS", nil),
  ]) func aChangeIsGoodOrBadByWhatIsWanted(percent: Double, direction: String, change: Review.Row.Change?) throws {
    let json = value([progress(1, direction: direction, [bucket("2026-05-25", sum: "1")])], [trend(1, percent)])
    let review = Review(try json.read(), of: ReviewPeriod(.week, around: today.today, firstWeekday: 2))
    #expect(review.rows.first?.change == change)
    #expect(review.worseCount == (change == .worse(20) ? 1 : 0))
  }

  @Test func nothingInATimeIsEmptyButWhatIsMissingIsNot() async {
    await script.set("ProgressReview", .success(value([])))
    let model = model()
    await model.open()
    #expect(model.screen == .empty)
    await script.set("ProgressReview", .success(["viewer": ["analytics": nil]]), problems: [GraphProblem(message: "away", code: nil)])
    await model.refresh()
    guard case .content(let review, .partial) = model.screen else {
      Issue.record("\(model.screen)")
      return
    }
    #expect(review.isEmpty)
  }

  @Test func oneGoesBackAndForwardButNotBeyondToday() async {
    await script.set("ProgressReview", .success(value([])))
    let model = model()
    await model.goForward()
    #expect(model.isCurrent)
    #expect(!model.canGoForward)
    await model.goBack()
    #expect(model.period.last == LocalDate("2026-05-24"))
    #expect(!model.isCurrent)
    await model.goForward()
    #expect(model.isCurrent)
    await model.goBack()
    await model.choose(.quarter)
    #expect(model.isCurrent)
    #expect(await script.requests.last?.variables["bucket"] == "WEEK")
    let count = await script.requests.count
    await model.choose(.quarter)
    #expect(await script.requests.count == count)
  }

  @Test func withoutANetworkAReviewSaysSo() async {
    let model = model()
    await model.open()
    #expect(model.screen == .failed(.offline))
    await script.set("ProgressReview", .success(value([progress(1, [bucket("2026-05-25", sum: "5")])])))
    await model.refresh()
    for (fault, problem) in [(GraphFault.offline, Problem.offline), (.server(message: "m", retryAfter: nil), .server)] {
      await script.set("ProgressReview", .failure(fault))
      await model.refresh()
      guard case .content(_, let notice?) = model.screen else {
        Issue.record("\(model.screen)")
        return
      }
      #expect(notice == (problem == .offline ? .offline(since: today.now()) : .stale(since: today.now(), problem)))
    }
  }

  @Test func monthsOfAYearAreNotCountedAsDays() throws {
    let json = value([progress(1, [bucket("2026-05-01", sum: "5", days: 20, entries: 20)])])
    let review = Review(try json.read(), of: ReviewPeriod(.year, around: today.today, firstWeekday: 2))
    #expect(review.activeDayCount == nil)
    #expect(review.entryCount == 20)
  }
}
