import Foundation
import Graph
import Models
import Sync
import Testing

@testable import Features

@MainActor @Suite struct GoalForms {
  let german = Locale(identifier: "de_DE")
  let home = ObjectID("area_1")

  func device() async -> Copied {
    await Copied(
      goals: [
        goal(1, "Run").with([
          "kind": "NUMERIC", "description": "Far", "lifeArea": ["__typename": "LifeArea", "id": "area_1"], "unit": "km",
          "startValue": "0.5", "targetValue": "500", "rate": nil, "direction": "AT_LEAST", "cumulative": true, "aggregation": "SUM",
          "autoComplete": true, "startDate": "2026-01-01", "deadline": "2026-12-31", "missingMeans": "ZERO",
          "pauses": [["start": "2026-05-20", "end": nil], ["start": "2026-08-01", "end": "2026-08-14"]],
          "customFields": [
            ["__typename": "CustomFieldValue", "key": "why", "text": "Fun", "number": nil, "boolean": nil, "date": nil],
            ["key": "level", "text": nil, "number": "2.5", "boolean": nil, "date": nil],
            ["key": "sure", "text": nil, "number": nil, "boolean": true, "date": nil],
            ["key": "since", "text": nil, "number": nil, "boolean": nil, "date": "2025-01-01"],
          ],
        ]),
        goal(2, "Read").with(["kind": "HABIT", "frequency": ["times": 3, "period": "WEEK", "interval": 2]]),
      ],
      areas: [
        area(1, "Home", position: 0).with([
          "customFields": [
            ["key": "why", "label": "Why", "type": "TEXT", "options": [], "required": true],
            ["key": "level", "label": "Level", "type": "NUMBER", "unit": "kg", "options": [], "required": false],
            ["key": "sure", "label": "Sure", "type": "BOOLEAN", "options": [], "required": false],
            ["key": "since", "label": "Since", "type": "DATE", "options": [], "required": false],
            ["key": "page", "label": "Page", "type": "URL", "options": [], "required": false],
          ]
        ]),
        area(2, "Work", position: 1),
      ])
  }

  func form(_ device: Copied, goal: ObjectID? = nil, area: ObjectID? = nil) async -> GoalForm {
    let form = GoalForm(engine: device.engine, day: today, goal: goal, area: area, locale: german)
    await form.load()
    return form
  }

