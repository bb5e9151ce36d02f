import Foundation
import Graph
import Models
import Testing

@testable import Features

/// The answers that the graph could give, made from the schema: what the package reads of them, it must be able to read.
@Suite struct ReadingAnswers {
  @Test(arguments: ["full", "bare"]) func everyScreenReadsItsAnswer(fullness: String) throws {
    _ = try answer("GoalDetail", fullness).read(as: GoalDetailValue.self)
    _ = try answer("Notifications", fullness).read(as: NotificationsValue.self)
  }

  @Test func settingsReadTheirAnswer() throws {
    _ = try answer("Settings", "bare").read(as: SettingsValue.self)
    #expect(try answer("Settings", "full").read(as: SettingsValue.self).viewer?.profile.timeZone == "Europe/Berlin")
  }

  @Test func goalsOfADashboardAreReadWhole() throws {
    let goal = try #require(try answer("Dashboard", "full").read(as: DashboardValue.self).viewer?.dashboard?.goals?.first)
    #expect(goal.currentValue?.description == "12.5")
    #expect(goal.deadline?.description == "2026-03-01")
    #expect(goal.pace != nil)
  }

  @Test func everyMutationHasAPayloadThatIsRead() throws {
    for name in ["LogProgress", "CreateGoal", "UpdateGoal", "DeleteGoal", "SkipDay", "SendMessage", "ApproveToolCall", "RegisterDevice"] {
      #expect(try Payload(answer(name, "full")).errors.first?.code != nil, "\(name)")
      #expect(try Payload(answer(name, "bare")).errors.isEmpty, "\(name)")
    }
  }
}
