import Foundation
import Models

/// One of the things that set a rule off, as it is stored and as the person writes it.
public enum AutomationTrigger: Hashable, Sendable {
  public struct Filter: Hashable, Sendable {
    public var field: String
    /// The values that count, one a line.
    public var values: String

    public init(field: String = "subjectId", values: String = "") {
      self.field = field
      self.values = values
    }

    var oneOf: [String] { lines(values) }
  }

  /// At times; without a zone, by the person's own clock.
  case schedule(SchedulePlan, timeZone: String?)
  /// When something happens.
  case event(String, filters: [Filter])
  /// When a goal's number crosses a line, and stays beyond it for so many minutes.
  case goal(GoalLine, forMinutes: Int)
}

/// A goal's number and a line that it is to be beyond.
public struct GoalLine: Hashable, Sendable {
  public var goalID: ObjectID?
  /// The goal's title; nil when it is gone.
  public var title: String?
  public var metric: GoalMetric
  public var comparison: Comparison
  /// As it is typed.
  public var line: String

  public init(
    goalID: ObjectID? = nil, title: String? = nil, metric: GoalMetric = .safeDays, comparison: Comparison = .below, line: String = "1"
  ) {
    self.goalID = goalID
    self.title = title
    self.metric = metric
    self.comparison = comparison
    self.line = line
  }

  func input(_ locale: Locale) -> [String: JSONValue] {
    [
      "goalId": .string(goalID?.rawValue ?? ""), "metric": .string(metric.rawValue), "comparison": .string(comparison.rawValue),
      "value": .string(Amount(typed: line, locale: locale)?.description ?? ""),
    ]
  }

  func faults(_ locale: Locale) -> [AutomationFault] {
    (goalID == nil ? [.goalMissing] : []) + (Amount(typed: line, locale: locale) == nil ? [.notANumber] : [])
  }
}

/// What must hold when a rule is set off.
public enum AutomationCondition: Hashable, Sendable {
  case goal(GoalLine)
  /// It is a certain time of the day or week. An end before the beginning is the next morning; no days are all.
  case time(from: TimeOfDay?, to: TimeOfDay?, weekdays: Set<Weekday>)
}

/// What a rule does.
public enum AutomationAction: Hashable, Sendable {
  public struct Notification: Hashable, Sendable {
    public var kind = NotificationKind.alert
    public var title = ""
    public var body = ""
    public var subjectID = ""
    public init() {}
  }
  public struct DataUpdate: Hashable, Sendable {
    /// A GraphQL document with one mutation.
    public var document = ""
    /// Its variables, as JSON.
    public var variables = "{}"
    public init() {}
  }
  public struct ApiCall: Hashable, Sendable {
    public var method = HttpMethod.post
    public var url = "https://"
    /// One a line: `Name: value`.
    public var headers = ""
    public var body = ""
    public init() {}
  }
  public struct AiTask: Hashable, Sendable {
    public var prompt = ""
    /// Ids of what it is about, one a line.
    public var subjectIDs = ""
    public init() {}
  }

  case notification(Notification)
  case dataUpdate(DataUpdate)
  case apiCall(ApiCall)
  case aiTask(AiTask)
}

/// What keeps a rule from being saved. What only the server can tell, it says itself.
public enum AutomationFault: Hashable, Sendable {
  case nameMissing, nameTooLong, triggerMissing, actionMissing, tooMany, runsOutOfRange
  case goalMissing, notANumber, minutesOutOfRange, eventMissing, filterMissing, timeMissing, schedule(SchedulePlan.Fault)
  case titleMissing, textTooLong, documentMissing, variablesNoObject, notAnAddress, headerUnreadable, bodyWithGet, promptMissing
}

func lines(_ text: String) -> [String] {
  text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
}

private func orNull(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }

// MARK: - What mutations take

extension AutomationTrigger {
  func input(_ locale: Locale) -> JSONValue {
    switch self {
    case .schedule(let plan, let timeZone):
      var schedule: [String: JSONValue] = [plan.kind == .cron ? "cron" : "rrule": .string(plan.text)]
      if let timeZone { schedule["timeZone"] = .string(timeZone) }
      return ["schedule": .object(schedule)]
    case .event(let name, let filters):
      let filters = filters.map { JSONValue.object(["field": .string($0.field), "oneOf": .array($0.oneOf.map { .string($0) })]) }
      return ["event": ["event": .string(name), "filters": .array(filters)]]
    case .goal(let line, let minutes): return ["condition": .object(line.input(locale).merging(["forMinutes": .int(minutes)]) { $1 })]
    }
  }