  @Test func aNewGoalIsMadeWithItsSteps() async throws {
    let device = await device()
    let form = await form(device, area: ObjectID("area_2"))
    #expect(form.isNew && form.isLoaded && form.hasLine)
    #expect(form.areas.map(\.name) == ["Home", "Work"])
    form.title = " Save "
    form.targetValue = "1000,50"
    form.unit = "€"
    form.deadline = LocalDate("2026-12-31")
    form.addStep()
    form.addStep()
    var step = try #require(form.steps.first)
    step.title = "First hundred"
    step.due = LocalDate("2026-07-01")
    form.change(step)
    form.change(GoalForm.Step(id: 99))
    #expect(await form.save())
    let goal = try #require(form.saved)
    let inputs = try await device.inputs()
    #expect(try await device.operations() == ["CreateGoal", "CreateMilestone"])
    #expect(
      inputs[0] == [
        "id": .string(goal.rawValue), "title": "Save", "kind": "NUMERIC", "targetValue": "1000.5", "unit": "€", "lifeAreaId": "area_2",
        "startDate": "2026-05-28", "deadline": "2026-12-31", "missingMeans": "ZERO", "pauses": [], "customFields": [],
      ])
    #expect(inputs[1]["title"] == "First hundred")
    #expect(inputs[1]["goalId"] == .string(goal.rawValue))
    #expect(inputs[1]["dueDate"] == "2026-07-01")
    form.removeSteps(at: [0])
    #expect(form.steps.map(\.title) == [""])
  }

  @Test func aHabitHasAFrequencyAndNoLine() async throws {
    let device = await device()
    let form = await form(device)
    form.kind = .habit
    form.title = "Stretch"
    form.times = 3
    form.period = .week
    form.targetValue = "10"
    form.startValue = "nonsense that is not shown"
    form.autoComplete = true
    form.direction = .atMost
    form.cumulative = false
    form.aggregation = .max
    #expect(!form.hasLine)
    #expect(await form.save())
    let input = try #require(try await device.inputs().first)
    #expect(input["frequency"] == ["times": 3, "period": "WEEK", "interval": 1])
    #expect(input["targetValue"] == "10")
    #expect(input["startValue"] == nil)
    #expect(input["autoComplete"] == nil)
    #expect(input["direction"] == "AT_MOST")
    #expect(input["aggregation"] == "MAX")
    #expect(input["cumulative"] == false)
  }

  @Test func whatWasNotTouchedIsNotSent() async throws {
    let device = await device()
    let form = await form(device, goal: run)
    #expect(form.startValue == "0,5")
    #expect(form.texts["level"] == "2,5")
    #expect(form.flags["sure"] == true)
    #expect(form.pauses.count == 1)
    #expect(await form.save())
    #expect(form.saved == run)
    #expect(try await device.inputs().isEmpty)
  }

  @Test func everyFieldThatIsChangedIsSentAndNoOther() async throws {
    let device = await device()
    let form = await form(device, goal: run)
    form.title = "Run far"
    form.description = " "
    form.area = nil
    form.targetValue = "600"
    form.deadline = nil
    form.rate = "-2,5"
    form.ratePeriod = .month
    form.missingMeans = .noData
    form.addPause()
    #expect(form.pauses.last?.start == LocalDate("2026-08-15"))
    form.removePauses(at: [0])
    #expect(await form.save())
    #expect(
      try await device.inputs() == [
        [
          "id": "goal_1", "title": "Run far", "description": nil, "lifeAreaId": nil, "targetValue": "600", "deadline": nil,
          "rate": ["amount": "-2.5", "period": "MONTH"], "missingMeans": "NO_DATA",
          "pauses": [["start": "2026-08-15", "end": "2026-08-21"]], "customFields": [],
        ]
      ])
    // The pause that lasts stays, here, too.
    #expect(try await device.engine.object(run)?.data["pauses"]?.items?.count == 2)
  }

  @Test func fieldsOfTheAreaAreChangedAndTakenAway() async throws {
    let device = await device()
    let form = await form(device, goal: run)
    form.texts["why"] = "Health"
    form.texts["level"] = ""
    form.flags["sure"] = false
    form.days["since"] = LocalDate("2024-02-03")
    form.texts["page"] = "https://example.com/run"
    #expect(await form.save())
    let values = try #require(try await device.inputs().first?["customFields"]?.items)
    #expect(values.map { $0["key"] } == ["why", "level", "sure", "since", "page"])
    #expect(values[0]["text"] == "Health")
    #expect(values[1]["number"] == nil)
    #expect(values[2]["boolean"] == false)
    #expect(values[3]["date"] == "2024-02-03")
    #expect(values[4]["text"] == "https://example.com/run")
  }

  @Test func aHabitIsReadAndItsFrequencyChanged() async throws {
    let device = await device()
    let form = await form(device, goal: ObjectID("goal_2"))
    #expect(form.kind == .habit)
    #expect(form.times == 3 && form.interval == 2 && form.period == .week)
    form.times = 0
    form.interval = 400
    #expect(await form.save() == false)
    #expect(form.mistakes == [.times: .outOfRange(1, 1000), .interval: .outOfRange(1, 366)])
    form.times = 4
    form.interval = 1
    #expect(await form.save())
    #expect(try await device.inputs() == [["id": "goal_2", "frequency": ["times": 4, "period": "WEEK", "interval": 1]]])
  }

  @Test func mistakesAreSaidFieldByFieldBeforeAnythingIsSent() async throws {
    let device = await device()
    let form = await form(device, area: home)
    form.unit = String(repeating: "x", count: 51)
    form.startValue = "viel"
    form.rate = "0"
    form.deadline = LocalDate("2026-01-01")
    form.addPause()
    form.pauses[0].end = form.pauses[0].start.adding(days: -1)
    form.addStep()
    var step = form.steps[0]
    step.title = String(repeating: "x", count: 201)
    form.change(step)
    form.texts["level"] = "1.5"
    form.texts["page"] = "example"
    #expect(await form.save() == false)
    #expect(
      form.mistakes == [
        .title: .missing, .unit: .tooLong(limit: 50), .startValue: .notANumber, .rate: .zero, .deadline: .beforeStart,
        .pause(0): .beforeStart, .milestone(0): .tooLong(limit: 200), .custom("why"): .missing, .custom("level"): .notANumber,
        .custom("page"): .notAnAddress,
      ])
    form.title = "x"
    form.unit = ""
    form.startValue = ""
    form.rate = "1"
    form.targetValue = "2000000000000"
    form.deadline = today.today
    form.pauses = []
    form.removeSteps(at: [0])
    form.texts = ["why": String(repeating: "x", count: 4001), "page": "https://e.com/" + String(repeating: "x", count: 2000)]
    #expect(await form.save() == false)
    #expect(
      form.mistakes == [
        .targetValue: .tooLarge, .rate: .oneTooMany, .custom("why"): .tooLong(limit: 4000), .custom("page"): .tooLong(limit: 2000),
      ])
    form.targetValue = ""
    form.rate = ""
    form.texts = ["why": "x"]
    #expect(await form.save() == false)
    #expect(form.mistakes == [.targetValue: .missing])
    #expect(try await device.inputs().isEmpty)
  }

  @Test func requiredFieldsOfEveryTypeAreAskedFor() async throws {
    let types = ["BOOLEAN", "DATE", "SELECT", "NEWER"]
    let fields = types.map { type -> JSONValue in
      ["key": .string(type), "label": .string(type), "type": .string(type), "required": true, "options": [["value": "a", "label": "A"]]]
    }
    let device = await Copied(areas: [area(1, "Home", position: 0).with(["customFields": .array(fields)])])
    let form = await form(device, area: home)
    form.title = "x"
    form.targetValue = "1"
    #expect(await form.save() == false)
    #expect(Set(form.mistakes.keys) == Set(types.map { .custom($0) }))
    form.flags["BOOLEAN"] = true
    form.days["DATE"] = today.today
    form.texts = ["SELECT": "a", "NEWER": "n"]
    #expect(await form.save())
    let values = try #require(try await device.inputs().first?["customFields"]?.items)
    #expect(values.count == 4)
  }

  @Test func aGoalThatIsGoneCannotBeChanged() async throws {
    let device = await device()
    let form = await form(device, goal: ObjectID("goal_9"))
    #expect(!form.isLoaded)
    #expect(form.problem == .refused("It is not here any more."))
    form.title = "x"
    form.targetValue = "1"
    #expect(await form.save() == false)
    #expect(form.saved == nil)
  }

  @Test func twoTapsMakeOneGoal() async throws {
    let device = await device()
    let form = await form(device)
    form.title = "x"
    form.targetValue = "1"
    async let a = form.save()
    async let b = form.save()
    #expect(await [a, b].filter { $0 }.count == 1)
    #expect(try await device.operations() == ["CreateGoal"])
  }
}
