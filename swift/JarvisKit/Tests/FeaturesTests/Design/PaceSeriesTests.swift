import Foundation
import Models
import Testing

@testable import Features

@Suite struct PaceSeriesTests {
  func day(_ text: String) -> LocalDate { LocalDate(text) ?? LocalDate(daysSince1970: 0) }
  func entry(_ text: String, _ value: Amount, skipped: Bool = false) -> PaceSeries.Day {
    PaceSeries.Day(day: day(text), value: value, isSkipped: skipped)
  }
  var plan: PaceSeries.Plan {
    PaceSeries.Plan(start: day("2026-01-01"), startValue: 0, deadline: day("2026-01-11"), targetValue: 100, rate: 10)
  }

  @Test func whatAddsUpIsARunningTotalReckonedBackFromNow() {
    let days = [entry("2026-01-03", 20), entry("2026-01-02", 10), entry("2026-01-04", 99, skipped: true)]
    let whole = PaceSeries(series: days, adds: true, plan: plan, today: day("2026-01-05"))
    #expect(whole.actual.map(\.value) == [10, 30])
    #expect(whole.actual.map(\.id) == [day("2026-01-02"), day("2026-01-03")])
    let later = PaceSeries(series: days, adds: true, current: 130, plan: plan, today: day("2026-01-05"))
    #expect(later.actual.map(\.value) == [110, 130])
  }

  @Test func aMeasurementIsDrawnAsItIs() {
    let weight = PaceSeries(series: [entry("2026-01-02", 80), entry("2026-01-04", 79)], adds: false, current: 79, today: day("2026-01-05"))
    #expect(weight.actual.map(\.value) == [80, 79])
    #expect(weight.plan.isEmpty)
    #expect(weight.ahead == nil)
    #expect(weight.values.lowerBound > 78)
    #expect(weight.days == day("2026-01-02")...day("2026-01-05"))
  }

  @Test func theLineIsLevelBeforeAndAfter() {
    #expect(plan.value(on: day("2025-12-01")) == 0)
    #expect(plan.value(on: day("2026-01-06")) == 50)
    #expect(plan.value(on: day("2026-02-01")) == 100)
    let open = PaceSeries.Plan(start: day("2026-01-01"), startValue: 5, rate: 2)
    #expect(open.value(on: day("2026-01-11")) == 25)
    let ending = PaceSeries.Plan(start: day("2026-01-01"), startValue: 5, deadline: day("2026-01-03"), rate: 2)
    #expect(ending.value(on: day("2026-01-11")) == 9)
    let atOnce = PaceSeries.Plan(start: day("2026-01-01"), startValue: 5, deadline: day("2026-01-01"), targetValue: 7)
    #expect(atOnce.value(on: day("2026-01-01")) == 7)
    #expect(PaceSeries.Plan(start: day("2026-01-01"), startValue: 5).value(on: day("2027-01-01")) == 5)
  }

  @Test func theLineIsDrawnWithItsCorner() {
    let over = PaceSeries(series: [entry("2026-01-02", 10)], adds: true, plan: plan, today: day("2026-01-21"))
    #expect(over.plan.map(\.day) == [day("2026-01-01"), day("2026-01-11"), day("2026-01-21")])
    #expect(over.plan.map(\.value) == [0, 100, 100])
    #expect(over.ahead == 0)
    #expect(over.target == 100)
    #expect(over.showsTarget)
  }

  @Test func aFarDeadlineDoesNotPressThePastTogether() {
    let far = PaceSeries.Plan(start: day("2026-01-01"), startValue: 0, deadline: day("2030-01-01"), targetValue: 1461)
    let young = PaceSeries(series: [entry("2026-01-02", 2)], adds: true, plan: far, today: day("2026-01-03"))
    #expect(young.days == day("2026-01-01")...day("2026-01-17"))
    #expect(young.ahead == 1)
    #expect(!young.showsTarget)
    let old = PaceSeries(series: [entry("2026-01-02", 2)], adds: true, plan: far, today: day("2026-04-11"))
    #expect(old.days.upperBound == day("2026-07-20"))
    let near = PaceSeries(series: [], adds: true, plan: plan, today: day("2026-01-05"))
    #expect(near.days.upperBound == day("2026-01-11"))
    #expect(near.isEmpty)
  }

  @Test func aGoalThatBeginsLaterHasItsLineThen() {
    let later = PaceSeries(series: [], adds: true, plan: plan, today: day("2025-12-31"))
    #expect(later.days.lowerBound == day("2025-12-31"))
    #expect(later.plan.first?.day == day("2026-01-01"))
    let muchLater = PaceSeries(series: [], adds: true, plan: plan, today: day("2025-01-01"))
    #expect(muchLater.plan.allSatisfy { muchLater.days.contains($0.day) })
  }

  @Test func theAxisIsNeverEmpty() {
    #expect(PaceSeries.span([]) == 0...1)
    #expect(PaceSeries.span([.nan]) == 0...1)
    #expect(PaceSeries.span([0]) == 0...0.5)
    #expect(PaceSeries.span([-10, 10]) == -11...11)
    #expect(PaceSeries.span([1, 21]) == 0...22)
    let today = day("2026-01-05")
    #expect(PaceSeries(series: [], adds: false, today: today).days == today...today.adding(days: 1))
  }

  @Test func ofADayThatIsNotOnTheChartTheTargetIsLeftOut() {
    let series = PaceSeries(series: [entry("2026-01-02", 10)], adds: true, target: 10_000, today: day("2026-01-05"))
    #expect(series.target == 10_000)
    #expect(!series.showsTarget)
  }
}
