import Foundation
import Graph
import Models
import Testing

@testable import Features

/// Answers of a server that has rules.
enum Ruled {
  static func run(_ number: Int, _ state: String = "DONE") -> [String: JSONValue] {
    [
      "id": .string("rulerun_\(number)"), "state": .string(state), "trigger": "EVENT", "event": "progress.logged", "subjectId": nil,
      "localOccurrence": nil, "value": nil, "reason": state == "FAILED" ? "ACTION" : .null,
      "message": state == "FAILED" ? "No answer." : .null,
      "retryAt": nil, "createdAt": "2026-05-28T07:00:00.000Z", "startedAt": nil, "endedAt": nil,
    ]
  }

  static func row(_ number: Int, active: Bool = true) -> [String: JSONValue] {
    [
      "id": .string("rule_\(number)"), "name": .string("Rule \(number)"), "description": nil, "active": .bool(active), "mode": "SINGLE",
      "disabledReason": nil, "nextRunAt": nil, "lastRun": .object(run(1)), "version": 1,
    ]
  }

  static func list(_ rules: [[String: JSONValue]], next: String? = nil) -> JSONValue {
    ["viewer": ["id": "user_1", "automationRules": Found.page(rules, next: next)]]
  }

  static let goal: JSONValue = ["id": "goal_1", "title": "Run"]
  static let triggers: JSONValue = [
    ["__typename": "ScheduleTrigger", "cron": nil, "rrule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=0", "timeZone": "Europe/Berlin"],
    ["__typename": "ScheduleTrigger", "cron": "0 7 * * *", "rrule": nil, "timeZone": nil],
    ["__typename": "EventTrigger", "event": "goal.completed", "filters": [["field": "subjectId", "oneOf": ["goal_1", "goal_2"]]]],
    [
      "__typename": "ConditionTrigger", "goalId": "goal_1", "goal": goal, "metric": "SAFE_DAYS", "comparison": "BELOW", "value": "1.5",
      "forMinutes": 60,
    ],
  ]
  static let conditions: JSONValue = [
    ["__typename": "GoalCondition", "goalId": "goal_1", "goal": nil, "metric": "PERCENT", "comparison": "ABOVE", "value": "50"],
    ["__typename": "TimeCondition", "from": "08:00", "to": nil, "weekdays": ["MONDAY", "SUNDAY"]],
  ]
  static let actions: JSONValue = [
    ["__typename": "NotificationAction", "kind": "ALERT", "title": "{{goal.title}}", "body": nil, "subjectId": "{{goal.id}}"],
    ["__typename": "DataUpdateAction", "document": "mutation { x }", "variables": ["a": 1]],
    [
      "__typename": "ApiCallAction", "method": "PUT", "url": "https://example.org/{{goal.id}}",
      "headers": [["name": "X-A", "value": "b: c"]],
      "body": "{}",
    ],
    ["__typename": "AiTaskAction", "prompt": "Plan.", "subjectIds": ["goal_1"]],
  ]

  static func detail(
    name: String = "Rule 1", active: Bool = true, version: Int = 1, triggers: JSONValue = triggers, runs: [[String: JSONValue]] = [],
    next: String? = nil
  ) -> JSONValue {
    [
      "node": [
        "id": "rule_1", "name": .string(name), "description": nil, "active": .bool(active), "mode": "QUEUED", "maxRuns": 5, "failures": 0,
        "disabledReason": nil, "nextRunAt": nil, "version": .int(version), "triggers": triggers, "conditions": conditions,
        "actions": actions,
        "runs": Found.page(runs, next: next),
      ]
    ]
  }

  static func runDetail(_ run: [String: JSONValue]) -> JSONValue {
    let more: [String: JSONValue] = [
      "rule": ["id": "rule_1", "name": "Rule 1"], "retryOf": nil, "eventId": nil, "depth": 0,
      "steps": [
        [
          "index": 0, "kind": "NOTIFICATION", "state": "DONE", "input": "{}", "output": nil, "error": nil, "attempts": 1,
          "startedAt": "2026-05-28T07:00:00.000Z", "endedAt": nil,
        ]
      ],
    ]
    return ["node": .object(run.merging(more) { $1 })]
  }

