import Foundation
import Testing

@testable import Models

@Suite struct IDs {
  @Test func idsOfUUIDv7CarryKindTimeVersionAndVariant() {
    let made = uuid7(at: Date(timeIntervalSince1970: 1_645_557_742), random: [0xcc, 0xc3, 0x98, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])
    // RFC 9562, appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F.
    #expect(made == "017f22e279b07cc398c4dc0c0c07398f")
  }

  @Test func missingRandomnessAndTimesBefore1970StillGiveAnID() {
    #expect(uuid7(at: .distantPast, random: []) == "00000000000070008000000000000000")
  }

  @Test func kindsAreReadOffThePrefix() {
    #expect(ObjectID("goal_0192").kind == .goal)
    #expect(ObjectID("rulerun_0192").prefix == "rulerun")
    #expect(ObjectID("rulerun_0192").kind == .ruleRun)
    #expect(ObjectID("nobody_0192").kind == nil)
    #expect(ObjectID("nothing").prefix == nil)
    #expect(ObjectID("_x").prefix == nil)
  }
}

@Suite struct Amounts {
  @Test(arguments: ["0", "-12.50", "1e3", "0.1", "999999999999.123456"]) func decimalsAreReadExactly(text: String) throws {
    let amount = try #require(Amount(text))
    #expect(Amount(amount.description) == amount)
  }

  @Test(arguments: ["", "abc", "1,5", "12abc", "NaN", "1.2.3x", " 1", "-", "e"]) func whatIsNoDecimalIsNone(text: String) {
    #expect(Amount(text) == nil)
  }

  @Test func aTenthAddsUp() {
    #expect((0..<10).reduce(Amount(0)) { sum, _ in sum + Amount(Decimal(string: "0.1") ?? 0) } == 1)
  }

  @Test func peopleTypeTheirOwnDecimalSign() {
    let german = Locale(identifier: "de_DE")
    #expect(Amount(typed: " 2,5 ", locale: german)?.description == "2.5")
    // Two and a half, or twenty-five hundred? It is not guessed.
    #expect(Amount(typed: "2.500", locale: german) == nil)
    #expect(Amount(typed: "2.5", locale: Locale(identifier: "en_US"))?.description == "2.5")
    #expect(Amount(typed: "2,500", locale: Locale(identifier: "en_US")) == nil)
  }

  @Test func inJSONItIsAStringAndNeverANumber() throws {
    #expect(try String(decoding: JSON.encode([Amount(3)]), as: UTF8.self) == #"["3"]"#)
    #expect(throws: DecodingError.self) { try JSON.decode([Amount].self, from: Data("[3]".utf8)) }
    #expect(throws: DecodingError.self) { try JSON.decode([Amount].self, from: Data(#"["three"]"#.utf8)) }
  }
}

@Suite struct LocalDates {
  let berlin = TimeZone(identifier: "Europe/Berlin")

  @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "2026-01-32", "2026-01-0x", "", "2026-01-01T00"])
  func whatIsNoDayIsNone(text: String) { #expect(LocalDate(text) == nil) }

  @Test func leapYearsAreKnown() {
    #expect(LocalDate("2024-02-29") != nil)
    #expect(LocalDate("2000-02-29") != nil)
    #expect(LocalDate("1900-02-29") == nil)
  }

  @Test func daysAreCountedOverMonthsAndYears() throws {
    let last = try #require(LocalDate("2026-12-31"))
    #expect(last.adding(days: 1).description == "2027-01-01")
    #expect(last.adding(days: -366).description == "2025-12-30")
    #expect(last.days(to: last.adding(days: 1000)) == 1000)
    var day = try #require(LocalDate("1999-12-25"))
    for _ in 0..<800 {
      let next = day.adding(days: 1)
      #expect(LocalDate(next.description) == next)
      #expect(next > day)
      day = next
    }
  }

  @Test func aDayBeginsWhenThePersonSays() throws {
    let zone = try #require(berlin)
    let evening = try #require(JSON.date(of: "2026-06-01T23:30:00Z"))
    #expect(LocalDate(evening, in: zone).description == "2026-06-02")
    #expect(LocalDate(evening, in: zone, dayStartMinutes: 180).description == "2026-06-01")
  }

  @Test func onTheDayWhenClocksChangeTheWallClockCounts() throws {
    let zone = try #require(berlin)
    // Clocks go from 2 to 3 on 29 March 2026: at 03:30 the day that begins at 3 has begun, though only two and a half hours have passed.
    let instant = try #require(JSON.date(of: "2026-03-29T01:30:00Z"))
    #expect(LocalDate(instant, in: zone, dayStartMinutes: 180).description == "2026-03-29")
  }
}

@Suite struct JSONValues {
  @Test func whatIsWrittenIsReadAgain() throws {
    let value: JSONValue = ["a": [1, 2.5, true, nil, "x"], "b": ["c": "ü\u{0}\"\\"]]
    #expect(try JSON.decode(JSONValue.self, from: JSON.encode(value)) == value)
  }

  @Test func theSameObjectIsAlwaysWrittenTheSameWay() throws {
    #expect(try JSON.encode(["b": 1, "a": 2] as JSONValue) == JSON.encode(["a": 2, "b": 1] as JSONValue))
  }

  @Test func instantsAreReadWithAndWithoutFractions() throws {
    #expect(JSON.date(of: "2026-03-01T07:30:00Z") == JSON.date(of: "2026-03-01T07:30:00.000Z"))
    #expect(JSON.date(of: "2026-03-01T08:30:00+01:00") == JSON.date(of: "2026-03-01T07:30:00Z"))
    #expect(JSON.date(of: "yesterday") == nil)
    let date = try #require(JSON.date(of: "2026-03-01T07:30:00.250Z"))
    #expect(JSON.text(of: date) == "2026-03-01T07:30:00.250Z")
  }

  @Test func nullAndAbsentMembersAreTheSameToAReader() {
    let value: JSONValue = ["a": nil]
    #expect(value["a"] == nil)
    #expect(value["b"] == nil)
    #expect((3 as JSONValue)["a"] == nil)
  }
}

@Suite struct Retries {
  @Test func waitsDoubleUpToTheLimitAndAreNeverAllTheSame() {
    let policy = RetryPolicy(base: 1, limit: 60)
    #expect((0..<8).map { policy.delay(attempt: $0, retryAfter: nil, random: 0) } == [0.5, 1, 2, 4, 8, 16, 30, 30])
    #expect(policy.delay(attempt: 3, retryAfter: nil, random: 0.5) == 6)
    #expect(policy.delay(attempt: 4000, retryAfter: nil, random: 0) == 30)
    #expect(policy.delay(attempt: -1, retryAfter: nil, random: 0) == 0.5)
  }

  @Test func whatTheServerAsksForIsAMinimum() {
    #expect(RetryPolicy().delay(attempt: 0, retryAfter: 20, random: 0.5) == 20.5)
  }
}

@Suite struct RealWorld {
  @Test func idsMadeHereDiffer() async throws {
    let ids = Set((0..<1000).map { _ in Surroundings.live.makeID(.goal) })
    #expect(ids.count == 1000)
    #expect(ids.allSatisfy { $0.rawValue.wholeMatch(of: /goal_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}/) != nil })
    try await Surroundings.live.pause(0.001)
  }
}
