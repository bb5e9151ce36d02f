import Graph
import Models
import Testing

@testable import Features

@Suite struct ReadingResearchAnswers {
  @Test(arguments: ["full", "bare"]) func itsScreensReadTheirAnswers(fullness: String) throws {
    _ = try answer("ResearchResults", fullness).read(as: ResearchValue.self)
    _ = try answer("SearchResearch", fullness).read(as: ResearchMatchesValue.self)
    _ = try answer("ResearchResultDetail", fullness).read(as: ResearchResultValue.self)
    _ = try answer("ResearchSources", fullness).read(as: ResearchSourcesValue.self)
    _ = try answer("ResearchReport", fullness).read(as: ResearchReportValue.self)
    _ = try answer("ResearchCategories", fullness).read(as: ResearchCategoriesValue.self)
    _ = try answer("ResearchCategoryDetail", fullness).read(as: ResearchCategoryValue.self)
    _ = try answer("ResearchRuns", fullness).read(as: ResearchRunsValue.self)
    _ = try answer("ResearchRunDetail", fullness).read(as: ResearchRunValue.self)
    _ = try answer("ResearchProgress", fullness).read(as: ResearchProgressValue.self)
    _ = try answer("LifeAreas", fullness).read(as: AreaChoicesValue.self)
  }

  @Test(arguments: ["full", "bare"]) func itsChangesReadTheirAnswers(fullness: String) throws {
    for name in ["ApproveResearchResult", "RejectResearchResult", "IntegrateResearchResult"] {
      _ = try payload(name, fullness)["result"]?.read(as: ResearchResultModel.Reviewed.self)
    }
    for name in ["CreateResearchCategory", "UpdateResearchCategory", "DeleteResearchCategory"] {
      _ = try payload(name, fullness)["category"]?.read(as: ResearchCategoryEditor.Saved.self)
    }
    for name in ["TriggerResearch", "CancelResearchRun", "RetryResearchRun"] {
      _ = try payload(name, fullness)["run"]?.read(as: ResearchRunRow.self)
    }
    _ = try payload("DeleteResearchResult", fullness)["result"]?.read(as: ResearchResultRow.self)
  }

  @Test func whatAScreenShowsIsReadWhole() throws {
    let result = try #require(try answer("ResearchResultDetail", "full").read(as: ResearchResultValue.self).researchResult)
    #expect(result.claims.first?.source?.url == "https://example.com/")
    #expect(result.run != nil)
    let category = try #require(try answer("ResearchCategoryDetail", "full").read(as: ResearchCategoryValue.self).researchCategory)
    #expect(category.nextRuns.count == 1)
    #expect(category.row.run != nil)
    let run = try #require(try answer("ResearchRunDetail", "full").read(as: ResearchRunValue.self).researchRun)
    #expect(run.changes?.newClaims.count == 1)
    #expect(run.row.error != nil)
  }
}