  static let simulated: JSONValue = [
    "trigger": "EVENT", "at": "2026-05-28T07:00:00.000Z", "event": "goal.completed", "subjectId": "goal_1", "localOccurrence": nil,
    "value": nil, "wouldRun": true, "reason": nil, "conditions": [["kind": "TIME_CONDITION", "holds": nil, "note": "It is eight."]],
    "actions": [["kind": "NOTIFICATION", "input": "{}", "problem": nil]],
  ]
}

@MainActor @Suite struct Automations {
  let script = Script()

  func opened(_ rules: [[String: JSONValue]]) async -> AutomationsModel {
    await script.set("AutomationRules", .success(Ruled.list(rules)))
    let model = parts(script).automations()
    await model.list.open()
    return model
  }

  func detail(_ answer: JSONValue = Ruled.detail()) async -> AutomationRuleModel {
    await script.set("AutomationRuleDetail", .success(answer))
    let model = parts(script).automationRule(ObjectID("rule_1"))
    await model.query.open()
    return model
  }

  @Test func rulesComePageByPage() async {
    await script.set("AutomationRules", .success(Ruled.list([Ruled.row(1)], next: "c")))
    let model = parts(script).automations()
    await model.list.open()
    await script.set("AutomationRules", .success(Ruled.list([Ruled.row(2)])))
    await model.list.more()
    #expect(model.rules.map(\.name) == ["Rule 1", "Rule 2"])
  }

  @Test func aRuleIsSwitchedOffAtOnceAndBackWhenThatDoesNotWork() async {
    let model = await opened([Ruled.row(1)])
    await model.setActive(model.rules[0], false)
    #expect(model.rules[0].active)
    #expect(model.work.problem == .offline)
    await script.set("UpdateAutomationRule", .success(Found.payload("update", [:])))
    await script.set("AutomationRules", .success(Ruled.list([Ruled.row(1, active: false)])))
    await model.setActive(model.rules[0], false)
    #expect(!model.rules[0].active)
    #expect(await script.input("UpdateAutomationRule") == ["id": "rule_1", "active": false])
  }

  @Test func aRuleIsSetOffAndDeletedFromTheList() async {
    let model = await opened([Ruled.row(1)])
    await script.set("RunAutomationRule", .success(Found.payload("run", ["run": .object(Ruled.run(7, "QUEUED"))])))
    await model.run(model.rules[0])
    #expect(model.begun == ObjectID("rulerun_7"))
    #expect(await script.input("RunAutomationRule")?["runId"]?.text?.hasPrefix("rulerun_") == true)
    await script.set("RunAutomationRule", .success(Found.payload("run", ["run": nil])))
    await model.run(model.rules[0])
    #expect(model.work.problem == .outdated)
    await script.set("DeleteAutomationRule", .success(Found.payload("delete", ["automationRuleId": "rule_1"])))
    await model.delete(model.rules[0])
    #expect(model.list.screen == .empty)
  }

