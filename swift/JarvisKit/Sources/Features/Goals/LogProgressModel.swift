import Foundation
import Models
import Observation
import Sync

/// The sheet in which a value is logged.
@MainActor @Observable public final class LogProgressModel {
  public enum Outcome: Equatable, Sendable {
    /// It is kept on the device, and goes to the server by itself.
    case kept(ObjectID)
    case notANumber
    case notSaved
  }

  public var text = ""
  public var note = ""
  public private(set) var outcome: Outcome?

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let goal: ObjectID
  @ObservationIgnored private let day: DayClock

  public init(goal: ObjectID, engine: SyncEngine, day: DayClock) {
    self.goal = goal
    self.engine = engine
    self.day = day
  }

  public func save(locale: Locale = .current) async {
    guard let value = Amount(typed: text, locale: locale) else {
      outcome = .notANumber
      return
    }
    do {
      outcome = .kept(try await engine.logProgress(day.draft(goal: goal, value: value, note: note.isEmpty ? nil : note)))
      text = ""
      note = ""
    } catch { outcome = .notSaved }
  }
}
