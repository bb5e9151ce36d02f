import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

let run = ObjectID("goal_1")

@MainActor @Suite struct GoalLists {
  @Test func goalsComeInPartsByUrgencyAndThoseThatEndedAreLeftOut() async throws {
    let device = await Copied(goals: [
      goal(1, "Done", status: "COMPLETED"), goal(2, "Later", urgency: "SAFE"), goal(3, "Now", urgency: "TODAY"),
      goal(4, "Then", urgency: "THIS_WEEK"), goal(5, "Soon", urgency: "TOMORROW"), goal(6, "Resting", urgency: "TODAY", status: "PAUSED"),
      goal(7, "New kind", urgency: "YESTERDAY"),
    ])
    let model = GoalsModel(engine: device.engine, day: today)
    await model.copy.refresh()
    #expect(model.sections.map(\.id) == [.today, .thisWeek, .later, .paused])
    #expect(model.sections.map { $0.goals.map(\.title) } == [["Now"], ["Soon", "Then"], ["Later", "New kind"], ["Resting"]])
    #expect(model.copy.status.phase == .idle)
    model.filter.phase = .all
    #expect(model.sections.last?.goals.map(\.title) == ["Done"])
    model.filter.phase = .ended
    #expect(model.sections.map(\.id) == [.ended])
    #expect(model.filter.isNarrow)
  }

  @Test func theListIsNarrowedByAreaKindAndTitle() async throws {
    let device = await Copied(
      goals: [
        goal(1, "Éclair backen").with(["lifeArea": ["id": "area_1"], "kind": "NUMERIC"]), goal(2, "Read").with(["kind": "HABIT"]),
        goal(3, "Run").with(["lifeArea": ["id": "area_2"], "kind": "NUMERIC"]),
      ], areas: [area(1, "Home", position: 1), area(2, "Body", position: 0)])
    let model = GoalsModel(engine: device.engine, day: today)
    await model.copy.show()
    #expect(model.screen.value?.areas.map(\.name) == ["Body", "Home"])
    #expect(model.screen.value?.area(ObjectID("area_1"))?.color == "#3A7BD5")
    #expect(model.screen.value?.area(nil) == nil)
    func titles(_ change: (inout GoalsModel.Filter) -> Void) -> [String] {
      model.filter = GoalsModel.Filter()
      change(&model.filter)
      return model.sections.flatMap(\.goals).map(\.title)
    }
    #expect(titles { $0.search = " ECLAIR " } == ["Éclair backen"])
    #expect(titles { $0.search = "x" } == [])
    #expect(titles { $0.area = .one(ObjectID("area_2")) } == ["Run"])
    #expect(titles { $0.area = .none } == ["Read"])
    #expect(titles { $0.kind = .habit } == ["Read"])
    #expect(titles { _ in }.count == 3)
    #expect(!model.filter.isNarrow)
  }

  @Test func theListIsOrderedOtherwiseWhenThePersonWantsThat() async throws {
    let device = await Copied(goals: [
      goal(1, "b 10").with(["deadline": "2026-09-01"]), goal(2, "B 9").with(["deadline": "2026-08-01"]), goal(3, "a"), goal(4, "a"),
    ])
    let model = GoalsModel(engine: device.engine, day: today)
    await model.copy.show()
    func ids(_ order: GoalsModel.Order) -> [String] {
      model.order = order
      #expect(order == .urgency || model.sections.allSatisfy { $0.id == .all })
      return model.sections.flatMap(\.goals).map(\.id.rawValue)
    }
    #expect(ids(.title) == ["goal_3", "goal_4", "goal_2", "goal_1"])
    #expect(ids(.deadline) == ["goal_2", "goal_1", "goal_3", "goal_4"])
    #expect(ids(.newest) == ["goal_4", "goal_3", "goal_2", "goal_1"])
    #expect(ids(.urgency) == ["goal_2", "goal_3", "goal_4", "goal_1"])
    model.filter.search = "nothing"
    #expect(ids(.newest).isEmpty)
  }

  @Test func aNewDeviceWithoutANetworkSaysSoAndOneWithoutGoalsIsEmpty() async throws {
    let offline = GoalsModel(engine: try await engine([], offline: true), day: today)
    await offline.copy.show()
    #expect(offline.screen == .loading)
    await offline.copy.refresh()
    #expect(offline.screen == .failed(.offline))
    let none = GoalsModel(engine: await Copied().engine, day: today)
    await none.copy.refresh()
    #expect(none.screen == .empty)
    #expect(none.sections.isEmpty)
    #expect(!none.copy.isRefreshing)
  }

