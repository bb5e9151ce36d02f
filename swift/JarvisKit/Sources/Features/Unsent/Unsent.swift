import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync

/// A change that the server does not have yet, as a list of them shows it.
public struct UnsentChange: Equatable, Sendable, Identifiable {
  /// What the person did.
  public enum Deed: Equatable, Sendable {
    case made
    /// Logged this much, in this unit.
    case logged(Amount, unit: String?)
    case skippedDay(LocalDate)
    case changed([CopyField])
    case completed
    case reopened
    case deleted
    /// Put the life areas into another order.
    case arranged
    /// Another version of the app made it, and this one does not know what it is.
    case unknown
  }

  public enum State: Equatable, Sendable {
    case waiting
    /// It was sent, and what became of it is not known: it is sent again, and done once.
    case underWay
    /// Somebody else changed the same.
    case conflict
    /// What the server said.
    case refused([String])
  }

  public let id: String
  public let subject: ObjectID
  public let kind: ObjectKind?
  /// What the object is called, or the goal that it belongs to.
  public let title: String?
  public let deed: Deed
  public let state: State
  /// When it was made, by the device's clock; nil when it is not known.
  public let madeAt: Date?
  public let attempts: Int
  /// Whether it can still be taken back.
  public let canDiscard: Bool

  public var needsPerson: Bool {
    switch state {
    case .waiting, .underWay: false
    case .conflict, .refused: true
    }
  }
}

/// What waits to be sent, and what waits for the person.
@MainActor @Observable public final class UnsentModel {
  /// Empty when the server has everything.
  public let copy: CopyModel<[UnsentChange]>
  public let work = Work()
  @ObservationIgnored private let engine: SyncEngine

  public init(engine: SyncEngine) {
    self.engine = engine
    copy = CopyModel(engine: engine) { engine in
      let changes = try await engine.unsent()
      return changes.isEmpty ? nil : changes
    }
  }

  /// Also when the copy was never complete: what is not sent is known in any case.
  public var changes: [UnsentChange] { copy.screen.value ?? [] }
  public var waitingForPerson: [UnsentChange] { changes.filter(\.needsPerson) }
  public var waiting: [UnsentChange] { changes.filter { !$0.needsPerson } }

  /// Sends what was refused once more, or just everything that waits.
  public func retry(_ change: UnsentChange? = nil) async {
    if let change, change.needsPerson {
      await work.run(on: change.subject) { try await engine.settle(change.id, by: .keepMine) }
    }
    await copy.refresh()
  }

  /// Takes a change back: also what was to follow it for the same object, and what belongs to an object that it made.
  public func discard(_ change: UnsentChange) async {
    await work.run(on: change.subject) { try await engine.discard(change.id) }
    await copy.show()
  }
}

extension SyncEngine {
  func unsent() async throws -> [UnsentChange] {
    var all: [UnsentChange] = []
    for change in try await pending() {
      let told = try await asTold(change.subject)
      let own = try await object(change.subject)?.data ?? told?.data
      let whole = try await object(change.group)?.data
      let isEntry = change.subject.kind == .entry
      all.append(
        UnsentChange(
          id: change.key, subject: change.subject, kind: change.subject.kind, title: (isEntry ? nil : own)?.title ?? whole?.title,
          deed: .init(change, unit: isEntry ? whole?["unit"]?.text : nil), state: .init(change.state),
          madeAt: change.madeAt == .distantPast ? nil : change.madeAt, attempts: change.attempts, canDiscard: change.canBeTakenBack))
    }
    return all
  }
}

extension JSONValue {
  /// What people call an object.
  fileprivate var title: String? { self["title"]?.text ?? self["name"]?.text ?? self["text"]?.text }
}

extension UnsentChange.State {
  init(_ state: PendingChange.State) {
    self =
      switch state {
      case .waiting: .waiting
      case .sent: .underWay
      case .conflict: .conflict
      case .refused(let errors): .refused(errors.map(\.message))
      }
  }
}

extension UnsentChange.Deed {
  init(_ change: PendingChange, unit: String?) {
    switch change.edit {
    case .create(_, _, _, let fields) where change.subject.kind == .entry:
      if fields["skip"] == true, let day = fields["localDate"]?.localDate {
        self = .skippedDay(day)
      } else {
        self = .logged(fields["value"]?.amount ?? 0, unit: unit)
      }
    case .create: self = .made
    case .update where change.operation == Document.completeGoal.name: self = .completed
    case .update where change.operation == Document.reopenGoal.name: self = .reopened
    case .update(let fields, _): self = fields.isEmpty ? .unknown : .changed(CopyField.sorted(fields.keys))
    case .delete: self = .deleted
    case .arrange: self = .arranged
    }
  }
}

/// A field of an object in the copy, as a person may have to decide about it.
public enum CopyField: String, Sendable, CaseIterable {
  case title, name, text, description, value, note, localDate
  case kind, areaKind, status, lifeArea, direction, cumulative, aggregation, frequency, startValue, targetValue, rate, unit, startDate,
    deadline
  case autoComplete, completedAt, missingMeans, pauses, customFields, color, icon, active, dueDate, reached, reachedOn, position
  case unknown

