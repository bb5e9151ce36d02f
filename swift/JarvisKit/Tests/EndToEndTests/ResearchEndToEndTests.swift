import Features
import Foundation
import Graph
import Models
import Persistence
import Testing

/// Research and rules against the real server. It reaches no page of the web here, so what is seen of a run is its way to the failure that
/// says so; a result is found where `JARVIS_RESEARCH_SOURCE` names a page that the server may read.
@Suite(.serialized, .enabled(if: server != nil, "There is no server: JARVIS_URL is not set.")) struct ResearchEndToEnd {
  func device() async throws -> Device {
    try await Device("phone", email: "swift-\(UUID().uuidString.lowercased().prefix(8))@example.com", at: try #require(server))
  }

  @MainActor @Test func aCategoryIsWrittenLookedIntoAndFollowedToTheEnd() async throws {
    let phone = try await device()
    let parts = Parts(graph: phone.graph, store: MemoryStore(), surroundings: .live)
    let list = parts.researchCategories()
    await list.list.open()
    #expect(list.list.screen == .empty)

    let editor = list.newCategory()
    editor.draft.name = "Sleep"
    editor.draft.sources = ProcessInfo.processInfo.environment["JARVIS_RESEARCH_SOURCE"] ?? "https://nothing.invalid/feed.xml"
    editor.draft.schedule = SchedulePlan(.weekly([.monday]), at: TimeOfDay(minutes: 435))
    await editor.previewSchedule()
    guard case .means(let preview) = editor.preview else {
      Issue.record("\(editor.preview)")
      return
    }
    say("research: \"\(preview.description)\", next \(preview.nextRuns.map(\.localDate.description).joined(separator: ", "))")
    #expect(preview.nextRuns.count == 5 && preview.nextRuns.allSatisfy { $0.localTime == "07:15" })
    await editor.save()
    #expect(editor.isSaved && editor.work.problem == nil)
    // The answer was lost: sent again, it is the same category.
    await list.list.refresh()
    let row = try #require(list.categories.first)
    #expect(row.id == editor.id)
    #expect(row.schedule?.plan == editor.draft.schedule)

    let category = list.category(row.id)
    await category.query.open()
    await category.trigger()
    let begun = try #require(category.begun)
    var states: [ResearchRunState] = []
    let run = ResearchRunModel(begun, parts) { states.append($0.state) }
    let limit = Task {
      try await Task.sleep(for: .seconds(60))
      Issue.record("The run did not end.")
    }
    await run.follow()
    limit.cancel()
    let ended = try #require(run.run)
    say("research: the run is \(ended.row.state), \(ended.steps.map { "\($0.step) \($0.state)" }.joined(separator: ", "))")
    #expect(ended.row.state.isOver)
    if ended.row.state == .failed {
      #expect(ended.row.error?.code == .nothingFetched)
      #expect(ended.failures.count == 1)
      say("research: \"\(ended.row.error?.message ?? "")\"")
      await run.retry()
      #expect(run.id != begun)
      await run.follow()
      #expect(run.run?.row.state == .failed && run.run?.row.trigger == .retry)
    } else {
      let result = parts.researchResult(try #require(ended.result?.id))
      await result.query.open()
      await result.approve(reason: "Good.")
      #expect(result.result?.row.status == .approved)
    }

    let runs = category.runs()
    await runs.list.open()
    #expect(runs.runs.contains { $0.id == begun })
    let results = parts.research()
    await results.open()
    await results.search("sleep")
    #expect(results.work.problem == nil && results.matches != nil)
    let report = parts.researchReport()
    await report.open()
    await report.show(.month, categoryIDs: [row.id], withPending: true)
    #expect(report.query.screen == .empty || report.query.screen.value != nil)

    // Somebody else changed it: the person says whose counts.
    let mine = try #require(category.editor())
    mine.draft.name = "Sleep well"
    await list.setActive(row, false)
    await mine.save()
    #expect(mine.conflict?.active == false)
    await mine.keepMine()
    #expect(mine.isSaved)
    await category.query.refresh()
    #expect(category.category?.row.name == "Sleep well")
    await category.delete()
    #expect(category.isDeleted && list.list.screen == .empty)
    say("research: changed on two devices, settled, and deleted")
  }

  @MainActor @Test func aRuleIsWrittenTriedSetOffAndDeleted() async throws {
    let phone = try await device()
    await phone.sync()
    let goal = try await phone.engine.createGoal(["title": "Run", "kind": "NUMERIC", "unit": "km", "targetValue": "500"])
    await phone.sync()
    let parts = Parts(graph: phone.graph, store: MemoryStore(), surroundings: .live)
    let list = parts.automations()
    await list.list.open()
    #expect(list.list.screen == .empty)

    let editor = list.newRule()
    await editor.choices.open()
    #expect(editor.goals.map(\.id) == [goal])
    #expect(editor.eventTypes.contains { $0.name == "goal.completed" })
    editor.draft.name = "Everything"
    editor.draft.triggers = [
      .schedule(SchedulePlan(.weekly([.sunday]), at: TimeOfDay(minutes: 1080)), timeZone: "Europe/Berlin"),
      .schedule(SchedulePlan(.cron("0 7 * * *")), timeZone: nil),
      .event("goal.completed", filters: [AutomationTrigger.Filter(values: goal.rawValue)]),
      .goal(GoalLine(goalID: goal, metric: .percent, comparison: .above, line: "50"), forMinutes: 15),
    ]
    editor.draft.conditions = [
      .goal(GoalLine(goalID: goal, metric: .value, comparison: .below, line: "1000")),
      .time(from: nil, to: nil, weekdays: Set(Weekday.allCases)),
    ]
    var notification = AutomationAction.Notification()
    notification.title = "{{rule.name}} at {{now}}"
    var update = AutomationAction.DataUpdate()
    update.document = "mutation Skip($input: UpdateGoalInput!) { updateGoal(input: $input) { errors { code message path } } }"
    update.variables = "{\"input\":{\"description\":\"By a rule\",\"id\":\"\(goal.rawValue)\"}}"
    editor.draft.actions = [.notification(notification), .dataUpdate(update)]
    await editor.tryOut()
    guard case .wouldDo(let would) = editor.trial.outcome else {
      Issue.record("\(String(describing: editor.trial.problem))")
      return
    }
    #expect(would.wouldRun == true && would.actions.count == 2)
    say("rule: would run, and do \(would.actions.map { "\($0.kind)" }.joined(separator: ", "))")
    await editor.simulate()
    #expect(editor.trial.problem == nil)
    await editor.save()
    #expect(editor.work.problem == nil)
    #expect(editor.isSaved)

    let rule = list.rule(editor.id)
    await rule.query.open()
    let written = try #require(rule.rule)
    #expect(written.isKnown)
    // What was written is what is read, but for the titles that the server adds.
    #expect(written.triggers.count == 4 && written.triggers.dropLast() == editor.draft.triggers.dropLast())
    #expect(written.actions == editor.draft.actions)
    await rule.run()
    let run = rule.run(try #require(rule.begun))
    let limit = Task {
      try await Task.sleep(for: .seconds(60))
      Issue.record("The run did not end.")
    }
    await run.follow()
    limit.cancel()
    let done = try #require(run.run)
    say("rule: the run is \(done.row.state), \(done.steps.map { "\($0.kind) \($0.state)" }.joined(separator: ", "))")
    #expect(done.row.state == .done)
    #expect(done.steps.count == 4)
    await phone.sync()
    #expect(try await phone.engine.object(goal)?.data["description"] == "By a rule")

    let first = try #require(rule.editor())
    let second = try #require(rule.editor())
    first.draft.name = "First"
    await first.save()
    second.draft.name = "Second"
    await second.save()
    #expect(second.conflict?.name == "First")
    second.takeTheirs()
    #expect(second.draft.name == "First")
    await rule.setActive(false)
    #expect(rule.rule?.active == false)
    await rule.delete()
    #expect(rule.isDeleted && list.list.screen == .empty)
    say("rule: changed on two devices, switched off, and deleted")
  }
}
