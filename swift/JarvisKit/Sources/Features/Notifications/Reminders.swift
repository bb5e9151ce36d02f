import Foundation
import Graph
import Models
import Observation
import Persistence

public enum ReminderKind: String, OpenEnum, CaseIterable {
  /// To work on the goal, or to do what the message says.
  case toDo = "TO_DO"
  /// To log what was done.
  case toLog = "TO_LOG"
  case unknown
}

/// When the person wants to be reminded, and of what.
public struct Reminder: Decodable, Sendable, Equatable, Identifiable {
  public struct Goal: Decodable, Sendable, Hashable, Identifiable {
    public let id: ObjectID
    public let title: String
  }
  public let id: ObjectID
  public let kind: ReminderKind
  public let message: String?
  let timeOfDay: String
  let date: LocalDate?
  let weekdays: [String]
  let daysBeforeDeadline: Int?
  public let followPace: Bool
  public internal(set) var active: Bool
  public let nextOccurrenceAt: Date?
  public let goal: Goal?
  public let version: Int

  public var time: TimeOfDay? { TimeOfDay(timeOfDay) }

  /// On which days it falls.
  public var days: ReminderDays {
    if let date { return .once(date) }
    if let daysBeforeDeadline { return .beforeDeadline(daysBeforeDeadline) }
    let days = Set(weekdays.compactMap(Weekday.init(name:)))
    return days.count == 7 || days.isEmpty ? .everyDay : .weekdays(days)
  }
}

/// On which days a reminder falls.
public enum ReminderDays: Hashable, Sendable {
  case everyDay
  case weekdays(Set<Weekday>)
  case once(LocalDate)
  /// So many days before the goal's deadline, 0 to 365.
  case beforeDeadline(Int)
}

public struct RemindersValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var reminders: Connection<Reminder>? }
  public internal(set) var viewer: Viewer?
}

/// A reminder as the person writes it.
public struct ReminderDraft: Equatable, Sendable {
  /// What keeps it from being saved.
  public enum Fault: Hashable, Sendable { case messageMissing, messageTooLong, noWeekday, over, daysOutOfRange, goalMissing }

  public static let longestMessage = 500

  public var kind: ReminderKind
  public var message: String
  public var time: TimeOfDay
  public var days: ReminderDays
  public var followPace: Bool
  public var active: Bool
  public var goal: Reminder.Goal?

  /// A new one: every day in the evening.
  public init(goal: Reminder.Goal? = nil) {
    kind = .toDo
    message = ""
    time = TimeOfDay(minutes: 18 * 60)
    days = .everyDay
    followPace = false
    active = true
    self.goal = goal
  }

  public init(_ reminder: Reminder) {
    kind = reminder.kind
    message = reminder.message ?? ""
    time = reminder.time ?? TimeOfDay(minutes: 18 * 60)
    days = reminder.days
    followPace = reminder.followPace
    active = reminder.active
    goal = reminder.goal
  }

  var trimmed: String { message.trimmingCharacters(in: .whitespacesAndNewlines) }

  public func faults(_ day: DayClock) -> Set<Fault> {
    var faults: Set<Fault> = []
    if goal == nil, trimmed.isEmpty { faults.insert(.messageMissing) }
    // The server counts in UTF-16.
    if trimmed.utf16.count > Self.longestMessage { faults.insert(.messageTooLong) }
    switch days {
    case .everyDay: break
    case .weekdays(let days): if days.isEmpty { faults.insert(.noWeekday) }
    case .once(let date): if day.instant(date, minutes: time.minutes) <= day.now() { faults.insert(.over) }
    case .beforeDeadline(let count):
      if !(0...365).contains(count) { faults.insert(.daysOutOfRange) }
      if goal == nil { faults.insert(.goalMissing) }
    }
    if followPace, goal == nil { faults.insert(.goalMissing) }
    return faults
  }

  /// What the person sets, as both mutations take it. Of the ways of choosing days only the chosen one is named: it ends the others.
  var input: [String: JSONValue] {
    var input: [String: JSONValue] = [
      "message": trimmed.isEmpty ? .null : .string(trimmed), "timeOfDay": .string(time.description), "followPace": .bool(followPace),
      "active": .bool(active), "goalId": goal.map { .string($0.id.rawValue) } ?? .null,
    ]
    if kind != .unknown { input["kind"] = .string(kind.rawValue) }
    switch days {
    case .everyDay: input["weekdays"] = .null
    case .weekdays(let days): input["weekdays"] = .array(days.sorted().map { .string($0.name) })
    case .once(let date): input["date"] = .string(date.description)
    case .beforeDeadline(let count): input["daysBeforeDeadline"] = .int(count)
    }
    return input
  }
}

/// The person's reminders.
@MainActor @Observable public final class RemindersModel {
  public let list: QueryModel<RemindersValue>
  public let work = Work()

  @ObservationIgnored let parts: Parts
  @ObservationIgnored let day: @Sendable () -> DayClock

  /// - Parameter goal: only those of this goal.
  public init(_ parts: Parts, goal: ObjectID? = nil, day: @escaping @Sendable () -> DayClock) {
    self.parts = parts
    self.day = day
    list = parts.model(
      Document.reminders, goal.map { ["filter": ["goalId": .string($0.rawValue)]] } ?? [:],
      isEmpty: { $0.viewer?.reminders?.nodes.isEmpty ?? false },
      paging: Paging(cursor: { $0.viewer?.reminders?.nextCursor }) { shown, next in
        var joined = shown
        if let page = next.viewer?.reminders { joined.viewer?.reminders = shown.viewer?.reminders?.followed(by: page) ?? page }
        return joined
      })
  }

