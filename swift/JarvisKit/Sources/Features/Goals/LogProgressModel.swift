import Foundation
import Models
import Observation
import Persistence
import Sync

/// The sheet in which a value is logged, or one that was logged is changed.
@MainActor @Observable public final class LogProgressModel {
  public enum Outcome: Equatable, Sendable {
    /// It is kept on the device, and goes to the server by itself.
    case kept(ObjectID)
    case notANumber
    /// It may have so many characters.
    case noteTooLong(limit: Int)
    /// Progress counts for today, tomorrow at the latest.
    case tooLate
    case notSaved
  }

  public var text = ""
  public var note = ""
  /// The day that it counts for.
  public var date: LocalDate
  public private(set) var outcome: Outcome?
  public private(set) var goalTitle = ""
  public private(set) var unit: String?
  /// What was logged last, to be offered again.
  public private(set) var last: Amount?

  /// The last day that progress can count for.
  public var latestDate: LocalDate { day.today.adding(days: 1) }
  public var isNew: Bool { entry == nil }

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let goal: ObjectID
  @ObservationIgnored private let entry: ObjectID?
  @ObservationIgnored private let day: DayClock
  @ObservationIgnored private let locale: Locale
  @ObservationIgnored private var isSaving = false

  /// - Parameters:
  ///   - entry: the entry to change; nil logs a new one.
  ///   - locale: says how numbers are typed.
  public init(goal: ObjectID, entry: ObjectID? = nil, engine: SyncEngine, day: DayClock, locale: Locale = .current) {
    self.goal = goal
    self.entry = entry
    self.engine = engine
    self.day = day
    self.locale = locale
    date = day.today
  }

  public func load() async {
    guard let object = try? await engine.object(goal) else { return }
    goalTitle = object.data["title"]?.text ?? ""
    unit = object.data["unit"]?.text
    if let entry, let data = try? await engine.object(entry)?.data {
      text = data["value"]?.amount.map(typed) ?? ""
      note = data["note"]?.text ?? ""
      date = data["localDate"]?.localDate ?? date
    } else {
      let latest = try? await engine.objects(StoreQuery(type: "ProgressEntry", parent: goal, limit: 10))
      last = latest?.first { $0.data["skip"] != true }?.data["value"]?.amount
    }
  }

  private func typed(_ amount: Amount) -> String {
    amount.description.replacingOccurrences(of: ".", with: locale.decimalSeparator ?? ".")
  }

  /// Fills in what was logged last.
  public func repeatLast() { if let last { text = typed(last) } }

  /// Saves it. Twice at once is once.
  public func save() async {
    guard !isSaving else { return }
    isSaving = true
    defer { isSaving = false }
    let note = note.trimmed
    guard let value = Amount(typed: text, locale: locale) else { return outcome = .notANumber }
    guard note.unicodeScalars.count <= 10_000 else { return outcome = .noteTooLong(limit: 10_000) }
    guard date <= latestDate else { return outcome = .tooLate }
    do {
      if let entry {
        try await engine.update(
          entry,
          [
            "value": .string(value.description), "note": note.isEmpty ? .null : .string(note), "localDate": .string(date.description),
          ])
        outcome = .kept(entry)
      } else {
        outcome = .kept(try await engine.logProgress(day.draft(goal: goal, value: value, on: date, note: note.isEmpty ? nil : note)))
        text = ""
        self.note = ""
      }
    } catch { outcome = .notSaved }
  }
}
