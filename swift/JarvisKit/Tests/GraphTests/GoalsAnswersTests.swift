import Foundation
import Graph
import Models
import Testing

@testable import Features

@Suite struct ReadingGoalsAndLifeAreas {
  @Test(arguments: ["full", "bare"]) func aGoalThatIsKeptIsReadAsACard(fullness: String) throws {
    let goals = try answer("OfflineGoals", fullness).data["viewer"]?["goals"]?["nodes"]?.items ?? []
    for goal in goals { _ = try goal.read(as: GoalCard.self) }
    #expect(fullness == "bare" || goals.first?["pauses"]?.items?.isEmpty == false)
  }

  @Test func whatIsKeptOfAGoalIsWhatAFormChanges() throws {
    let goal = try #require(try answer("OfflineGoals", "full").data["viewer"]?["goals"]?["nodes"]?.items?.first)
    for name in [
      "title", "description", "kind", "status", "lifeArea", "direction", "cumulative", "aggregation", "frequency", "startValue",
      "targetValue", "rate", "unit", "startDate", "deadline", "autoComplete", "missingMeans", "pauses", "customFields", "version",
    ] { #expect(goal[name] != nil, "\(name)") }
    #expect(try goal["frequency"]?.read(as: Frequency.self).times == 3)
    #expect(CustomField.values(of: goal).count == 1)
  }

  @Test func fieldsOfALifeAreaAreRead() throws {
    let area = try #require(try answer("OfflineAreas", "full").data["viewer"]?["lifeAreas"]?["nodes"]?.items?.first)
    #expect(CustomField.fields(of: area).first?.options.isEmpty == false)
    for name in ["name", "description", "areaKind", "color", "icon", "active", "position", "version"] {
      #expect(area[name] != nil, "\(name)")
    }
  }

  @Test(arguments: ["full", "bare"]) func everyMutationThatWaitsHasAPayloadThatIsRead(fullness: String) throws {
    for name in [
      "CreateGoal", "UpdateGoal", "CompleteGoal", "ReopenGoal", "DeleteGoal", "LogProgress", "SkipDay", "UpdateProgressEntry",
      "DeleteProgressEntry", "CreateMilestone", "UpdateMilestone", "DeleteMilestone", "CreateLifeArea", "UpdateLifeArea", "DeleteLifeArea",
      "ReorderLifeAreas", "AddLifeAreaNote", "UpdateLifeAreaNote", "DeleteLifeAreaNote",
    ] { #expect(try Payload(answer(name, fullness)).errors.isEmpty == (fullness == "bare"), "\(name)") }
  }
}