  public func faults(_ locale: Locale = .current) -> [AutomationFault] {
    switch self {
    case .schedule(let plan, _): plan.fault.map { [.schedule($0)] } ?? []
    case .event(let name, let filters):
      (name.isEmpty ? [.eventMissing] : []) + (filters.contains { $0.field.isEmpty || $0.oneOf.isEmpty } ? [.filterMissing] : [])
        + (filters.count > 10 ? [.tooMany] : [])
    case .goal(let line, let minutes): line.faults(locale) + ((0...43_200).contains(minutes) ? [] : [.minutesOutOfRange])
    }
  }
}

extension AutomationCondition {
  func input(_ locale: Locale) -> JSONValue {
    switch self {
    case .goal(let line): return ["goal": .object(line.input(locale))]
    case .time(let from, let to, let weekdays):
      var time: [String: JSONValue] = [:]
      if let from { time["from"] = .string(from.description) }
      if let to { time["to"] = .string(to.description) }
      if !weekdays.isEmpty { time["weekdays"] = .array(weekdays.sorted().map { .string($0.name) }) }
      return ["time": .object(time)]
    }
  }

  public func faults(_ locale: Locale = .current) -> [AutomationFault] {
    switch self {
    case .goal(let line): line.faults(locale)
    case .time(let from, let to, let weekdays): from == nil && to == nil && weekdays.isEmpty ? [.timeMissing] : []
    }
  }
}

extension AutomationAction {
  var input: JSONValue {
    switch self {
    case .notification(let action):
      var input: [String: JSONValue] = ["title": .string(action.title), "body": orNull(action.body), "subjectId": orNull(action.subjectID)]
      if action.kind != .unknown { input["kind"] = .string(action.kind.rawValue) }
      return ["notification": .object(input)]
    case .dataUpdate(let action):
      return ["dataUpdate": ["document": .string(action.document), "variables": action.variablesValue ?? .object([:])]]
    case .apiCall(let action):
      let headers = (action.headerPairs ?? []).map { JSONValue.object(["name": .string($0.name), "value": .string($0.value)]) }
      return [
        "apiCall": [
          "method": .string(action.method.rawValue), "url": .string(action.url), "headers": .array(headers), "body": orNull(action.body),
        ]
      ]
    case .aiTask(let action):
      return ["aiTask": ["prompt": .string(action.prompt), "subjectIds": .array(lines(action.subjectIDs).map { .string($0) })]]
    }
  }

  public var faults: [AutomationFault] {
    func fault(_ condition: Bool, _ fault: AutomationFault) -> [AutomationFault] { condition ? [fault] : [] }
    func blank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
    // The server counts in UTF-16.
    return switch self {
    case .notification(let action):
      fault(blank(action.title), .titleMissing) + fault(action.title.utf16.count > 200 || action.body.utf16.count > 2000, .textTooLong)
    case .dataUpdate(let action):
      fault(blank(action.document), .documentMissing) + fault(action.document.utf16.count > 10_000, .textTooLong)
        + fault(action.variablesValue == nil, .variablesNoObject)
    case .apiCall(let action):
      fault(action.address == nil, .notAnAddress) + fault(action.headerPairs == nil, .headerUnreadable)
        + fault(action.method == .get && !action.body.isEmpty, .bodyWithGet) + fault(action.body.utf16.count > 10_000, .textTooLong)
        + fault((action.headerPairs ?? []).count > 20, .tooMany)
    case .aiTask(let action):
      fault(blank(action.prompt), .promptMissing) + fault(action.prompt.utf16.count > 10_000, .textTooLong)
        + fault(lines(action.subjectIDs).count > 10, .tooMany)
    }
  }
}

extension AutomationAction.DataUpdate {
  /// The variables, when they are an object.
  var variablesValue: JSONValue? {
    let text = variables.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let value = try? JSON.decode(JSONValue.self, from: Data((text.isEmpty ? "{}" : text).utf8)), value.members != nil else {
      return nil
    }
    return value
  }
}

extension AutomationAction.ApiCall {
  /// Only https, without a name or password in it. Texts may stand in it: `{{goal.id}}`.
  var address: URL? {
    guard let url = URL(string: url.replacing(/\{\{[^}]*\}\}/, with: "x")), url.scheme?.lowercased() == "https", url.user == nil,
      url.host?.isEmpty == false
    else { return nil }
    return url
  }

  /// Nil when a line is not `Name: value`.
  var headerPairs: [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for line in lines(headers) {
      let sides = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard sides.count == 2, !sides[0].isEmpty else { return nil }
      pairs.append((sides[0], sides[1]))
    }
    return pairs
  }
}

