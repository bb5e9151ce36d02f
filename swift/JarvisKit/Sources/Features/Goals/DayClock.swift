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

  public func draft(goal: ObjectID, value: Amount, note: String? = nil) -> ProgressDraft {
    let instant = now()
    return ProgressDraft(
      goal: goal, value: value, localDate: LocalDate(instant, in: timeZone, dayStartMinutes: dayStartMinutes), occurredAt: instant,
      timeZone: timeZone.identifier, note: note)
  }
}
