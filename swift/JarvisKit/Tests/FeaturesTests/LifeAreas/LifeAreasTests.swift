import Foundation
import Graph
import Models
import Sync
import Testing

@testable import Features

@MainActor @Suite struct LifeAreaScreens {
  let body = ObjectID("area_1")

  func device() async -> Copied {
    await Copied(
      goals: [
        goal(1, "Run").with(["lifeArea": ["id": "area_1"]]), goal(2, "Walk", status: "PAUSED").with(["lifeArea": ["id": "area_1"]]),
        goal(3, "Read"),
      ],
      areas: [
        area(2, "Mind", position: 1), area(1, "Body", position: 0), area(3, "Old", position: 2).with(["active": false]),
        area(4, "Money", position: 3).with(["areaKind": "LATER"]),
      ],
      notes: [
        ["id": "note_1", "lifeArea": ["id": "area_1"], "text": "Sleep", "createdAt": "2026-05-01T08:00:00.000Z", "version": 1],
        ["id": "note_2", "lifeArea": ["id": "area_1"], "text": "Drink", "createdAt": "2026-05-02T08:00:00.000Z", "version": 1],
      ])
  }

  @Test func areasComeInTheirOrderWithTheirGoalsCounted() async throws {
    let model = LifeAreasModel(engine: await device().engine)
    await model.copy.show()
    #expect(model.active.map(\.name) == ["Body", "Mind", "Money"])
    #expect(model.active.map(\.activeGoalCount) == [1, 0, 0])
    #expect(model.active.map(\.kind) == [.health, .health, .unknown])
    #expect(model.inactive.map(\.name) == ["Old"])
    let none = LifeAreasModel(engine: await Copied().engine)
    await none.copy.show()
    #expect(none.screen == .empty)
    #expect(none.active.isEmpty)
  }

  @Test func theyArePutIntoAnotherOrder() async throws {
    let device = await device()
    let model = LifeAreasModel(engine: device.engine)
    await model.copy.show()
    await model.move(from: [2], to: 0)
    await model.copy.show()
    #expect(model.active.map(\.name) == ["Money", "Body", "Mind"])
    await model.move(from: [0, 1], to: 3)
    await model.copy.show()
    #expect(model.active.map(\.name) == ["Mind", "Money", "Body"])
    await model.move(from: [0], to: 1)
    await model.move(from: [7], to: 0)
    #expect(try await device.inputs() == [["ids": ["area_2", "area_4", "area_1", "area_3"]]])
  }

  @Test func anAreaIsPutOutOfUseAndDeletedWithItsGoalsMoved() async throws {
    let device = await device()
    let model = LifeAreasModel(engine: device.engine)
    await model.set(body, active: false)
    await model.copy.show()
    #expect(model.inactive.map(\.name) == ["Body", "Old"])
    #expect(model.inactive.first?.isPending == true)
    await model.delete(body, movingGoalsTo: ObjectID("area_2"))
    await model.delete(ObjectID("area_3"))
    await model.copy.show()
    #expect(model.screen.value?.map(\.name) == ["Mind", "Money"])
    let inputs = try await device.inputs()
    #expect(inputs[1] == ["id": "area_1", "moveGoalsTo": "area_2"])
    #expect(inputs[2] == ["id": "area_3"])
  }

  @Test func theScreenOfOneHasItsGoalsAndNotes() async throws {
    let device = await device()
    let model = LifeAreaModel(body, engine: device.engine)
    await model.copy.show()
    let content = try #require(model.screen.value)
    #expect(content.area.name == "Body")
    #expect(content.goals.map(\.title) == ["Run", "Walk"])
    #expect(content.notes.map(\.text) == ["Drink", "Sleep"])
    #expect(content.others.map(\.name) == ["Mind", "Money"])
    #expect(await model.addNote(" Eat ") == true)
    #expect(await model.addNote(" \n") == false)
    #expect(await model.change(content.notes[1], to: " ") == false)
    #expect(await model.change(content.notes[1], to: "Sleep more"))
    await model.delete(content.notes[0])
    await model.copy.show()
    #expect(model.screen.value?.notes.map(\.text) == ["Eat", "Sleep more"])
    #expect(model.screen.value?.notes.map(\.isPending) == [true, true])
    #expect(await model.deleteArea())
    await model.copy.show()
    #expect(model.screen == .empty)
  }
}

