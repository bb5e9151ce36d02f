import Foundation
import Models
import Sync

/// What a widget shows from a moment on.
public struct TodayEntry: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    /// Nobody is signed in, or the device has not been unlocked since its start.
    case signedOut
    /// There are no goals that run.
    case empty
    /// Nothing was loaded yet: the app has to be opened once.
    case notLoaded
    /// - Parameter more: how many goals there are beside these.
    case goals([TodayGoal], more: Int)
    /// The copy cannot be read.
    case unusable
  }

  public let date: Date
  public let content: Content
  /// When the copy was brought up to date, if that is too long ago to be relied on.
  public let staleSince: Date?
  /// How many changes the server does not have yet.
  public let pendingCount: Int
  /// How much it matters that the person sees it now, 0 to 1: what is open gets more urgent as the day goes on.
  public let relevance: Double

  public init(date: Date, content: Content, staleSince: Date? = nil, pendingCount: Int = 0, relevance: Double = 0) {
    self.date = date
    self.content = content
    self.staleSince = staleSince
    self.pendingCount = pendingCount
    self.relevance = relevance
  }
}

/// What a widget shows now and later, without being run again: the day ends, the evening comes, the copy gets old.
public struct TodayTimeline: Sendable, Equatable {
  public let entries: [TodayEntry]
  /// When the widget should be run again, if nothing changes before.
  public let reloadAfter: Date

  /// Seconds after which the copy counts as old.
  static let freshness: TimeInterval = 86_400
  /// When the evening begins, in minutes after midnight.
  static let evening = 19 * 60

  /// Where nobody is signed in.
  public static func signedOut(at now: Date) -> TodayTimeline {
    TodayTimeline(entries: [TodayEntry(date: now, content: .signedOut)], reloadAfter: now.addingTimeInterval(freshness))
  }

  /// What the gallery of widgets shows, and what stands there until the first one is ready.
  public static func example(at now: Date, titles: [String]) -> TodayEntry {
    let goals = titles.enumerated().map { index, title in
      TodayGoal(
        id: ObjectID("goal_\(index)"), title: title, unit: nil, percent: Double(75 - 20 * index), urgency: index == 0 ? .today : .safe,
        state: index == 1 ? .done : .open, logged: index == 1 ? 1 : nil, wanted: 1, step: 1, streak: nil)
    }
    return TodayEntry(date: now, content: .goals(goals, more: 0))
  }
}

extension TodayReader {
  /// - Parameters:
  ///   - limit: how many goals there is room for.
  ///   - chosen: the goals that the person chose for this widget; none for those that are due first.
  public func timeline(limit: Int, of chosen: [ObjectID] = []) async -> TodayTimeline {
    let now = clock.now()
    let today = clock.day(of: now)
    let tomorrow = clock.beginning(of: today.adding(days: 1))
    let status = await engine.status()
    do {
      func goals(on day: LocalDate) async throws -> [TodayGoal] {
        try await self.goals(on: day).filter { chosen.isEmpty || chosen.contains($0.id) }
      }
      let (present, later) = (try await goals(on: today), try await goals(on: today.adding(days: 1)))
      guard !present.isEmpty || status.completeAt != nil else {
        return TodayTimeline(entries: [TodayEntry(date: now, content: .notLoaded)], reloadAfter: now.addingTimeInterval(3_600))
      }
      let old = status.completeAt?.addingTimeInterval(TodayTimeline.freshness)
      let evening = clock.instant(today, minutes: TodayTimeline.evening)
      let end = clock.beginning(of: today.adding(days: 2))
      let moments = Set([now, evening, tomorrow, old].compactMap(\.self).filter { $0 >= now && $0 < end }).sorted()
      let entries = moments.map { date in
        let goals = date < tomorrow ? present : later
        let open = goals.filter { $0.state == .open && $0.urgency <= .tomorrow }
        return TodayEntry(
          date: date, content: goals.isEmpty ? .empty : .goals(Array(goals.prefix(limit)), more: max(0, goals.count - limit)),
          staleSince: old.map { $0 <= date } ?? false ? status.completeAt : nil, pendingCount: status.pending,
          relevance: open.isEmpty ? 0 : date >= evening && date < tomorrow ? 1 : 0.5)
      }
      return TodayTimeline(entries: entries, reloadAfter: tomorrow)
    } catch {
      return TodayTimeline(entries: [TodayEntry(date: now, content: .unusable)], reloadAfter: now.addingTimeInterval(3_600))
    }
  }
}