  public var reminders: [Reminder] { list.screen.value?.viewer?.reminders?.nodes ?? [] }

  /// The goals of the offline copy that a reminder can be for.
  public func goals() async -> [Reminder.Goal] {
    let objects = (try? await parts.store.objects(StoreQuery(type: "Goal"))) ?? []
    return objects.filter { $0.data["status"] == "ACTIVE" }
      .map { Reminder.Goal(id: $0.id, title: $0.data["title"]?.text ?? "") }
      .sorted { $0.title.localizedStandardCompare($1.title) == .orderedAscending }
  }

  /// Switches it on or off, at once.
  public func setActive(_ reminder: Reminder, _ active: Bool) async {
    await work.run(on: reminder.id) {
      put(reminder.with(active: active))
      do {
        put(
          try await parts.graph.change(
            Request(Document.updateReminder, ["input": ["id": .string(reminder.id.rawValue), "active": .bool(active)]]), as: Saved.self
          ).reminder)
      } catch {
        put(reminder)
        throw error
      }
    }
  }

  public func delete(_ reminder: Reminder) async {
    await work.run(on: reminder.id) {
      let place = reminders.firstIndex { $0.id == reminder.id }
      edit { $0.removeAll { $0.id == reminder.id } }
      do {
        try await parts.graph.change(Request(Document.deleteReminder, ["input": ["id": .string(reminder.id.rawValue)]]))
      } catch let problem as UserError where problem.code == "NOT_FOUND" {
        // Another device was faster.
      } catch {
        if let place { edit { if !$0.contains(where: { $0.id == reminder.id }) { $0.insert(reminder, at: min(place, $0.count)) } } }
        throw error
      }
    }
  }

  /// - Parameter reminder: nil for a new one.
  public func editor(for reminder: Reminder?, goal: Reminder.Goal? = nil) -> ReminderEditor {
    ReminderEditor(self, reminder: reminder, draft: reminder.map(ReminderDraft.init) ?? ReminderDraft(goal: goal))
  }

  struct Saved: Decodable { let reminder: Reminder }

  func put(_ reminder: Reminder) {
    edit { reminders in
      if let place = reminders.firstIndex(where: { $0.id == reminder.id }) {
        reminders[place] = reminder
      } else {
        reminders.append(reminder)
      }
    }
  }

  private func edit(_ change: (inout [Reminder]) -> Void) {
    list.edit { value in
      guard var nodes = value.viewer?.reminders?.nodes else { return }
      change(&nodes)
      value.viewer?.reminders?.nodes = nodes
    }
  }
}

extension Reminder {
  func with(active: Bool) -> Reminder {
    var changed = self
    changed.active = active
    return changed
  }
}

/// A reminder that is being written or changed.
@MainActor @Observable public final class ReminderEditor: Identifiable {
  public var draft: ReminderDraft
  public let work = Work()
  /// Somebody changed it meanwhile: what it is now. The person chooses.
  public private(set) var conflict: Reminder?
  /// Nil for a new one.
  public private(set) var reminder: Reminder?

  @ObservationIgnored private let list: RemindersModel
  /// Made once: sent twice, it is still one reminder.
  @ObservationIgnored private let newID: ObjectID

  init(_ list: RemindersModel, reminder: Reminder?, draft: ReminderDraft) {
    self.list = list
    self.reminder = reminder
    self.draft = draft
    newID = list.parts.surroundings.makeID(.reminder)
  }

  public var faults: Set<ReminderDraft.Fault> { draft.faults(list.day()) }
  public var canSave: Bool { faults.isEmpty && work.subjects.isEmpty && conflict == nil }

  /// - Returns: whether it is saved; otherwise `conflict` or the problem of `work` say why not.
  public func save() async -> Bool {
    guard canSave else { return false }
    var saved: Reminder?
    await work.run(on: reminder?.id ?? newID) {
      let graph = list.parts.graph
      if let reminder {
        let input = draft.input.merging(["id": .string(reminder.id.rawValue), "expectedVersion": .int(reminder.version)]) { $1 }
        switch try await graph.settle(Request(Document.updateReminder, ["input": .object(input)]), "reminder", as: Reminder.self) {
        case .saved(let new): saved = new
        case .conflict(let now): conflict = now
        }
      } else {
        let input = draft.input.filter { $0.value != .null }.merging(["id": .string(newID.rawValue)]) { $1 }
        saved = try await graph.change(Request(Document.createReminder, ["input": .object(input)]), as: RemindersModel.Saved.self).reminder
      }
    }
    guard let saved else { return false }
    reminder = saved
    list.put(saved)
    return true
  }

  /// Puts what the person wrote in place of what somebody else did.
  public func keepMine() async -> Bool {
    guard let conflict else { return false }
    reminder = conflict
    self.conflict = nil
    return await save()
  }

  /// Gives up what the person wrote.
  public func takeTheirs() {
    guard let conflict else { return }
    reminder = conflict
    draft = ReminderDraft(conflict)
    list.put(conflict)
    self.conflict = nil
  }
}

extension Parts {
  @MainActor public func reminders(goal: ObjectID? = nil, day: @escaping @Sendable () -> DayClock) -> RemindersModel {
    RemindersModel(self, goal: goal, day: day)
  }
}
