import Foundation
import Graph
import Models
import Observation
import Sync

/// The form in which a goal is made or changed. What is left empty is the server's choice.
@MainActor @Observable public final class GoalForm {
  public enum Field: Hashable, Sendable {
    case title, description, unit, times, interval, startValue, targetValue, rate, deadline
    case pause(Int)
    case milestone(Int)
    case custom(String)
  }

  public enum Mistake: Equatable, Sendable {
    case missing
    /// It may have so many characters.
    case tooLong(limit: Int)
    case notANumber
    case outOfRange(Int, Int)
    /// It is too far from zero.
    case tooLarge
    case zero
    /// An end before its beginning.
    case beforeStart
    /// Of deadline, target and rate, two are given: the third follows.
    case oneTooMany
    case notAnAddress
  }

  /// A stretch of days that is planned, in which the goal asks nothing.
  public struct PlannedPause: Equatable, Sendable {
    public var start: LocalDate
    public var end: LocalDate
  }

  /// A step that is made with the goal.
  public struct Step: Equatable, Sendable, Identifiable {
    public let id: Int
    public var title = ""
    public var due: LocalDate?
  }

  // MARK: What is filled in

  public var title = ""
  public var description = ""
  /// Fixed once the goal is made.
  public var kind = GoalKind.numeric
  public var area: ObjectID?
  public var unit = ""
  public var startValue = ""
  public var targetValue = ""
  public var rate = ""
  public var ratePeriod = PeriodUnit.week
  /// Nil: the server chooses by the values.
  public var direction: GoalDirection?
  public var cumulative: Bool?
  public var aggregation: DayAggregation?
  public var autoComplete: Bool?
  public var times = 1
  public var period = PeriodUnit.day
  public var interval = 1
  public var startDate: LocalDate
  public var deadline: LocalDate?
  public var missingMeans = MissingDays.zero
  public var pauses: [PlannedPause] = []
  /// Steps of a new goal; those of one that is there are changed on its screen.
  public private(set) var steps: [Step] = []
  /// Texts, numbers as typed, and options of the area's fields.
  public var texts: [String: String] = [:]
  public var flags: [String: Bool] = [:]
  public var days: [String: LocalDate] = [:]

  // MARK: What the form shows beside

  public private(set) var areas: [GoalsModel.Area] = []
  /// Why it cannot be saved yet, by field.
  public private(set) var mistakes: [Field: Mistake] = [:]
  /// The goal, once it is saved.
  public private(set) var saved: ObjectID?
  /// It could not be kept on the device, or the goal is gone.
  public private(set) var problem: Problem?
  public private(set) var isLoaded = false

  public let goal: ObjectID?
  public var isNew: Bool { goal == nil }

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let locale: Locale
  @ObservationIgnored private var fieldsByArea: [ObjectID: [CustomField]] = [:]
  @ObservationIgnored private var before: [String: JSONValue] = [:]
  @ObservationIgnored private var lastingPauses: [JSONValue] = []
  @ObservationIgnored private var nextStep = 0
  @ObservationIgnored private var isSaving = false

  /// - Parameters:
  ///   - goal: the goal to change; nil makes a new one.
  ///   - area: in which life area a new one begins.
  ///   - locale: says how numbers are typed.
  public init(engine: SyncEngine, day: DayClock, goal: ObjectID? = nil, area: ObjectID? = nil, locale: Locale = .current) {
    self.engine = engine
    self.goal = goal
    self.area = area
    self.locale = locale
    startDate = day.today
  }

  /// The fields of the area that is chosen.
  public var customFields: [CustomField] { area.flatMap { fieldsByArea[$0] } ?? [] }

  /// Whether the kind has values that move from a start to a target.
  public var hasLine: Bool { kind == .numeric || kind == .custom }

  public func load() async {
    do {
      let objects = try await engine.sortedAreas()
      areas = try await engine.areas()
      fieldsByArea = Dictionary(objects.map { ($0.id, CustomField.fields(of: $0.data)) }) { $1 }
      if let goal {
        guard let object = try await engine.object(goal) else { throw UserError(code: "NOT_FOUND", message: "It is not here any more.") }
        fill(object.data)
        before = fields([:])
      }
      isLoaded = true
    } catch { problem = Problem(error) }
  }

