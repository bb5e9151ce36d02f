import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

@MainActor @Suite struct GoalScreens {
  @Test func goalsComeByUrgencyAndThoseThatAreOverLast() async throws {
    let model = GoalsModel(
      engine: try await engine([goal(1, "Done", status: "COMPLETED"), goal(2, "Later", urgency: "SAFE"), goal(3, "Now", urgency: "TODAY")]))
    await model.refresh()
    #expect(model.screen.value?.map(\.title) == ["Now", "Later", "Done"])
    #expect(model.screen.value?.first?.percent == 0.5)
    #expect(model.status.phase == .idle)
  }

  @Test func aNewDeviceWithoutANetworkSaysSoAndOneWithoutGoalsIsEmpty() async throws {
    let offline = GoalsModel(engine: try await engine([], offline: true))
    await offline.show()
    #expect(offline.screen == .loading)
    await offline.refresh()
    #expect(offline.screen == .failed(.offline))
    let none = GoalsModel(engine: try await engine([]))
    await none.refresh()
    #expect(none.screen == .empty)
  }

  @Test func whatIsLoggedIsKeptAndMarkedUntilTheServerHasIt() async throws {
    let engine = try await engine([goal(1, "Run")])
    await engine.sync()
    let sheet = LogProgressModel(goal: ObjectID("goal_1"), engine: engine, day: today)
    sheet.text = "5,5 km"
    await sheet.save(locale: Locale(identifier: "de_DE"))
    #expect(sheet.outcome == .notANumber)
    sheet.text = "5,5"
    sheet.note = "Rain"
    await sheet.save(locale: Locale(identifier: "de_DE"))
    guard case .kept(let id) = sheet.outcome else {
      Issue.record("\(String(describing: sheet.outcome))")
      return
    }
    #expect(sheet.text.isEmpty)
    let entry = try #require(try await engine.object(id))
    #expect(entry.data["value"] == "5.5")
    #expect(entry.data["localDate"] == "2026-05-28")
    let model = GoalsModel(engine: engine)
    await model.show()
    #expect(model.screen.value?.first?.isPending == true)
    // The server refuses it: the person is told, and gives it up.
    await model.refresh()
    #expect(model.status.needPerson == 1)
    await model.settle(try #require(try await engine.pending().first), by: .keepTheirs)
    #expect(model.status.pending == 0)
    #expect(model.problem == nil)
  }
}
