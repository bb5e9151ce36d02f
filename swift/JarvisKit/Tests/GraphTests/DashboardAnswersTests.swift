import Graph
import Models
import Testing

@testable import Features

@Suite struct DashboardAnswers {
  @Test(arguments: ["full", "bare"]) func theDashboardReadsItsAnswer(fullness: String) throws {
    _ = try answer("Dashboard", fullness).read(as: DashboardValue.self)
    _ = try payload("DismissInsight", fullness)
  }

  @Test func everyPartOfAFullDashboardIsRead() throws {
    let value = try answer("Dashboard", "full").read(as: DashboardValue.self)
    let content = try #require(value.content)
    #expect(content.recentAchievements?.first?.name == .firstEntry)
    #expect(content.insights?.first?.evidence.first?.value.description == "12.5")
    #expect(content.pendingResearchResults?.nodes.isEmpty == false)
    #expect(content.nextResearchRun?.category.name == "text")
    #expect(content.connectionsNeedingAttention?.first?.status == .active)
    #expect(content.notifications?.first?.kind == .reminder)
    #expect(content.upcomingReminders?.first?.goal?.title == "text")
    #expect(content.recentConversations?.first?.title == "text")
    #expect(value.runsUnderWay.isEmpty == false)
  }
}