  @Test func theScreenFollowsWhatHappens() async throws {
    let device = await Copied(goals: [goal(1, "Run")])
    let model = GoalsModel(engine: device.engine, day: today)
    let following = Task { await model.copy.follow() }
    let titles = AsyncStream<String> { continuation in
      @Sendable func watch() {
        Task { @MainActor in
          withObservationTracking {
            if let title = model.screen.value?.goals.first?.title { continuation.yield(title) }
          } onChange: {
            watch()
          }
        }
      }
      watch()
    }
    for await title in titles where title == "Run" { break }
    try await device.engine.update(run, ["title": "Swim"])
    for await title in titles where title == "Swim" { break }
    following.cancel()
    #expect(model.screen.value?.goals.first?.isPending == true)
  }

  @Test func theScreenSaysWhatStandsInTheWay() {
    let seen = Date(timeIntervalSince1970: 5)
    func notice(_ phase: SyncStatus.Phase) -> Screen<Int>.Notice? { SyncStatus(phase: phase, completeAt: seen).notice() }
    #expect(notice(.waiting(until: seen, for: .network)) == .offline(since: seen))
    #expect(notice(.waiting(until: seen, for: .server)) == .stale(since: seen, .server))
    #expect(notice(.waiting(until: seen, for: .change)) == nil)
    #expect(notice(.signedOut) == .stale(since: seen, .signedOut))
    #expect(notice(.stopped("x")) == .stale(since: seen, .refused("x")))
    for phase in [SyncStatus.Phase.idle, .sending, .fetching, .loadingEverything] { #expect(notice(phase) == nil) }
  }

  @Test func aStoreThatCannotBeReadIsSaid() async throws {
    let store = FullStore()
    let engine = SyncEngine(graph: client(Script()), store: store, owner: "user_1", surroundings: surroundings())
    await store.fill()
    let model = GoalsModel(engine: engine, day: today)
    await model.copy.show()
    #expect(model.screen == .failed(.outdated))
    await model.actions.archive(run)
    #expect(model.actions.work.problem != nil)
  }
}

@MainActor @Suite struct GoalDeeds {
  @Test func aGoalIsCompletedReopenedPausedResumedArchivedAndDeleted() async throws {
    let device = await Copied(goals: [goal(1, "Run")])
    let actions = GoalActions(engine: device.engine, day: today)
    func status() async throws -> JSONValue? { try await device.engine.object(run)?.data["status"] }
    await actions.complete(run)
    #expect(try await status() == "COMPLETED")
    await actions.reopen(run)
    #expect(try await status() == "ACTIVE")
    await actions.pause(run)
    #expect(try await status() == "PAUSED")
    await actions.resume(run)
    #expect(try await status() == "ACTIVE")
    await actions.archive(run)
    #expect(try await status() == "CANCELLED")
    await actions.delete(run)
    #expect(try await device.engine.object(run) == nil)
    #expect(
      try await device.operations() == ["CompleteGoal", "ReopenGoal", "UpdateGoal", "UpdateGoal", "UpdateGoal", "DeleteGoal"])
    #expect(actions.work.problem == nil)
    await actions.complete(ObjectID("goal_9"))
    #expect(actions.work.problem == .refused("It is not here any more."))
  }

  @Test func aDayIsSkipped() async throws {
    let device = await Copied(goals: [goal(1, "Run")])
    let actions = GoalActions(engine: device.engine, day: today)
    await actions.skip(run)
    await actions.skip(run, on: LocalDate("2026-05-01"), note: "ill")
    let inputs = try await device.inputs()
    #expect(inputs.map { $0["localDate"] } == ["2026-05-28", "2026-05-01"])
    #expect(inputs.map { $0["note"] } == [nil, "ill"])
  }
}

@MainActor @Suite struct Estimates {
  func card(_ device: Copied, _ id: String = "goal_1") async throws -> GoalCard {
    try #require(try await device.engine.goals().first { $0.id.rawValue == id }).card
  }