  @Test func aRuleIsReadWithEveryKindOfPart() async throws {
    let rule = try #require(await detail().rule)
    #expect(rule.isKnown)
    #expect(
      rule.triggers == [
        .schedule(SchedulePlan(.weekly([.monday]), at: TimeOfDay(minutes: 420)), timeZone: "Europe/Berlin"),
        .schedule(SchedulePlan(.cron("0 7 * * *")), timeZone: nil),
        .event("goal.completed", filters: [AutomationTrigger.Filter(values: "goal_1\ngoal_2")]),
        .goal(GoalLine(goalID: ObjectID("goal_1"), title: "Run", line: "1.5"), forMinutes: 60),
      ])
    #expect(rule.conditions.last == .time(from: TimeOfDay(minutes: 480), to: nil, weekdays: [.monday, .sunday]))
    #expect(rule.actions.count == 4)
  }

  @Test func whatARuleIsMadeOfIsWrittenAsItWasRead() async throws {
    let editor = try #require(await detail().editor())
    let english = Locale(identifier: "en_US")
    #expect(editor.draft.canBeSaved(english))
    editor.draft.name = "New"
    await script.set("UpdateAutomationRule", .success(Found.payload("update", [:])))
    await editor.save(locale: english)
    #expect(editor.isSaved)
    let input = try #require(await script.input("UpdateAutomationRule"))
    func plain(_ value: JSONValue) -> JSONValue {
      .array(
        (value.items ?? []).map { .object(($0.members ?? [:]).filter { $0.key != "__typename" && $0.key != "goal" && $0.value != .null }) })
    }
    func members(_ name: String) -> JSONValue {
      plain(.array((input[name]?.items ?? []).map { $0.members?.values.first ?? .null }))
    }
    #expect(members("triggers") == plain(Ruled.triggers))
    #expect(members("conditions") == plain(Ruled.conditions))
    #expect(members("actions") == plain(Ruled.actions))
    #expect(input["triggers"]?.items?.compactMap { $0.members?.keys.first } == ["schedule", "schedule", "event", "condition"])
    #expect(input["conditions"]?.items?.compactMap { $0.members?.keys.first } == ["goal", "time"])
    #expect(input["actions"]?.items?.compactMap { $0.members?.keys.first } == ["notification", "dataUpdate", "apiCall", "aiTask"])
    #expect(input["expectedVersion"] == 1 && input["name"] == "New" && input["mode"] == "QUEUED" && input["maxRuns"] == 5)
  }

  @Test func aRuleWithWhatThisAppDoesNotKnowIsShownButNotWritten() async {
    let model = await detail(Ruled.detail(triggers: [["__typename": "MoonTrigger"]]))
    #expect(model.rule?.isKnown == false)
    #expect(model.editor() == nil)
    #expect(model.rule?.triggers == [])
  }

  @Test func partsOfOtherKindsAreNotKnown() throws {
    let other: JSONValue = ["__typename": "Other"]
    #expect(try other.read(as: StoredCondition.self).condition == nil)
    #expect(try other.read(as: StoredAction.self).action == nil)
  }

  @Test func aRuleIsSwitchedSetOffAndDeletedOnItsOwnScreen() async {
    let list = await opened([Ruled.row(1)])
    await script.set("AutomationRuleDetail", .success(Ruled.detail()))
    let model = list.rule(ObjectID("rule_1"))
    await model.query.open()
    await model.setActive(false)
    #expect(model.rule?.active == true)
    #expect(model.work.problem == .offline)
    await script.set("UpdateAutomationRule", .success(Found.payload("update", [:])))
    await script.set("AutomationRuleDetail", .success(Ruled.detail(active: false, runs: [Ruled.run(1)], next: "c")))
    await model.setActive(false)
    #expect(model.rule?.active == false)
    await script.set("AutomationRuleDetail", .success(Ruled.detail(runs: [Ruled.run(2)])))
    await model.query.more()
    #expect(model.rule?.runs?.nodes.count == 2)
    await script.set("RunAutomationRule", .success(Found.payload("run", ["run": .object(Ruled.run(3, "QUEUED"))])))
    await model.run()
    #expect(model.begun == ObjectID("rulerun_3"))
    await script.set("DeleteAutomationRule", .success(Found.payload("delete", ["automationRuleId": "rule_1"])))
    await model.delete()
    #expect(model.isDeleted)
    #expect(list.list.screen == .empty)
  }

  @Test func aNewRuleIsWrittenAndComesIntoTheList() async throws {
    let list = await opened([])
    let editor = list.newRule()
    #expect(editor.isNew && !editor.canSave())
    #expect(editor.draft.ownFaults == [.triggerMissing, .actionMissing, .nameMissing])
    await script.set(
      "AutomationChoices",
      .success([
        "automationEventTypes": [["name": "goal.completed", "subjectType": "Goal", "change": "UPDATED", "fields": ["title"]]],
        "viewer": ["id": "user_1", "timeZone": "Europe/Berlin", "goals": ["nodes": [["id": "goal_1", "title": "Run", "unit": "km"]]]],
      ]))
    await editor.choices.open()
    #expect(editor.eventTypes.first?.id == "goal.completed")
    #expect(editor.goals.map(\.title) == ["Run"])
    editor.draft.name = " When done "
    editor.draft.triggers = [.event("goal.completed", filters: [])]
    var action = AutomationAction.Notification()
    action.title = "Well done"
    editor.draft.actions = [.notification(action)]
    await editor.save()
    #expect(editor.work.problem == .offline)
    await script.set("CreateAutomationRule", .success(Found.payload("create", [:], refused: "CONFLICT")))
    await editor.save()
    #expect(editor.work.problem == .refused("No."))
    await script.set("CreateAutomationRule", .success(Found.payload("create", [:])))
    await script.set("AutomationRules", .success(Ruled.list([Ruled.row(1)])))
    await editor.save()
    #expect(editor.isSaved)
    #expect(list.rules.count == 1)
    #expect(
      await script.input("CreateAutomationRule") == [
        "id": .string(editor.id.rawValue), "name": "When done", "description": nil, "mode": "SINGLE", "maxRuns": 1, "active": true,
        "triggers": [["event": ["event": "goal.completed", "filters": []]]], "conditions": [],
        "actions": [["notification": ["kind": "ALERT", "title": "Well done", "body": nil, "subjectId": nil]]],
      ])
  }

  @Test(arguments: [true, false]) func whoseCountsAfterAConflictThePersonSays(mine: Bool) async throws {
    let editor = try #require(await detail().editor())
    editor.draft.name = "Mine"
    await script.set("UpdateAutomationRule", .success(Found.payload("update", [:], refused: "CONFLICT")))
    await script.set("AutomationRuleDetail", .success(Ruled.detail(name: "Theirs", version: 4)))
    await editor.save()
    #expect(editor.conflict?.name == "Theirs")
    #expect(!editor.isSaved)
    if mine {
      await script.set("UpdateAutomationRule", .success(Found.payload("update", [:])))
      await editor.keepMine()
      #expect(editor.isSaved)
      #expect(await script.input("UpdateAutomationRule")?["expectedVersion"] == 4)
      #expect(await script.input("UpdateAutomationRule")?["name"] == "Mine")
    } else {
      editor.takeTheirs()
      #expect(editor.draft.name == "Theirs")
      #expect(!editor.isChanged)
    }
    #expect(editor.conflict == nil)
    await editor.keepMine()
    editor.takeTheirs()
  }

  @Test func aConflictWithWhatCannotBeShownIsSaid() async throws {
    let editor = try #require(await detail().editor())
    editor.draft.name = "Theirs"
    await script.set("UpdateAutomationRule", .success(Found.payload("update", [:], refused: "CONFLICT")))
    await script.set("AutomationRuleDetail", .success(["node": nil]))
    await editor.save()
    #expect(editor.work.problem == .refused("No."))
    // What is the same as what is there needs no saving.
    await script.set("AutomationRuleDetail", .success(Ruled.detail(name: "Theirs", version: 4)))
    await editor.save()
    let asked = await script.requests.count
    await editor.keepMine()
    #expect(editor.isSaved)
    #expect(await script.requests.count == asked)
  }

  nonisolated static let faulty: [(AutomationTrigger, [AutomationFault])] = [
    (.schedule(SchedulePlan(.weekly([])), timeZone: nil), [.schedule(.noWeekday)]),
    (.schedule(SchedulePlan(), timeZone: nil), []),
    (.event("", filters: [AutomationTrigger.Filter()]), [.eventMissing, .filterMissing]),
    (.event("x", filters: Array(repeating: AutomationTrigger.Filter(values: "a"), count: 11)), [.tooMany]),
    (.goal(GoalLine(line: "much"), forMinutes: 43_201), [.goalMissing, .notANumber, .minutesOutOfRange]),
  ]

  @Test(arguments: faulty) func whatIsWrongWithATriggerIsSaid(trigger: AutomationTrigger, faults: [AutomationFault]) {
    #expect(trigger.faults(Locale(identifier: "en_US")) == faults)
  }

  @Test func whatIsWrongWithAConditionIsSaid() {
    #expect(AutomationCondition.time(from: nil, to: nil, weekdays: []).faults() == [.timeMissing])
    #expect(AutomationCondition.time(from: nil, to: TimeOfDay(minutes: 1), weekdays: []).faults() == [])
    #expect(AutomationCondition.goal(GoalLine(goalID: ObjectID("goal_1"), line: "1,5")).faults(Locale(identifier: "de_DE")) == [])
    #expect(AutomationCondition.time(from: nil, to: TimeOfDay(minutes: 61), weekdays: []).input(.current) == ["time": ["to": "01:01"]])
  }

  @Test func whatIsWrongWithAnActionIsSaid() {
    let long = String(repeating: "x", count: 10_001)
    var notification = AutomationAction.Notification()
    notification.body = long
    #expect(AutomationAction.notification(notification).faults == [.titleMissing, .textTooLong])
    var update = AutomationAction.DataUpdate()
    update.variables = "[1]"
    #expect(AutomationAction.dataUpdate(update).faults == [.documentMissing, .variablesNoObject])
    update.document = "mutation { x }"
    update.variables = " "
    #expect(AutomationAction.dataUpdate(update).faults == [])
    var call = AutomationAction.ApiCall()
    #expect(AutomationAction.apiCall(call).faults == [.notAnAddress])
    for address in ["http://example.org", "https://me@example.org", "nothing"] {
      call.url = address
      #expect(AutomationAction.apiCall(call).faults == [.notAnAddress], "\(address)")
    }
    call.url = "https://example.org/{{goal.id}}"
    call.method = .get
    call.body = "x"
    call.headers = "no colon"
    #expect(AutomationAction.apiCall(call).faults == [.headerUnreadable, .bodyWithGet])
    call.body = ""
    call.headers = (0..<21).map { "X-\($0): a" }.joined(separator: "\n")
    #expect(AutomationAction.apiCall(call).faults == [.tooMany])
    var task = AutomationAction.AiTask()
    task.subjectIDs = (0..<11).map { "goal_\($0)" }.joined(separator: "\n")
    #expect(AutomationAction.aiTask(task).faults == [.promptMissing, .tooMany])
  }

  @Test func whatIsWrongWithARuleIsSaid() {
    var draft = AutomationRuleDraft()
    draft.name = String(repeating: "x", count: 101)
    draft.description = String(repeating: "x", count: 10_001)
    draft.triggers = Array(repeating: .event("x", filters: []), count: 11)
    draft.actions = [.aiTask(AutomationAction.AiTask())]
    draft.mode = .parallel
    draft.maxRuns = 21
    #expect(draft.ownFaults == [.tooMany, .nameTooLong, .textTooLong, .runsOutOfRange])
    #expect(!draft.canBeTried())
  }

  @Test func aRuleIsTriedWithoutDoingAnything() async throws {
    let model = await detail()
    await script.set("DryRunAutomationRule", .success(Found.payload("dry", ["run": Ruled.simulated])))
    await model.tryOut()
    guard case .wouldDo(let run) = model.trial.outcome else {
      Issue.record("\(String(describing: model.trial.outcome))")
      return
    }
    #expect(run.wouldRun == true && run.conditions.first?.holds == nil)
    #expect(await script.input("DryRunAutomationRule") == ["ruleId": "rule_1"])
    await script.set("DryRunAutomationRule", .success(Found.payload("dry", ["run": nil])))
    await model.tryOut()
    #expect(model.trial.outcome == .notSetOff)
    await script.set(
      "SimulateAutomationRule",
      .success(Found.payload("simulate", ["events": 12, "truncated": false, "notes": ["Not all."], "runs": [Ruled.simulated]])))
    await model.simulate()
    guard case .past(let past) = model.trial.outcome else {
      Issue.record("\(String(describing: model.trial.outcome))")
      return
    }
    #expect(past.actingCount == 1 && past.events == 12)
    await script.set("SimulateAutomationRule", .failure(.offline))
    await model.simulate()
    #expect(model.trial.problem == .offline && model.trial.outcome == nil)
    model.trial.dismiss()
    #expect(model.trial.problem == nil)
  }

  @Test func aRuleThatIsBeingWrittenIsTriedOnceItCanBe() async throws {
    let editor = await opened([]).newRule()
    await editor.tryOut()
    await editor.simulate()
    #expect(await script.names() == ["AutomationRules"])
    editor.draft.triggers = [.schedule(SchedulePlan(), timeZone: nil)]
    var task = AutomationAction.AiTask()
    task.prompt = "Plan."
    editor.draft.actions = [.aiTask(task)]
    await script.set("DryRunAutomationRule", .success(Found.payload("dry", ["run": nil], refused: "INVALID")))
    await editor.tryOut()
    #expect(editor.trial.problem == .refused("No."))
    #expect(
      await script.input("DryRunAutomationRule")?["rule"] == [
        "triggers": [["schedule": ["rrule": "FREQ=DAILY;BYHOUR=7;BYMINUTE=0"]]], "conditions": [],
        "actions": [["aiTask": ["prompt": "Plan.", "subjectIds": []]]],
      ])
    await script.set(
      "SimulateAutomationRule", .success(Found.payload("simulate", ["events": 0, "truncated": false, "notes": [], "runs": []])))
    await editor.simulate()
    #expect(editor.trial.problem == nil && editor.trial.outcome != nil)
  }

  @Test func aRunIsLookedAtUntilItIsOver() async {
    await script.set("AutomationRuleDetail", .success(Ruled.detail(runs: [Ruled.run(1, "RUNNING")])))
    let script = script
    var world = surroundings()
    world.pause = { _ in await script.set("AutomationRunDetail", .success(Ruled.runDetail(Ruled.run(1, "FAILED")))) }
    let rule = parts(script, world).automationRule(ObjectID("rule_1"))
    await rule.query.open()
    await script.set("AutomationRunDetail", .success(Ruled.runDetail(Ruled.run(1, "RUNNING"))))
    let model = rule.run(ObjectID("rulerun_1"))
    await model.follow()
    #expect(model.run?.row.reason == .action)
    #expect(model.run?.row.canBeRetried == true && model.run?.row.isOver == true)
    #expect(model.run?.steps.first?.id == 0)
    #expect(rule.rule?.runs?.nodes.first?.state == .failed)
  }

  @Test func aRunIsEndedAndTriedOnceMore() async {
    await script.set("AutomationRunDetail", .success(Ruled.runDetail(Ruled.run(1, "QUEUED"))))
    let model = parts(script).automationRun(ObjectID("rulerun_1"))
    await model.query.open()
    await script.set("CancelAutomationRun", .success(Found.payload("cancel", ["run": .object(Ruled.run(1, "CANCELLED"))])))
    await script.set("AutomationRunDetail", .success(Ruled.runDetail(Ruled.run(1, "CANCELLED"))))
    await model.cancel()
    #expect(model.run?.row.state == .cancelled)
    await script.set("RetryAutomationRun", .success(Found.payload("retry", ["run": .object(Ruled.run(2, "QUEUED"))])))
    await model.retry()
    #expect(model.id == ObjectID("rulerun_2"))
    #expect(model.query.screen == .loading)
    #expect(await script.input("RetryAutomationRun")?["id"] == "rulerun_1")
  }

  @Test func whoLeavesARunStopsLooking() async {
    await script.set("AutomationRunDetail", .success(Ruled.runDetail(Ruled.run(1, "RUNNING"))))
    let model = parts(script).automationRun(ObjectID("rulerun_1"))
    let looking = Task { await model.follow() }
    looking.cancel()
    await looking.value
    #expect(AutomationStepKind.goalCondition.isCondition && !AutomationStepKind.aiTask.isCondition)
  }
}