  static func sorted(_ names: some Sequence<String>) -> [CopyField] {
    let fields = Set(names.map { CopyField(rawValue: $0) ?? .unknown })
    return allCases.filter(fields.contains)
  }
}

/// A value of such a field, for people to compare.
public enum CopyValue: Equatable, Sendable {
  case nothing
  /// A text of the person's.
  case text(String)
  case amount(Amount)
  case day(LocalDate)
  case flag(Bool)
  case status(GoalStatus)
  case direction(GoalDirection)
  case aggregation(DayAggregation)
  case missingMeans(MissingDays)
  case areaKind(LifeAreaKind)
  case frequency(Frequency)
  case rate(Amount, PeriodUnit)
  case number(Int)
  /// So many of them, of a list.
  case several(Int)

  /// - Parameter name: the name of the life area, where the field says to which one something belongs.
  init(_ value: JSONValue?, of field: CopyField, area name: String?) {
    guard let value, value != .null else {
      self = .nothing
      return
    }
    let read: CopyValue? =
      switch field {
      case .value, .startValue, .targetValue: value.amount.map { .amount($0) }
      case .localDate, .startDate, .deadline, .dueDate, .reachedOn: value.localDate.map { .day($0) }
      case .status: value.choice().map { .status($0) }
      case .direction: value.choice().map { .direction($0) }
      case .aggregation: value.choice().map { .aggregation($0) }
      case .missingMeans: value.choice().map { .missingMeans($0) }
      case .areaKind: value.choice().map { .areaKind($0) }
      case .frequency: (try? value.read()).map { .frequency($0) }
      case .rate: value["amount"]?.amount.map { .rate($0, value["period"]?.choice() ?? .unknown) }
      case .lifeArea: name.map { .text($0) }
      default: nil
      }
    if let read {
      self = read
      return
    }
    self =
      switch value {
      case .string(let text): .text(text)
      case .bool(let flag): .flag(flag)
      case .int(let number): .number(number)
      case .array(let items): .several(items.count)
      default: .nothing
      }
  }
}

/// A change that met another one of the same, with both sides to choose from.
@MainActor @Observable public final class ConflictModel {
  public enum Side: Sendable, CaseIterable { case mine, theirs }

  /// A field that is different now from what the person made of it.
  public struct Difference: Equatable, Sendable, Identifiable {
    /// As the copy names it.
    public let id: String
    public let field: CopyField
    public let mine: CopyValue
    public let theirs: CopyValue
  }

  public enum Content: Equatable, Sendable {
    /// The person changed it, and so did somebody else, in these fields.
    case fields([Difference])
    /// The person deleted what somebody else changed.
    case deletion
    /// The person changed what somebody else deleted.
    case gone
    /// It was settled, here or by what happened since.
    case settled
  }

  public private(set) var content = Content.settled
  public private(set) var title: String?
  public private(set) var isLoaded = false
  /// Which side each field is taken from; mine until the person says otherwise.
  public var sides: [String: Side] = [:]
  public let work = Work()

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let key: String
  @ObservationIgnored private var subject: ObjectID?

  /// - Parameter change: the id of the change that waits.
  public init(_ change: String, engine: SyncEngine) {
    key = change
    self.engine = engine
  }

  public func load() async {
    defer { isLoaded = true }
    guard let change = try? await engine.pending().first(where: { $0.key == key }), case .conflict(let current) = change.state else {
      content = .settled
      return
    }
    subject = change.subject
    title = try? await engine.unsent().first { $0.id == key }?.title
    guard let current else {
      content = .gone
      return
    }
    guard case .update(let fields, _) = change.edit else {
      content = .deletion
      return
    }
    let areas = (try? await engine.areas()) ?? []
    let differences = fields.filter { current[$0.key] ?? .null != $0.value }.map { name, mine in
      let field = CopyField(rawValue: name) ?? .unknown
      func value(_ value: JSONValue?) -> CopyValue {
        CopyValue(value, of: field, area: areas.first { $0.id == value?.reference }?.name)
      }
      return Difference(id: name, field: field, mine: value(mine), theirs: value(current[name]))
    }
    content = .fields(
      differences.sorted { a, b in
        let order = CopyField.allCases
        return (order.firstIndex(of: a.field) ?? 0, a.id) < (order.firstIndex(of: b.field) ?? 0, b.id)
      })
    sides = Dictionary(differences.map { ($0.id, Side.mine) }) { $1 }
  }

  /// Takes each field from the side that the person chose.
  /// - Returns: whether it is settled.
  @discardableResult
  public func settle() async -> Bool {
    guard case .fields(let differences) = content else { return await settle(.theirs) }
    let theirs = differences.filter { sides[$0.id] == .theirs }.map(\.id)
    if theirs.isEmpty { return await settle(.mine) }
    if theirs.count == differences.count { return await settle(.theirs) }
    return await settle(by: .keepMineOnly(fields: Set(differences.map(\.id)).subtracting(theirs)))
  }

  /// Takes everything from one side.
  @discardableResult
  public func settle(_ side: Side) async -> Bool { await settle(by: side == .mine ? .keepMine : .keepTheirs) }

  private func settle(by choice: Choice) async -> Bool {
    guard let subject else { return false }
    let done = await work.run(on: subject) { try await engine.settle(key, by: choice) }
    if done { content = .settled }
    return done
  }
}
