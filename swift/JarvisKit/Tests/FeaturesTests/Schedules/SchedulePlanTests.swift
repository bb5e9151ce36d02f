import Foundation
import Models
import Testing

@testable import Features

@Suite struct SchedulePlans {
  static let written: [(SchedulePlan, String)] = [
    (SchedulePlan(.daily, at: TimeOfDay(minutes: 7 * 60)), "FREQ=DAILY;BYHOUR=7;BYMINUTE=0"),
    (SchedulePlan(.weekly([.thursday, .monday]), at: TimeOfDay(minutes: 1110)), "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=18;BYMINUTE=30"),
    (SchedulePlan(.monthly(day: 31), at: TimeOfDay(minutes: 5)), "FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=0;BYMINUTE=5"),
  ]

  @Test(arguments: written) func whatIsPickedIsWrittenAsARuleAndReadAgain(plan: SchedulePlan, text: String) {
    #expect(plan.text == text)
    #expect(plan.kind == .rrule)
    #expect(plan.fault == nil)
    #expect(SchedulePlan(kind: .rrule, text: text) == plan)
  }

  @Test func aRuleWithoutATimeTakesTheTimeOfItsStart() {
    let start = TimeOfDay(minutes: 495)
    #expect(SchedulePlan(kind: .rrule, text: "FREQ=DAILY", start: start) == SchedulePlan(.daily, at: start))
    #expect(
      SchedulePlan(kind: .rrule, text: "freq=daily;interval=1;byhour=9", start: start) == SchedulePlan(.daily, at: TimeOfDay(minutes: 555)))
  }

  @Test(arguments: [
    "FREQ=DAILY;INTERVAL=2;BYHOUR=7", "FREQ=DAILY;BYHOUR=7,19", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYHOUR=7", "FREQ=WEEKLY;COUNT=3",
    "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=HOURLY", "FREQ=DAILY;FREQ=DAILY", "FREQ", "", "FREQ=DAILY;BYHOUR=25", "FREQ=DAILY;BYMINUTE=5",
  ]) func anyOtherRuleStaysTheTextThatItIs(text: String) {
    let plan = SchedulePlan(kind: .rrule, text: text)
    #expect(plan.pattern == .rule(text))
    #expect(plan.text == text)
  }

  @Test func cronStaysCron() {
    let plan = SchedulePlan(kind: .cron, text: "0 7 * * 1-5")
    #expect(plan.pattern == .cron("0 7 * * 1-5"))
    #expect(plan.kind == .cron)
    #expect(plan.fault == nil)
  }

  @Test func whatIsNoScheduleIsSaid() {
    #expect(SchedulePlan(.weekly([])).fault == .noWeekday)
    #expect(SchedulePlan(.monthly(day: 32)).fault == .dayOutOfRange)
    #expect(SchedulePlan(.cron("  ")).fault == .textMissing)
    #expect(SchedulePlan(.rule(String(repeating: "x", count: 501))).fault == .textTooLong)
  }
}