  private func fill(_ data: JSONValue) {
    title = data["title"]?.text ?? ""
    description = data["description"]?.text ?? ""
    kind = data["kind"]?.choice() ?? .unknown
    area = data["lifeArea"]?.reference
    unit = data["unit"]?.text ?? ""
    startValue = typed(data["startValue"]?.amount)
    targetValue = typed(data["targetValue"]?.amount)
    rate = typed(data["rate"]?["amount"]?.amount)
    ratePeriod = data["rate"]?["period"]?.choice() ?? .week
    direction = data["direction"]?.choice()
    cumulative = data["cumulative"]?.flag
    aggregation = data["aggregation"]?.choice()
    autoComplete = data["autoComplete"]?.flag
    times = data["frequency"]?["times"]?.number ?? 1
    period = data["frequency"]?["period"]?.choice() ?? .day
    interval = data["frequency"]?["interval"]?.number ?? 1
    startDate = data["startDate"]?.localDate ?? startDate
    deadline = data["deadline"]?.localDate
    missingMeans = data["missingMeans"]?.choice() ?? .zero
    let all = data["pauses"]?.items ?? []
    lastingPauses = all.filter { $0["end"] == nil }
    pauses = GoalModel.pauses(in: data).compactMap { pause in pause.end.map { PlannedPause(start: pause.start, end: $0) } }
    for (key, value) in CustomField.values(of: data) {
      switch value {
      case .text(let text): texts[key] = text
      case .number(let amount): texts[key] = typed(amount)
      case .boolean(let flag): flags[key] = flag
      case .date(let day): days[key] = day
      }
    }
  }

  private func typed(_ amount: Amount?) -> String {
    amount.map { $0.description.replacingOccurrences(of: ".", with: locale.decimalSeparator ?? ".") } ?? ""
  }

  // MARK: Steps

  public func addStep() {
    steps.append(Step(id: nextStep))
    nextStep += 1
  }

  public func change(_ step: Step) {
    guard let index = steps.firstIndex(where: { $0.id == step.id }) else { return }
    steps[index] = step
  }

  public func removeSteps(at offsets: IndexSet) { steps = steps.indices.filter { !offsets.contains($0) }.map { steps[$0] } }

  /// Plans a pause of a week after the others.
  public func addPause() {
    let start = pauses.map(\.end).max().map { $0.adding(days: 1) } ?? startDate
    pauses.append(PlannedPause(start: start, end: start.adding(days: 6)))
  }

  public func removePauses(at offsets: IndexSet) { pauses = pauses.indices.filter { !offsets.contains($0) }.map { pauses[$0] } }

  // MARK: Saving

  /// Keeps it on the device; it goes to the server by itself.
  /// - Returns: whether it is saved. Twice at once is once.
  @discardableResult
  public func save() async -> Bool {
    guard !isSaving else { return false }
    isSaving = true
    defer { isSaving = false }
    var read: [Field: Amount] = [:]
    mistakes = check(&read)
    guard mistakes.isEmpty else { return false }
    let fields = fields(read)
    do {
      if let goal {
        try await engine.update(goal, fields.filter { before[$0.key] ?? .null != $0.value })
        saved = goal
      } else {
        let goal = try await engine.createGoal(fields.filter { $0.value != .null })
        for step in steps where !step.title.trimmed.isEmpty {
          try await engine.createMilestone(
            goal: goal, ["title": .string(step.title.trimmed), "dueDate": step.due.map { .string($0.description) } ?? .null])
        }
        saved = goal
      }
      problem = nil
      return true
    } catch {
      problem = Problem(error)
      return false
    }
  }

  /// Everything that is filled in, as the copy has it.
  private func fields(_ read: [Field: Amount]) -> [String: JSONValue] {
    func amount(_ field: Field, _ text: String) -> JSONValue {
      (read[field] ?? Amount(typed: text, locale: locale)).map { .string($0.description) } ?? .null
    }
    func text(_ text: String) -> JSONValue { text.trimmed.isEmpty ? .null : .string(text.trimmed) }
    var fields: [String: JSONValue] = [
      "title": .string(title.trimmed), "description": text(description), "unit": text(unit),
      "lifeArea": area.map { ["id": .string($0.rawValue)] } ?? .null, "startDate": .string(startDate.description),
      "deadline": deadline.map { .string($0.description) } ?? .null, "missingMeans": .string(missingMeans.rawValue),
      "pauses": .array(
        pauses.map { ["start": .string($0.start.description), "end": .string($0.end.description)] } + lastingPauses),
      "customFields": .array(customValues),
    ]
    if isNew { fields["kind"] = .string(kind.rawValue) }
    if let direction { fields["direction"] = .string(direction.rawValue) }
    if let cumulative { fields["cumulative"] = .bool(cumulative) }
    if let aggregation { fields["aggregation"] = .string(aggregation.rawValue) }
    if let autoComplete, kind != .habit { fields["autoComplete"] = .bool(autoComplete) }
    if kind == .habit {
      fields["frequency"] = ["times": .int(times), "period": .string(period.rawValue), "interval": .int(interval)]
    }
    if kind != .milestone { fields["targetValue"] = amount(.targetValue, targetValue) }
    if hasLine {
      fields["startValue"] = amount(.startValue, startValue)
      fields["rate"] = rate.trimmed.isEmpty ? .null : ["amount": amount(.rate, rate), "period": .string(ratePeriod.rawValue)]
    }
    return fields
  }

