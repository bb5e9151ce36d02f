import Foundation
import Models
import Sync

/// What a person does to a goal as a whole, from lists and from its own screen. It works without a network.
@MainActor public final class GoalActions {
  public let work = Work()
  private let engine: SyncEngine
  private let day: DayClock

  public init(engine: SyncEngine, day: DayClock) {
    self.engine = engine
    self.day = day
  }

  public func complete(_ goal: ObjectID) async { await work.run(on: goal) { try await engine.completeGoal(goal) } }
  /// Takes back that it is completed.
  public func reopen(_ goal: ObjectID) async { await work.run(on: goal) { try await engine.reopenGoal(goal) } }
  /// It rests from now on, and asks nothing.
  public func pause(_ goal: ObjectID) async { await set(.paused, goal) }
  /// It goes on, after a rest or after it was given up.
  public func resume(_ goal: ObjectID) async { await set(.active, goal) }
  /// It is given up; its history stays.
  public func archive(_ goal: ObjectID) async { await set(.cancelled, goal) }
  public func delete(_ goal: ObjectID) async { await work.run(on: goal) { try await engine.delete(goal) } }

  /// Says that a day does not count, today unless another is given.
  public func skip(_ goal: ObjectID, on other: LocalDate? = nil, note: String = "") async {
    await work.run(on: goal) {
      try await engine.skipDay(goal: goal, on: other ?? day.today, note: note.isEmpty ? nil : note)
    }
  }

  private func set(_ status: GoalStatus, _ goal: ObjectID) async {
    await work.run(on: goal) { try await engine.update(goal, ["status": .string(status.rawValue)]) }
  }
}
