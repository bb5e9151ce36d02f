import Foundation
import Models
import Observation
import Sync

/// The goals of the day, where one click logs: the menu bar.
@MainActor @Observable public final class QuickLogModel {
  public private(set) var screen: Screen<[TodayGoal]> = .loading
  /// What was logged here last for a goal, and can be taken back.
  public private(set) var undoable: [ObjectID: ObjectID] = [:]
  public let work = Work()

  @ObservationIgnored private let account: Account

  public init(_ account: Account) { self.account = account }

  /// Shows the goals, and shows them again whenever the copy changes, until the task is cancelled.
  public func follow() async {
    let statuses = await account.engine.statuses()
    for await status in statuses { await show(status) }
  }

  private func show(_ status: SyncStatus) async {
    do {
      let goals = try await account.actions.suggestedGoals()
      screen = !goals.isEmpty ? .content(goals, nil) : status.completeAt == nil ? .loading : .empty
    } catch { screen = .failed(Problem(error)) }
  }

  /// Logs what one click does, or the day itself.
  public func log(_ goal: TodayGoal) async {
    await work.run(on: goal.id) { undoable[goal.id] = try await account.actions.logProgress(goal: goal.id).entry }
  }

  /// Logs a value that was typed.
  /// - Returns: false when it is no number, or could not be kept.
  public func log(_ typed: String, goal: TodayGoal, locale: Locale = .current) async -> Bool {
    guard let value = Amount(typed: typed, locale: locale) else { return false }
    return await work.run(on: goal.id) { undoable[goal.id] = try await account.actions.logProgress(value, goal: goal.id).entry }
  }

  public func undo(_ entry: ObjectID, goal: TodayGoal) async {
    await work.run(on: goal.id) {
      try await account.actions.undo(entry)
      undoable[goal.id] = nil
    }
  }
}