@MainActor @Suite struct LifeAreaForms {
  @Test func anAreaIsMadeWithFieldsForItsGoals() async throws {
    let device = await Copied()
    let form = LifeAreaForm(engine: device.engine)
    await form.load()
    #expect(form.isNew && form.isLoaded)
    form.name = " Sport "
    form.kind = .health
    form.color = "#3A7BD5"
    form.icon = "figure.run"
    form.addField(" Größe (cm) ", type: .number)
    form.addField("Level", type: .select)
    form.addField("  ", type: .text)
    var size = form.customFields[0]
    size.unit = "cm"
    form.change(size)
    form.change(CustomField(key: "none", label: "None", type: .text))
    form.addOption("Hoch", to: form.customFields[1])
    form.addOption("hoch!", to: form.customFields[1])
    form.addOption(" ", to: form.customFields[1])
    #expect(await form.save())
    let input = try #require(try await device.inputs().first)
    #expect(input["name"] == "Sport")
    #expect(input["kind"] == "HEALTH")
    #expect(input["description"] == nil)
    let fields = try #require(input["customFields"]?.items)
    #expect(fields.map { $0["label"] } == ["Größe (cm)", "Level"])
    #expect(fields[0]["unit"] == "cm")
    #expect(fields[1]["options"] == [["value": "hoch", "label": "Hoch"], ["value": "hoch_2", "label": "hoch!"]])
    form.moveFields(from: [1], to: 0)
    #expect(form.customFields.map(\.label) == ["Level", "Größe (cm)"])
    form.removeFields(at: [0])
    #expect(form.customFields.count == 1)
    let made = LifeAreaForm(engine: device.engine, area: form.saved)
    await made.load()
    #expect(made.customFields.count == 2)
  }

  @Test func whatIsChangedIsSentAndNothingElse() async throws {
    let device = await Copied(areas: [
      area(1, "Body", position: 0).with([
        "customFields": [["key": "why", "label": "Why", "type": "TEXT", "unit": nil, "options": [], "required": false]]
      ])
    ])
    let form = LifeAreaForm(engine: device.engine, area: ObjectID("area_1"))
    await form.load()
    #expect(await form.save())
    #expect(try await device.inputs().isEmpty)
    form.name = "Health"
    form.color = ""
    form.isActive = false
    #expect(await form.save())
    #expect(try await device.inputs() == [["id": "area_1", "name": "Health", "color": nil, "active": false]])
  }

  @Test func mistakesAreSaid() async throws {
    let device = await Copied()
    let form = LifeAreaForm(engine: device.engine)
    form.color = "blue"
    form.icon = String(repeating: "x", count: 51)
    form.addField("A", type: .select)
    form.addField("B", type: .text)
    form.addField("b", type: .text)
    form.addField("C", type: .text)
    for (index, label) in [(1, " "), (2, String(repeating: "x", count: 81))] {
      var field = form.customFields[index]
      field.label = label
      form.change(field)
    }
    var last = form.customFields[3]
    last.label = "A "
    form.change(last)
    #expect(await form.save() == false)
    #expect(
      form.mistakes == [
        .name: .missing, .color: .notAColor, .icon: .tooLong(limit: 50), .custom("a"): .noOptions, .custom("b"): .missing,
        .custom("b_2"): .tooLong(limit: 80), .custom("c"): .twice,
      ])
    let gone = LifeAreaForm(engine: device.engine, area: ObjectID("area_9"))
    await gone.load()
    #expect(gone.problem != nil)
    gone.name = "x"
    #expect(await gone.save() == false)
  }

  @Test(arguments: [("Größe (cm)", "grosse_cm"), ("1. Ziel", "ziel"), ("日本", "field"), ("Über uns", "uber_uns")])
  func aKeyIsMadeFromALabel(label: String, key: String) {
    #expect(LifeAreaForm.name(for: label, taken: [], or: "field") == key)
    #expect(LifeAreaForm.name(for: label, taken: [key], or: "field") == "\(key)_2")
  }
}
