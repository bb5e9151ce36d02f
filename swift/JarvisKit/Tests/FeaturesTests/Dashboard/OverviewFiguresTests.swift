import Foundation
import Models
import Persistence
import Testing

@testable import Features

@Suite struct OverviewFigures {
  func goal(_ number: Int, _ data: [String: JSONValue]) -> StoredObject {
    StoredObject(
      id: ObjectID("goal_\(number)"), type: "Goal", version: 1, data: JSONValue.object(data).merging(["title": .string("Goal \(number)")]))
  }

  func streak(_ current: Int, best: Int? = nil, _ period: String = "DAY") -> [String: JSONValue] {
    ["streak": ["current": .int(current), "best": best.map(JSONValue.int) ?? .null, "period": .string(period)], "strength": 0.5]
  }

  @Test func livingStreaksComeTheLongestTimeFirst() {
    let rows = StreakRow.rows([
      goal(1, streak(5, best: 9)), goal(2, streak(2, "WEEK")), goal(3, streak(0, best: 40)), goal(4, [:]), goal(5, streak(5)),
      goal(6, streak(1, "YEAR")), goal(7, streak(1, "MONTH")), goal(8, streak(3, "EON")),
    ])
    #expect(rows.map(\.id.rawValue) == ["goal_6", "goal_7", "goal_2", "goal_1", "goal_5", "goal_8"])
    #expect(rows.map(\.best) == [1, 1, 2, 9, 5, 3])
    #expect(rows[3].strength?.level == .growing)
    #expect(rows[3].period == "DAY")
  }

  func area(_ number: Int, position: Int? = nil, active: Bool = true) -> StoredObject {
    StoredObject(
      id: ObjectID("area_\(number)"), type: "LifeArea", version: 1,
      data: [
        "name": .string("Area \(number)"), "active": .bool(active), "position": position.map(JSONValue.int) ?? .null, "color": "#FF0000",
      ])
  }

  func goal(_ number: Int, in area: Int, _ status: String?) -> StoredObject {
    goal(
      number, ["lifeArea": ["id": .string("area_\(area)")], "pace": status.map { ["status": .string($0)] } ?? .null])
  }

  @Test func anAreaIsBalancedByHowManyOfItsGoalsAreOnPace() {
    let goals = [
      goal(1, in: 1, "AHEAD"), goal(2, in: 1, "BEHIND"), goal(3, in: 1, "ON_TRACK"), goal(4, in: 1, "NO_LINE"), goal(5, in: 1, nil),
      goal(6, in: 2, "MISSED"), goal(7, in: 3, "REACHED"), goal(8, [:]),
    ]
    let balances = AreaBalance.balances(areas: [area(2, position: 0), area(1, position: 1), area(3, active: false), area(4)], goals: goals)
    #expect(balances.map(\.name) == ["Area 2", "Area 1", "Area 4"])
    #expect(balances.map(\.fraction) == [0, 2.0 / 3, nil])
    #expect(balances.map(\.activeCount) == [1, 5, 0])
    #expect(balances[1].onPaceCount == 2)
    #expect(balances[1].judgedCount == 3)
    #expect(balances[1].color == "#FF0000")
    #expect(balances[1].icon == nil)
  }
}
