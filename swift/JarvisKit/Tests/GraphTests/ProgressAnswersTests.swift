import Graph
import Models
import Testing

@testable import Features

@Suite struct ProgressAnswers {
  @Test(arguments: ["full", "bare"]) func everyScreenReadsItsAnswer(fullness: String) throws {
    _ = try answer("ProgressReview", fullness).read(as: ReviewValue.self)
    _ = try answer("Achievements", fullness).read(as: AchievementsValue.self)
    _ = try answer("GoalCorrelations", fullness).read(as: CorrelationsValue.self)
    _ = try answer("Insights", fullness).read(as: InsightsValue.self)
    for name in ["MarkInsightsRead", "DismissInsight"] { _ = try payload(name, fullness) }
  }

  @Test func everyPartIsKnown() throws {
    let insight = try #require(try answer("Insights", "full").read(as: InsightsValue.self).viewer?.insights?.nodes.first)
    #expect(insight.kind == .progress)
    #expect(insight.origin == .template)
    #expect(insight.evidence.first?.objectId != nil)
    let review = try answer("ProgressReview", "full").read(as: ReviewValue.self).viewer
    #expect(review?.analytics?.progress.first?.goal.kind == .numeric)
    #expect(review?.analytics?.progress.first?.goal.direction == .atLeast)
    #expect(review?.analytics?.trends.first?.direction == .rising)
    #expect(review?.achievements?.nodes.first?.name == .firstEntry)
    let pair = try answer("GoalCorrelations", "full").read(as: CorrelationsValue.self).viewer?.analytics?.correlations.first
    #expect(pair?.effect == EffectSize.none)
  }
}