  @Test func whatAddsUpIsCountedWithWhatIsNotSentYet() async throws {
    let device = await Copied(
      goals: [
        goal(1, "Run").with([
          "kind": "NUMERIC", "cumulative": true, "currentValue": "30", "startValue": "10", "targetValue": "110", "percent": 20,
        ])
      ], entries: [entry(1, of: 1, value: "5", day: "2026-05-01"), entry(2, of: 1, value: "15", day: "2026-05-02")])
    #expect(try await card(device).currentValue == 30)
    #expect(try await card(device).fraction == 0.2)
    try await device.engine.logProgress(today.draft(goal: run, value: 7))
    try await device.engine.update(ObjectID("entry_1"), ["value": "6"])
    try await device.engine.skipDay(goal: run, on: today.today)
    #expect(try await card(device).currentValue == 38)
    try await device.engine.delete(ObjectID("entry_2"))
    #expect(try await card(device).currentValue == 23)
    #expect(try await card(device).percent == 13)
  }

  @Test func whereTheLatestValueCountsItIsThat() async throws {
    let device = await Copied(
      goals: [
        goal(1, "Weight").with([
          "kind": "NUMERIC", "cumulative": false, "aggregation": "LAST", "direction": "AT_MOST", "currentValue": "80", "startValue": "90",
          "targetValue": "70",
        ]),
        goal(2, "Best").with(["kind": "CUSTOM", "cumulative": false, "aggregation": "MAX", "currentValue": "3"]),
        goal(3, "Under 100").with([
          "kind": "NUMERIC", "cumulative": false, "direction": "AT_MOST", "targetValue": "100", "percent": 100, "currentValue": "90",
        ]),
      ], entries: [entry(1, of: 1, value: "80", day: "2026-05-01")])
    try await device.engine.logProgress(today.draft(goal: run, value: 75))
    try await device.engine.skipDay(goal: run, on: today.today.adding(days: 1))
    #expect(try await card(device).currentValue == 75)
    #expect(try await card(device).percent == 75)
    // Logged for an earlier day, it is not the latest.
    try await device.engine.logProgress(today.draft(goal: run, value: 99, on: LocalDate("2026-04-01")))
    #expect(try await card(device).currentValue == 75)
    try await device.engine.logProgress(today.draft(goal: ObjectID("goal_2"), value: 9))
    #expect(try await card(device, "goal_2").currentValue == 3)
    try await device.engine.logProgress(today.draft(goal: ObjectID("goal_3"), value: 95))
    #expect(try await card(device, "goal_3").currentValue == 95)
    #expect(try await card(device, "goal_3").percent == 100)
  }

  @Test func milestonesAreCountedAndHabitsAreLeftToTheServer() async throws {
    let device = await Copied(
      goals: [goal(1, "Move").with(["kind": "MILESTONE"]), goal(2, "Read").with(["kind": "HABIT", "currentValue": "2"])],
      milestones: [milestone(1, of: 1, "Pack", position: 0, reached: true), milestone(2, of: 1, "Drive", position: 1)])
    try await device.engine.update(ObjectID("milestone_2"), ["reached": true])
    try await device.engine.createMilestone(goal: run, ["title": "Unpack"])
    try await device.engine.createMilestone(goal: run, ["title": "Rest"])
    #expect(try await card(device).currentValue == 2)
    #expect(try await card(device).percent == 50)
    try await device.engine.logProgress(today.draft(goal: ObjectID("goal_2"), value: 1))
    #expect(try await card(device, "goal_2").currentValue == 2)
  }
}

