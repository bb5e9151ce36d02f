import Foundation
import Models
import Sync

/// Which day it is for the person: by the server's clock as far as it is known, and their own beginning of the day.
public struct DayClock: Sendable {
  public let now: @Sendable () -> Date
  public let timeZone: TimeZone
  public let dayStartMinutes: Int

  public init(now: @escaping @Sendable () -> Date, timeZone: TimeZone, dayStartMinutes: Int = 0) {
    self.now = now
    self.timeZone = timeZone
    self.dayStartMinutes = dayStartMinutes
  }

  /// - Parameter day: the day that it counts for; today when absent. What happened on another day is taken to have happened at noon.
  public func draft(goal: ObjectID, value: Amount, on day: LocalDate? = nil, note: String? = nil) -> ProgressDraft {
    let today = today
    let day = day ?? today
    return ProgressDraft(
      goal: goal, value: value, localDate: day, occurredAt: day == today ? now() : instant(day, minutes: 720),
      timeZone: timeZone.identifier, note: note)
  }
}
