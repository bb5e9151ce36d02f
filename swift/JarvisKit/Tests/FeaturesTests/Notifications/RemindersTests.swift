import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@MainActor @Suite struct Reminders {
  let script = Script()
  let moment = Moment()
  let store = MemoryStore()

  func json(_ number: Int, _ more: [String: JSONValue] = [:]) -> JSONValue {
    .object(
      [
        "id": .string("reminder_\(number)"), "kind": "TO_DO", "message": "Water", "timeOfDay": "18:00", "weekdays": ["MONDAY", "FRIDAY"],
        "followPace": false, "active": true, "version": 3,
      ].merging(more) { $1 })
  }
  func reminder(_ more: [String: JSONValue]) throws -> Reminder { try json(1, more).read() }

  func opened(_ reminders: [JSONValue], next: String? = nil) async -> RemindersModel {
    await script.set(
      "Reminders",
      .success([
        "viewer": [
          "reminders": [
            "nodes": .array(reminders), "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null],
          ]
        ]
      ]))
    let parts = Parts(graph: moment.client(script), store: store, surroundings: surroundings())
    let model = parts.reminders { clock("2026-03-04T12:00:00Z") }
    await model.list.open()
    return model
  }

  func answer(_ name: String, _ reminder: JSONValue, errors: [JSONValue] = []) -> Result<JSONValue, GraphFault> {
    .success([name: ["reminder": reminder, "errors": .array(errors)]])
  }
  let conflict: JSONValue = ["code": "CONFLICT", "message": "It was changed.", "path": ["expectedVersion"]]
  let refusal: JSONValue = ["code": "INVALID", "message": "No.", "path": ["message"]]

  @Test func daysAreToldApart() throws {
    #expect(try reminder([:]).days == .weekdays([.monday, .friday]))
    #expect(try reminder(["weekdays": .array(Weekday.allCases.map { .string($0.name) })]).days == .everyDay)
    #expect(try reminder(["weekdays": [], "date": "2026-03-05"]).days == .once(try #require(LocalDate("2026-03-05"))))
    #expect(try reminder(["weekdays": [], "daysBeforeDeadline": 2]).days == .beforeDeadline(2))
  }

  @Test func aListGoesOn() async {
    let model = await opened([json(1)], next: "c")
    await script.set("Reminders", .success(["viewer": ["reminders": ["nodes": [json(2)], "pageInfo": ["hasNextPage": false]]]]))
    await model.list.more()
    #expect(model.reminders.map(\.id.rawValue) == ["reminder_1", "reminder_2"])
    #expect(await opened([]).list.screen == .empty)
  }

  @Test func thoseOfAGoalAreAskedForAlone() async {
    let parts = Parts(graph: client(script), store: store, surroundings: surroundings())
    await parts.reminders(goal: ObjectID("goal_1")) { today }.list.open()
    #expect(await script.requests.last?.variables["filter"] == ["goalId": "goal_1"])
  }

  @Test func oneIsSwitchedOffAtOnceAndOnAgainWhenThatFails() async throws {
    let model = await opened([json(1)])
    var meanwhile: Bool?
    moment.look = { meanwhile = model.reminders.first?.active }
    await model.setActive(try #require(model.reminders.first), false)
    #expect(meanwhile == false)
    #expect(model.reminders.first?.active == true)
    #expect(model.work.problem == .offline)
    await script.set("UpdateReminder", answer("updateReminder", json(1, ["active": false, "version": 4])))
    await model.setActive(try #require(model.reminders.first), false)
    #expect(model.reminders.first?.version == 4)
    #expect(await script.requests.last?.variables["input"] == ["id": "reminder_1", "active": false])
  }

  @Test func oneIsDeletedOrComesBackToItsPlace() async throws {
    let model = await opened([json(1), json(2), json(3)])
    await model.delete(model.reminders[1])
    #expect(model.reminders.map(\.id.rawValue) == ["reminder_1", "reminder_2", "reminder_3"])
    #expect(model.work.problem == .offline)
    await script.set("DeleteReminder", .success(["deleteReminder": ["errors": [["code": "NOT_FOUND", "message": "Gone.", "path": []]]]]))
    await model.delete(model.reminders[1])
    #expect(model.reminders.map(\.id.rawValue) == ["reminder_1", "reminder_3"])
    await script.set("DeleteReminder", .success(["deleteReminder": ["errors": []]]))
    await model.delete(model.reminders[1])
    #expect(model.reminders.map(\.id.rawValue) == ["reminder_1"])
  }

  @Test func aNewOneIsMadeOnceHoweverOftenItIsSent() async throws {
    let model = await opened([])
    let editor = model.editor(for: nil)
    #expect(editor.faults == [.messageMissing])
    #expect(await editor.save() == false)
    editor.draft.message = "  Water the plants "
    editor.draft.days = .weekdays([.saturday, .monday])
    #expect(await editor.save() == false)
    #expect(editor.work.problem == .offline)
    await script.set("CreateReminder", answer("createReminder", json(7)))
    #expect(await editor.save())
    let inputs = await script.requests.filter { $0.operation.name == "CreateReminder" }.compactMap { $0.variables["input"] }
    #expect(inputs.count == 2)
    #expect(inputs[0] == inputs[1])
    #expect(inputs[0]["id"]?.text?.hasPrefix("reminder_") == true)
    #expect(inputs[0]["message"] == "Water the plants")
    #expect(inputs[0]["weekdays"] == ["MONDAY", "SATURDAY"])
    #expect(inputs[0]["timeOfDay"] == "18:00")
    #expect(inputs[0].members?["goalId"] == nil)
    #expect(model.reminders.map(\.id.rawValue) == ["reminder_7"])
  }

  @Test func aChangeNamesTheVersionThatItIsBasedOn() async throws {
    let model = await opened([json(1)])
    await script.set(
      "UpdateReminder", answer("updateReminder", json(1, ["message": nil, "version": 4, "goal": ["id": "goal_1", "title": "Run"]])))
    let editor = model.editor(for: model.reminders.first)
    editor.draft.message = ""
    editor.draft.goal = Reminder.Goal(id: ObjectID("goal_1"), title: "Run")
    editor.draft.days = .beforeDeadline(3)
    editor.draft.followPace = true
    #expect(await editor.save())
    let input = try #require(await script.requests.last?.variables["input"]?.members)
    #expect(
      input == [
        "id": "reminder_1", "expectedVersion": 3, "kind": "TO_DO", "message": .null, "timeOfDay": "18:00", "followPace": true,
        "active": true,
        "goalId": "goal_1", "daysBeforeDeadline": 3,
      ])
    #expect(model.reminders.first?.version == 4)
  }

  @Test func whenTwoDevicesChangeOneThePersonChooses() async throws {
    let model = await opened([json(1)])
    await script.set("UpdateReminder", answer("updateReminder", json(1, ["message": "Theirs", "version": 9]), errors: [conflict]))
    let editor = model.editor(for: model.reminders.first)
    editor.draft.message = "Mine"
    #expect(await editor.save() == false)
    #expect(editor.conflict?.message == "Theirs")
    #expect(editor.work.problem == nil)
    #expect(editor.canSave == false)
    await script.set("UpdateReminder", answer("updateReminder", json(1, ["message": "Mine", "version": 10])))
    #expect(await editor.keepMine())
    #expect(await script.requests.last?.variables["input"]?["expectedVersion"] == 9)
    #expect(model.reminders.first?.message == "Mine")
    #expect(await editor.keepMine() == false)
  }

  @Test func orThePersonTakesWhatTheOtherDeviceSaid() async throws {
    let model = await opened([json(1)])
    await script.set("UpdateReminder", answer("updateReminder", json(1, ["message": "Theirs", "version": 9]), errors: [conflict]))
    let editor = model.editor(for: model.reminders.first)
    editor.takeTheirs()
    editor.draft.message = "Mine"
    _ = await editor.save()
    editor.takeTheirs()
    #expect(editor.conflict == nil)
    #expect(editor.draft.message == "Theirs")
    #expect(model.reminders.first?.version == 9)
  }

  @Test func whatIsRefusedIsSaidInTheServersWords() async throws {
    let model = await opened([json(1)])
    await script.set("UpdateReminder", answer("updateReminder", nil, errors: [refusal]))
    let editor = model.editor(for: model.reminders.first)
    #expect(await editor.save() == false)
    #expect(editor.work.problem == .refused("No."))
    await script.set("UpdateReminder", answer("updateReminder", nil))
    #expect(await editor.save() == false)
    #expect(editor.work.problem == .outdated)
  }

  @Test func whatCannotBeSavedIsKnownBefore() throws {
    let day = clock("2026-03-04T12:00:00Z")
    var draft = ReminderDraft()
    draft.message = String(repeating: "🎯", count: 251)
    #expect(draft.faults(day) == [.messageTooLong])
    draft.message = "x"
    draft.days = .weekdays([])
    #expect(draft.faults(day) == [.noWeekday])
    draft.days = .once(try #require(LocalDate("2026-03-04")))
    draft.time = TimeOfDay(minutes: 12 * 60)
    #expect(draft.faults(day) == [.over])
    #expect(draft.input["date"] == "2026-03-04")
    draft.time = TimeOfDay(minutes: 12 * 60 + 1)
    #expect(draft.faults(day).isEmpty)
    draft.days = .beforeDeadline(366)
    #expect(draft.faults(day) == [.daysOutOfRange, .goalMissing])
    draft.days = .everyDay
    draft.followPace = true
    #expect(draft.faults(day) == [.goalMissing])
    draft.goal = Reminder.Goal(id: ObjectID("goal_1"), title: "Run")
    draft.message = " "
    #expect(draft.faults(day).isEmpty)
    #expect(draft.input["weekdays"] == .null)
  }

  @Test func aReminderCanBeForTheGoalsThatAreOnThisDevice() async throws {
    for (number, title, status) in [(1, "Swim", "ACTIVE"), (2, "Run", "ACTIVE"), (3, "Old", "COMPLETED")] {
      await store.write([
        .put(StoredObject(id: ObjectID("goal_\(number)"), type: "Goal", version: 1, data: goal(number, title, status: status)))
      ])
    }
    #expect(await opened([]).goals().map(\.title) == ["Run", "Swim"])
  }
}