@MainActor @Suite struct GoalDetails {
  @Test func theScreenHasTheGoalWithItsPartsAndWhatTheServerReckons() async throws {
    let device = await Copied(
      goals: [
        goal(1, "Run").with([
          "description": "Far", "lifeArea": ["id": "area_1"], "frequency": ["times": 2, "period": "WEEK", "interval": 1],
          "pauses": [["start": "2026-05-01", "end": nil], ["start": "?"]], "startDate": "2026-01-01",
          "customFields": [["key": "why", "text": "Fun"], ["key": "gone", "text": "x"], ["key": "odd"]],
        ])
      ],
      areas: [
        area(1, "Body", position: 0).with([
          "customFields": [["key": "why", "label": "Why", "type": "TEXT"], ["key": "level", "label": "Level", "type": "NUMBER"]]
        ])
      ],
      entries: (1...60).map {
        entry($0, of: 1, value: "\($0)", day: today.today.adding(days: $0 - 90).description)
      },
      milestones: [milestone(2, of: 1, "Second", position: 1), milestone(1, of: 1, "First", position: 0)])
    let model = GoalModel(run, engine: device.engine, parts: device.parts, day: today)
    await model.open()
    let content = try #require(model.screen.value)
    #expect(content.goal.title == "Run")
    #expect(content.description == "Far")
    #expect(content.area?.name == "Body")
    #expect(content.frequency == Frequency(times: 2, period: .week, interval: 1))
    #expect(content.pauses.map(\.start.description) == ["2026-05-01"])
    #expect(content.pauses.map(\.end) == [nil])
    #expect(content.customFields.map(\.value) == [.text("Fun")])
    #expect(content.milestones.map(\.title) == ["First", "Second"])
    #expect(content.entries.count == 50)
    #expect(content.entries.first?.value == 60)
    #expect(content.entries.first?.source == .appleHealth)
    #expect(content.hasMoreEntries)
    await model.more()
    #expect(model.screen.value?.entries.count == 60)
    #expect(model.screen.value?.hasMoreEntries == false)
    await model.more()
    #expect(model.screen.value?.entries.count == 60)
    await model.refresh()
    #expect(model.screen.value?.entries.count == 60)
  }

  @Test func aGoalThatIsGoneIsSaidToBe() async throws {
    let device = await Copied(goals: [goal(2, "Read")])
    let model = GoalModel(run, engine: device.engine, parts: device.parts, day: today)
    await model.open()
    #expect(model.screen == .empty)
    await model.more()
    await model.moveMilestones(from: [0], to: 1)
    #expect(try await device.operations().isEmpty)
  }

  @Test func entriesAreDeletedAndMarkedUntilTheServerKnows() async throws {
    let device = await Copied(
      goals: [goal(1, "Run")], entries: [entry(1, of: 1, value: "1", day: "2026-05-01"), entry(2, of: 1, value: "2", day: "2026-05-02")])
    let model = GoalModel(run, engine: device.engine, parts: device.parts, day: today)
    await model.delete(ObjectID("entry_2"))
    try await device.engine.update(ObjectID("entry_1"), ["note": "Rain"])
    await model.copy.show()
    let entries = try #require(model.screen.value?.entries)
    #expect(entries.map(\.note) == ["Rain"])
    #expect(entries.map(\.isPending) == [true])
    #expect(model.screen.value?.goal.isPending == true)
  }

  @Test func milestonesAreMadeChangedReachedMovedAndDeleted() async throws {
    let device = await Copied(
      goals: [goal(1, "Move")],
      milestones: (0..<4).map { milestone($0, of: 1, "Step \($0)", position: $0) })
    let model = GoalModel(run, engine: device.engine, parts: device.parts, day: today)
    func titles() async -> [String] {
      await model.copy.show()
      return model.screen.value?.milestones.map(\.title) ?? []
    }
    #expect(await model.addMilestone(" Last ", description: " ", due: LocalDate("2026-08-01")))
    #expect(await titles().last == "Last")
    await model.moveMilestones(from: [3], to: 1)
    #expect(await titles() == ["Step 0", "Step 3", "Step 1", "Step 2", "Last"])
    await model.moveMilestones(from: [1], to: 2)
    #expect(try await device.operations().count == 2)
    let first = try #require(model.screen.value?.milestones.first)
    await model.toggle(first, today: today.today)
    #expect(await titles().first == "Step 0")
    let reached = try #require(model.screen.value?.milestones.first)
    #expect(reached.isReached)
    #expect(reached.reachedOn == today.today)
    #expect(reached.isPending)
    await model.toggle(reached, today: today.today)
    #expect(await model.change(reached, title: "Begin", description: "Now", due: nil))
    #expect(await titles().first == "Begin")
    #expect(model.screen.value?.milestones.first?.isReached == false)
    await model.delete(reached.id)
    #expect(await titles().count == 4)
    await model.moveMilestones(from: [0], to: 4)
    #expect(await titles().last == "Step 3" || model.screen.value?.milestones.last?.title == "Last")
  }

