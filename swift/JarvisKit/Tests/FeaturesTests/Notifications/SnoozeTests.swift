import Foundation
import Models
import Testing

@testable import Features

@Suite struct Snoozes {
  func offered(_ time: String, in timeZone: TimeZone = .gmt) -> [String] {
    Snooze.choices(clock(time, in: timeZone)).map { "\($0.choice) \(JSON.text(of: $0.until).prefix(16))" }
  }

  @Test func inTheMiddleOfADayThereAreFour() {
    // 2026-03-04 is a Wednesday.
    #expect(
      offered("2026-03-04T12:00:00Z") == [
        "inAnHour 2026-03-04T13:00", "tonight 2026-03-04T20:00", "inTheMorning 2026-03-05T08:00", "nextWeek 2026-03-09T08:00",
      ])
  }

  @Test func anEveningThatHasBegunIsNotOffered() {
    #expect(
      offered("2026-03-04T19:30:00Z") == ["inAnHour 2026-03-04T20:30", "inTheMorning 2026-03-05T08:00", "nextWeek 2026-03-09T08:00"])
  }

  @Test func inTheNightTheMorningIsTheSameDays() {
    #expect(
      offered("2026-03-05T01:00:00Z") == ["inAnHour 2026-03-05T02:00", "inTheMorning 2026-03-05T08:00", "nextWeek 2026-03-09T08:00"])
  }

  @Test func onASundayTheMorningIsNextWeeks() {
    #expect(
      offered("2026-03-08T12:00:00Z") == ["inAnHour 2026-03-08T13:00", "tonight 2026-03-08T20:00", "inTheMorning 2026-03-09T08:00"])
  }

  @Test func theTimesAreThoseOfThePersonsZoneAlsoWhenTheClockChanges() {
    // In Berlin summer time begins in this night: eight o'clock is an hour earlier in UTC.
    #expect(
      offered("2026-03-28T12:00:00Z", in: berlin) == [
        "inAnHour 2026-03-28T13:00", "tonight 2026-03-28T19:00", "inTheMorning 2026-03-29T06:00", "nextWeek 2026-03-30T06:00",
      ])
  }

  @Test(arguments: [
    ("2026-03-02", Weekday.monday), ("2026-03-08", .sunday), ("1970-01-01", .thursday), ("1969-12-28", .sunday), ("1969-12-29", .monday),
  ]) func aDayIsOneOfTheWeek(day: String, weekday: Weekday) throws {
    #expect(Weekday(try #require(LocalDate(day))) == weekday)
  }

  @Test func weekdaysAreNumberedAsTheCalendarDoes() {
    #expect(Weekday.sunday.calendarNumber == 1)
    #expect(Weekday.monday.calendarNumber == 2)
    #expect(Weekday.saturday.calendarNumber == 7)
    #expect(Weekday(name: "FRIDAY") == .friday)
    #expect(Weekday(name: "Friday") == nil)
    #expect(Weekday.monday < .sunday)
  }

  @Test(arguments: ["7:30", "24:00", "12:60", "12", "aa:bb", "", "12:30:00", "-1:30"]) func otherTextIsNoTime(text: String) {
    #expect(TimeOfDay(text) == nil)
  }

  @Test func timesAreWrittenAsTheyAreRead() throws {
    #expect(try #require(TimeOfDay("07:05")).description == "07:05")
    #expect(TimeOfDay(minutes: 2000).description == "23:59")
    #expect(TimeOfDay(minutes: -5).description == "00:00")
    #expect(try #require(TimeOfDay("07:05")) < (try #require(TimeOfDay("18:00"))))
  }

  @Test(arguments: [TimeZone.gmt, berlin]) func aPickerOfTimesGivesWhatItIsGiven(timeZone: TimeZone) {
    for minutes in [0, 150, 1439] {
      #expect(TimeOfDay(TimeOfDay(minutes: minutes).instant(in: timeZone), in: timeZone).minutes == minutes)
    }
  }
}
