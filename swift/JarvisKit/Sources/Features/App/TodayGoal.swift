import Foundation
import Models
import Persistence
import Sync

/// A goal as widgets, and whoever asks by voice, are told of it: from the device's own copy, on one day.
public struct TodayGoal: Sendable, Equatable, Identifiable {
  public enum State: Sendable, Equatable {
    case open
    /// What the day asks for is logged.
    case done
    case skipped
  }

  /// How soon it wants something.
  public enum Urgency: Int, Sendable, Comparable {
    case today, tomorrow, soon, thisWeek, safe, none

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  public let id: ObjectID
  public let title: String
  public let unit: String?
  /// How far it has come, in percent, may exceed 100; nil when there is nothing to measure against.
  public let percent: Double?
  public let urgency: Urgency
  public let state: State
  /// What was logged on the day; nil when nothing was.
  public let logged: Amount?
  /// What the day, or period, of a habit asks for; nil for other goals.
  public let wanted: Amount?
  /// What one tap logs; nil when a value has to be entered.
  public let step: Amount?
  /// Periods in a row; nil for what is no habit.
  public let streak: Int?

  /// Urgent ones first; what is done for the day comes after what is open.
  static func order(_ a: TodayGoal, _ b: TodayGoal) -> Bool {
    func rank(_ goal: TodayGoal) -> (Int, Int, String, ObjectID) {
      (goal.state == .open ? 0 : 1, goal.urgency.rawValue, goal.title, goal.id)
    }
    return rank(a) < rank(b)
  }
}

extension TodayGoal {
  /// - Parameters:
  ///   - goal: as the copy has it.
  ///   - entries: those of the day.
  ///   - latest: the latest value that was logged, on whichever day.
  ///   - daysSince: how many days have begun since the copy was brought up to date: how urgent it is was reckoned then.
  init(_ goal: StoredObject, entries: [StoredObject], latest: Amount?, daysSince: Int) {
    let data = goal.data
    let isHabit = data["kind"] == "HABIT"
    let isLimit = data["direction"] == "AT_MOST"
    let amount: (String) -> Amount? = { data[$0]?.text.flatMap { Amount($0) } }
    let values = entries.filter { $0.data["skip"] != true }.compactMap { $0.data["value"]?.text.flatMap { Amount($0) } }
    let logged = values.isEmpty ? nil : Self.aggregate(values, data["aggregation"]?.text ?? "SUM")
    let isDaily = data["frequency"]?["period"] == "DAY" && data["frequency"]?["interval"]?.number ?? 1 == 1
    let times = isDaily ? data["frequency"]?["times"]?.number ?? 1 : 1
    let wanted = isHabit ? amount("targetValue") ?? Amount(integerLiteral: times) : nil

    id = goal.id
    title = data["title"]?.text ?? ""
    unit = data["unit"]?.text
    percent = data["percent"]?.quantity
    self.logged = logged
    self.wanted = wanted
    streak = data["streak"]?["current"]?.number
    if let logged, isLimit || !isHabit || logged >= wanted ?? logged {
      // A limit is kept at the end of the day, not before: logging does not do it.
      state = isLimit && isHabit ? .open : .done
    } else {
      state = entries.contains { $0.data["skip"] == true } && logged == nil ? .skipped : .open
    }
    urgency = Self.urgency(of: data, daysSince: daysSince)
    if isHabit {
      step = latest ?? (isLimit || data["targetValue"] == nil ? 1 : wanted)
    } else {
      step = data["cumulative"] == true && data["kind"] != "MILESTONE" ? latest : nil
    }
  }

  private static func aggregate(_ values: [Amount], _ how: String) -> Amount? {
    switch how {
    // Entries come latest first.
    case "LAST": values.first
    case "MIN": values.min()
    case "MAX": values.max()
    case "MEAN": Amount(values.reduce(Amount(0), +).value / Decimal(values.count))
    default: values.reduce(Amount(0), +)
    }
  }

  private static func urgency(of data: JSONValue, daysSince: Int) -> Urgency {
    let pace = data["pace"]
    if let days = pace?["safeDays"]?.number {
      switch days - daysSince {
      case ..<1: return .today
      case 1: return .tomorrow
      case 2: return .soon
      case 3...6: return .thisWeek
      default: return .safe
      }
    }
    switch pace?["urgency"]?.text {
    case "TODAY": return .today
    case "TOMORROW": return .tomorrow
    case "SOON": return .soon
    case "THIS_WEEK": return .thisWeek
    case "SAFE": return .safe
    default: return .none
    }
  }
}

extension JSONValue {
  /// A number of either kind, for drawing.
  var quantity: Double? {
    switch self {
    case .double(let value): value
    case .int(let value): Double(value)
    default: nil
    }
  }
}

extension DayClock {
  func day(of instant: Date) -> LocalDate { LocalDate(instant, in: timeZone, dayStartMinutes: dayStartMinutes) }

  /// When a day of the person's begins.
  func beginning(of day: LocalDate) -> Date { instant(day, minutes: dayStartMinutes) }
}

/// Reads goals of the device's own copy for a day; it works without a network.
public struct TodayReader: Sendable {
  let engine: SyncEngine
  let clock: DayClock

  public init(engine: SyncEngine, day: DayClock) {
    self.engine = engine
    clock = day
  }

  /// The active goals on a day, what is open and urgent first.
  /// - Throws: `StoreFault`.
  public func goals(on day: LocalDate? = nil) async throws -> [TodayGoal] {
    let day = day ?? clock.today
    let active = try await engine.objects(StoreQuery(type: "Goal")).filter { $0.data["status"] == "ACTIVE" }
    let entries = try await engine.objects(StoreQuery(type: "ProgressEntry", from: day.description)).filter { $0.order == day.description }
    let byGoal = Dictionary(grouping: entries, by: \.parent)
    let seen = await engine.status().completeAt.map(clock.day)
    let daysSince = max(0, seen.map { $0.days(to: day) } ?? 0)
    var goals: [TodayGoal] = []
    for goal in active {
      let latest = try await engine.objects(StoreQuery(type: "ProgressEntry", parent: goal.id, limit: 10))
      let value = latest.lazy.filter { $0.data["skip"] != true }.compactMap { $0.data["value"]?.text.flatMap { Amount($0) } }.first
      goals.append(TodayGoal(goal, entries: byGoal[goal.id] ?? [], latest: value, daysSince: daysSince))
    }
    return goals.sorted(by: TodayGoal.order)
  }
}