  @Test(arguments: [true, false]) func itsDaysAreDrawnAgainstItsLine(cumulative: Bool) throws {
    let data: JSONValue = [
      "id": "goal_1", "title": "Run", "cumulative": .bool(cumulative), "currentValue": "13", "version": 1,
      "line": ["startDate": "2026-05-01", "startValue": "10", "deadline": "2026-05-31", "targetValue": "40", "ratePerDay": "1"],
      "series": [
        ["localDate": "2026-05-01", "value": "1", "skipped": false], ["localDate": "2026-05-02", "value": "0", "skipped": true],
        ["localDate": "2026-05-03", "value": "2", "skipped": false],
      ],
    ]
    let reckoned = try data.read(as: GoalDetailValue.Goal.self)
    let card = try goal(1, "Run").read(as: GoalCard.self)
    let series = reckoned.pace(of: card, today: today.today)
    #expect(series.actual.map(\.value) == (cumulative ? [11, 13] : [1, 2]))
    #expect(series.target == 40)
    let start = try #require(LocalDate("2026-05-01"))
    let cells = reckoned.grid(of: card, start: start, today: today.today, firstWeekday: 2).weeks.joined()
    #expect(cells.first { $0.day == start.adding(days: 1) }?.state == .skipped)
    #expect(cells.first { $0.day == start }?.state == .done(1))
  }
}

@MainActor @Suite struct LoggingSheets {
  let german = Locale(identifier: "de_DE")

  @Test func aValueIsLoggedAsItIsTypedAndMarkedUntilTheServerHasIt() async throws {
    let device = await Copied(
      goals: [goal(1, "Run").with(["unit": "km"])],
      entries: [entry(1, of: 1, value: "4.5", day: "2026-05-01"), entry(2, of: 1, value: "0", day: "2026-05-02", skip: true)])
    let sheet = LogProgressModel(goal: run, engine: device.engine, day: today, locale: german)
    await sheet.load()
    #expect(sheet.isNew)
    #expect(sheet.goalTitle == "Run")
    #expect(sheet.unit == "km")
    sheet.repeatLast()
    #expect(sheet.text == "4,5")
    sheet.text = "5,5 km"
    await sheet.save()
    #expect(sheet.outcome == .notANumber)
    sheet.text = "5,5"
    sheet.date = today.today.adding(days: 2)
    await sheet.save()
    #expect(sheet.outcome == .tooLate)
    sheet.date = today.today.adding(days: -1)
    sheet.note = String(repeating: "x", count: 10_001)
    await sheet.save()
    #expect(sheet.outcome == .noteTooLong(limit: 10_000))
    sheet.note = " Rain "
    await sheet.save()
    guard case .kept(let id) = sheet.outcome else {
      Issue.record("\(String(describing: sheet.outcome))")
      return
    }
    #expect(sheet.text.isEmpty)
    let entry = try #require(try await device.engine.object(id))
    #expect(entry.data["value"] == "5.5")
    #expect(entry.data["localDate"] == "2026-05-27")
    #expect(entry.data["note"] == "Rain")
    let input = try #require(try await device.inputs().first)
    #expect(input["occurredAt"] == "2026-05-27T12:00:00.000Z")
    let model = GoalsModel(engine: device.engine, day: today)
    await model.copy.show()
    #expect(model.screen.value?.goals.first?.isPending == true)
  }

  @Test func anEntryIsChanged() async throws {
    let device = await Copied(goals: [goal(1, "Run")], entries: [entry(1, of: 1, value: "4.5", day: "2026-05-01")])
    let sheet = LogProgressModel(goal: run, entry: ObjectID("entry_1"), engine: device.engine, day: today, locale: german)
    await sheet.load()
    #expect(!sheet.isNew)
    #expect(sheet.text == "4,5")
    #expect(sheet.date == LocalDate("2026-05-01"))
    sheet.text = "6"
    sheet.note = "Wind"
    await sheet.save()
    #expect(sheet.outcome == .kept(ObjectID("entry_1")))
    #expect(try await device.inputs() == [["id": "entry_1", "value": "6", "note": "Wind"]])
    await sheet.save()
    #expect(try await device.inputs().count == 1)
  }

  @Test func whatCannotBeKeptIsSaid() async throws {
    let device = await Copied(goals: [goal(1, "Run")])
    let sheet = LogProgressModel(goal: run, entry: ObjectID("entry_9"), engine: device.engine, day: today, locale: german)
    await sheet.load()
    sheet.text = "1"
    await sheet.save()
    #expect(sheet.outcome == .notSaved)
    let gone = LogProgressModel(goal: ObjectID("goal_9"), engine: device.engine, day: today)
    await gone.load()
    #expect(gone.goalTitle.isEmpty)
    gone.repeatLast()
    #expect(gone.text.isEmpty)
  }
}
