import Foundation
import Models
import Persistence
import Sync

/// What an intent tells after it logged something.
public struct Logged: Sendable, Equatable {
  public let entry: ObjectID
  /// The goal as it is now.
  public let goal: TodayGoal
}

/// What Shortcuts, Siri and widgets know of goals: all from the device's own copy.
extension Actions {
  var reader: TodayReader { TodayReader(engine: engine, day: day) }

  /// The goals that run, what is open and urgent first: what Shortcuts suggests.
  /// - Throws: `StoreFault`.
  public func suggestedGoals() async throws -> [TodayGoal] { try await reader.goals() }

  /// Goals with these ids, in their order. Those that are no more, or do not run any more, are left out.
  public func goals(_ ids: [ObjectID]) async throws -> [TodayGoal] {
    let goals = Dictionary(try await reader.goals().map { ($0.id, $0) }) { $1 }
    return ids.compactMap { goals[$0] }
  }

  /// Goals that somebody may mean by these words: the whole title, its beginning, a word of it, a part of it, in this order. Accents and
  /// capitals do not matter.
  public func goals(matching words: String) async throws -> [TodayGoal] {
    func folded(_ text: String) -> String {
      text.trimmingCharacters(in: .whitespaces).folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }
    let wanted = folded(words)
    guard !wanted.isEmpty else { return [] }
    func rank(_ goal: TodayGoal) -> Int? {
      let title = folded(goal.title)
      if title == wanted { return 0 }
      if title.hasPrefix(wanted) { return 1 }
      if title.split(separator: " ").contains(where: { $0.hasPrefix(wanted) }) { return 2 }
      return title.contains(wanted) ? 3 : nil
    }
    let found = try await reader.goals().compactMap { goal in rank(goal).map { (rank: $0, goal: goal) } }
    // Of those of one rank, what is open and urgent stays first.
    return found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element.goal)
  }

  /// Logs a value. Without one, what one tap logs; it works without a network.
  /// - Throws: `Fault.noGoal` when there is none with this id that runs, `Fault.needsValue` when it has no usual value.
  public func logProgress(_ value: Amount? = nil, goal id: ObjectID, note: String? = nil) async throws -> Logged {
    guard let goal = try await goals([id]).first else { throw Fault.noGoal(named: "") }
    guard let value = value ?? goal.step else { throw Fault.needsValue }
    let entry = try await engine.logProgress(day.draft(goal: id, value: value, note: note?.isEmpty == true ? nil : note))
    return Logged(entry: entry, goal: try await goals([id]).first ?? goal)
  }

  /// Says that the goal is left out today, which does not break a streak.
  /// - Throws: `Fault.noGoal`.
  public func skipToday(goal id: ObjectID) async throws -> Logged {
    guard let goal = try await goals([id]).first else { throw Fault.noGoal(named: "") }
    let entry = try await engine.skipDay(goal: id, on: day.today)
    return Logged(entry: entry, goal: try await goals([id]).first ?? goal)
  }

  /// Takes back what was just logged.
  public func undo(_ entry: ObjectID) async throws { try await engine.delete(entry) }
}