  private var customValues: [JSONValue] {
    customFields.compactMap { field in
      let text = texts[field.key]?.trimmed ?? ""
      let value: CustomField.Value? =
        switch field.type {
        case .boolean: flags[field.key].map { .boolean($0) }
        case .date: days[field.key].map { .date($0) }
        case .number: Amount(typed: text, locale: locale).map { .number($0) }
        case .text, .select, .url, .unknown: text.isEmpty ? nil : .text(text)
        }
      if let value { return value.data(key: field.key) }
      // Taken away, where there was one.
      return isNew ? nil : ["key": .string(field.key), "text": .null, "number": .null, "boolean": .null, "date": .null]
    }
  }

  private func check(_ read: inout [Field: Amount]) -> [Field: Mistake] {
    var found: [Field: Mistake] = [:]
    if title.trimmed.isEmpty { found[.title] = .missing }
    for (field, text, limit) in [(Field.title, title, 200), (.description, description, 10_000), (.unit, unit, 50)]
    where text.trimmed.unicodeScalars.count > limit { found[field] = .tooLong(limit: limit) }
    var numbers: [(Field, String)] = kind == .milestone ? [] : [(.targetValue, targetValue)]
    if hasLine { numbers += [(.startValue, startValue), (.rate, rate)] }
    for (field, text) in numbers where !text.trimmed.isEmpty {
      guard let amount = Amount(typed: text, locale: locale) else {
        found[field] = .notANumber
        continue
      }
      read[field] = amount
      if abs(amount.value) > 1_000_000_000_000 { found[field] = .tooLarge }
    }
    if read[.rate] == 0 { found[.rate] = .zero }
    if hasLine, deadline != nil, !targetValue.trimmed.isEmpty, !rate.trimmed.isEmpty, found[.rate] == nil { found[.rate] = .oneTooMany }
    if kind == .numeric, targetValue.trimmed.isEmpty, rate.trimmed.isEmpty { found[.targetValue] = .missing }
    if kind == .habit {
      if !(1...1000).contains(times) { found[.times] = .outOfRange(1, 1000) }
      if !(1...366).contains(interval) { found[.interval] = .outOfRange(1, 366) }
    }
    if let deadline, deadline < startDate { found[.deadline] = .beforeStart }
    for (index, pause) in pauses.enumerated() where pause.end < pause.start { found[.pause(index)] = .beforeStart }
    for step in steps where step.title.trimmed.unicodeScalars.count > 200 { found[.milestone(step.id)] = .tooLong(limit: 200) }
    for field in customFields { found[.custom(field.key)] = mistake(in: field) }
    return found
  }

  private func mistake(in field: CustomField) -> Mistake? {
    let text = texts[field.key]?.trimmed ?? ""
    switch field.type {
    case .boolean: return field.required && flags[field.key] == nil ? .missing : nil
    case .date: return field.required && days[field.key] == nil ? .missing : nil
    default: break
    }
    if text.isEmpty { return field.required ? .missing : nil }
    switch field.type {
    case .number: return Amount(typed: text, locale: locale) == nil ? .notANumber : nil
    case .url:
      guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased() ?? ""), url.host?.isEmpty == false else {
        return .notAnAddress
      }
      return text.unicodeScalars.count > 2000 ? .tooLong(limit: 2000) : nil
    default: return text.unicodeScalars.count > 4000 ? .tooLong(limit: 4000) : nil
    }
  }
}

extension String {
  /// Without spaces and line breaks around it.
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
