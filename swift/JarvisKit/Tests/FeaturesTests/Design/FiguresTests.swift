import Foundation
import Models
import Testing

@testable import Features

@Suite struct Figures {
  @Test func aRingFillsOnceAndThenGoesRoundAgain() {
    #expect(RingFigure(percent: 40) == RingFigure(fraction: 0.4))
    #expect(RingFigure(percent: 40).filled == 0.4)
    #expect(RingFigure(percent: 150).filled == 1)
    #expect(RingFigure(percent: 150).beyond == 0.5)
    #expect(RingFigure(percent: 900).beyond == 1)
    #expect(RingFigure(percent: -3).filled == 0)
    for nothing in [RingFigure(percent: nil), RingFigure(percent: .nan), RingFigure(fraction: .infinity), RingFigure(fraction: nil)] {
      #expect(nothing.filled == nil)
      #expect(nothing.beyond == 0)
    }
  }

  @Test(arguments: [
    (99.6, 99), (100.0, 100), (100.4, 100), (0.0, 0), (0.2, 1), (54.5, 55), (-0.4, 0), (-12.6, -13), (.nan, 0), (1e300, 99_999),
  ]) func aPercentageIsRoundedButNotToTheEnds(percent: Double, shown: Int) {
    #expect(shownPercent(percent) == shown)
  }

  @Test func strengthHasFiveLevels() throws {
    let levels = [0, 0.199, 0.2, 0.5, 0.6, 0.8, 1, 7].map { StrengthFigure($0)?.level }
    #expect(levels == [.starting, .starting, .forming, .growing, .firm, .rooted, .rooted, .rooted])
    #expect(StrengthFigure.Level.starting < .rooted)
    #expect(StrengthFigure(nil) == nil)
    #expect(StrengthFigure(.nan) == nil)
    let bars = try #require(StrengthFigure(0.5)).bars
    #expect(bars == [1, 1, 0.5, 0, 0])
    #expect(StrengthFigure(-1)?.bars == [0, 0, 0, 0, 0])
  }

  @Test func amountsAreWrittenAsTheLanguageHasThem() throws {
    let amount = try #require(Amount("1234.567"))
    #expect(amount.shown(unit: "km", locale: Locale(identifier: "en_US")) == "1,234.57\u{a0}km")
    #expect(amount.shown(unit: "km", digits: 0, locale: Locale(identifier: "de_DE")) == "1.235\u{a0}km")
    #expect(Amount(3).shown(locale: Locale(identifier: "de_DE")) == "3")
    #expect(Amount(3).shown(unit: "", locale: Locale(identifier: "de_DE")) == "3")
  }

  @Test func aDayHasItsNoonAndItsWeekday() throws {
    let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
    let change = try #require(LocalDate("2026-03-29"))
    #expect(JSON.text(of: change.noon(in: berlin)) == "2026-03-29T10:00:00.000Z")
    #expect(change.weekday == 1)
    #expect(LocalDate("1970-01-01")?.weekday == 5)
    #expect(LocalDate("1969-12-31")?.weekday == 4)
    #expect(LocalDate("2026-11-27")?.weekday == 6)
  }
}

@Suite struct StreakGrids {
  let friday = LocalDate(daysSince1970: 20_784)
  func day(_ text: String) -> LocalDate { LocalDate(text) ?? LocalDate(daysSince1970: 0) }
  func entry(_ text: String, _ value: Amount, skipped: Bool = false) -> PaceSeries.Day {
    PaceSeries.Day(day: day(text), value: value, isSkipped: skipped)
  }

  @Test func weeksBeginOnThePersonsFirstDayAndEndWithToday() {
    let monday = StreakGrid(days: [], start: day("2026-01-01"), today: friday, weeks: 3, firstWeekday: 2)
    #expect(monday.weeks.count == 3)
    #expect(monday.weeks.allSatisfy { $0.count == 7 })
    #expect(monday.weeks[0][0].day == day("2026-11-09"))
    #expect(monday.weeks[2][4] == .init(day: friday, state: .open))
    #expect(monday.weeks[2][5].state == .outside)
    let sunday = StreakGrid(days: [], start: day("2026-01-01"), today: friday, weeks: 1, firstWeekday: 1)
    #expect(sunday.weeks[0][0].day == day("2026-11-22"))
    #expect(StreakGrid(days: [], start: friday, today: friday, weeks: 0, firstWeekday: 7).weeks[0][6].day == friday)
  }

  @Test func aDayShowsHowMuchOfItWasDone() {
    let days = [
      entry("2026-11-23", 5), entry("2026-11-24", 20), entry("2026-11-25", 0, skipped: true), entry("2026-11-26", 0),
      entry("2026-11-27", 10),
    ]
    let grid = StreakGrid(days: days, target: 10, start: day("2026-11-24"), today: friday, weeks: 1, firstWeekday: 2)
    #expect(grid.weeks[0].map(\.state) == [.done(0.5), .done(1), .skipped, .empty, .done(1), .outside, .outside])
    #expect(grid.doneCount == 3)
    #expect(grid.judgedCount == 4)
    #expect(StreakGrid(days: days, start: friday, today: friday, weeks: 1, firstWeekday: 2).weeks[0][0].state == .done(1))
  }

  @Test func aTodayThatIsOpenIsNotJudged() {
    let grid = StreakGrid(days: [], start: day("2026-11-26"), today: friday, weeks: 1, firstWeekday: 2)
    #expect(grid.judgedCount == 1)
    #expect(grid.doneCount == 0)
  }
}