// MARK: - What the server has

/// A trigger, condition or action as the server writes it, told apart by `__typename`.
private enum Typed: String, CodingKey { case __typename }

struct StoredTrigger: Decodable, Sendable, Equatable {
  let trigger: AutomationTrigger?

  private struct Schedule: Decodable {
    let cron: String?
    let rrule: String?
    let timeZone: String?
  }
  private struct Event: Decodable {
    struct Filter: Decodable {
      let field: String
      let oneOf: [String]
    }
    let event: String
    let filters: [Filter]
  }
  private struct Minutes: Decodable { let forMinutes: Int }

  init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Typed.self).decode(String.self, forKey: .__typename) {
    case "ScheduleTrigger":
      let stored = try Schedule(from: decoder)
      let plan = stored.cron.map { SchedulePlan(kind: .cron, text: $0) } ?? SchedulePlan(kind: .rrule, text: stored.rrule ?? "")
      trigger = .schedule(plan, timeZone: stored.timeZone)
    case "EventTrigger":
      let stored = try Event(from: decoder)
      trigger = .event(
        stored.event, filters: stored.filters.map { AutomationTrigger.Filter(field: $0.field, values: $0.oneOf.joined(separator: "\n")) })
    case "ConditionTrigger": trigger = .goal(try StoredLine(from: decoder).line, forMinutes: try Minutes(from: decoder).forMinutes)
    default: trigger = nil
    }
  }
}

/// A goal's number and line; written in the person's way of writing numbers, for it goes into a field.
private struct StoredLine: Decodable {
  struct Goal: Decodable { let title: String }
  let goalId: ObjectID
  let goal: Goal?
  let metric: GoalMetric
  let comparison: Comparison
  let value: Amount

  var line: GoalLine {
    GoalLine(
      goalID: goalId, title: goal?.title, metric: metric, comparison: comparison,
      line: value.value.formatted(.number.grouping(.never).precision(.fractionLength(0...12))))
  }
}

struct StoredCondition: Decodable, Sendable, Equatable {
  let condition: AutomationCondition?

  private struct Time: Decodable {
    let from: String?
    let to: String?
    let weekdays: [String]
  }

  init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Typed.self).decode(String.self, forKey: .__typename) {
    case "GoalCondition": condition = .goal(try StoredLine(from: decoder).line)
    case "TimeCondition":
      let stored = try Time(from: decoder)
      condition = .time(
        from: stored.from.flatMap { TimeOfDay($0) }, to: stored.to.flatMap { TimeOfDay($0) },
        weekdays: Set(stored.weekdays.compactMap { Weekday(name: $0) }))
    default: condition = nil
    }
  }
}

struct StoredAction: Decodable, Sendable, Equatable {
  let action: AutomationAction?

  private struct Notification: Decodable {
    let kind: NotificationKind
    let title: String
    let body: String?
    let subjectId: String?
  }
  private struct Update: Decodable {
    let document: String
    let variables: JSONValue
  }
  private struct Call: Decodable {
    struct Header: Decodable {
      let name: String
      let value: String
    }
    let method: HttpMethod
    let url: String
    let headers: [Header]
    let body: String?
  }
  private struct Task: Decodable {
    let prompt: String
    let subjectIds: [String]
  }

  init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Typed.self).decode(String.self, forKey: .__typename) {
    case "NotificationAction":
      let stored = try Notification(from: decoder)
      var written = AutomationAction.Notification()
      (written.kind, written.title, written.body) = (stored.kind, stored.title, stored.body ?? "")
      written.subjectID = stored.subjectId ?? ""
      action = .notification(written)
    case "DataUpdateAction":
      let stored = try Update(from: decoder)
      var written = AutomationAction.DataUpdate()
      (written.document, written.variables) = (stored.document, String(decoding: try JSON.encode(stored.variables), as: UTF8.self))
      action = .dataUpdate(written)
    case "ApiCallAction":
      let stored = try Call(from: decoder)
      var written = AutomationAction.ApiCall()
      (written.method, written.url, written.body) = (stored.method, stored.url, stored.body ?? "")
      written.headers = stored.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
      action = .apiCall(written)
    case "AiTaskAction":
      let stored = try Task(from: decoder)
      var written = AutomationAction.AiTask()
      (written.prompt, written.subjectIDs) = (stored.prompt, stored.subjectIds.joined(separator: "\n"))
      action = .aiTask(written)
    default: action = nil
    }
  }
}
