import Foundation
import Graph
import Models
import Testing

@testable import Features

@MainActor @Suite struct ResearchLists {
  let script = Script()

  func opened(_ results: [[String: JSONValue]], filter: ResearchFilter = ResearchFilter()) async -> ResearchModel {
    await script.set("ResearchResults", .success(Found.list(results)))
    await script.set("ResearchCategories", .success(Found.categories([Found.category(1, "Sleep")])))
    let model = parts(script).research(filter)
    await model.open()
    return model
  }

  func shown(_ model: ResearchModel) -> [ResearchResultRow] { model.list.screen.value?.viewer?.researchResults?.nodes ?? [] }

  @Test func resultsComePageByPage() async {
    await script.set("ResearchResults", .success(Found.list([Found.result(1)], next: "c1")))
    let model = parts(script).research()
    await model.list.open()
    #expect(model.list.hasMore)
    await script.set("ResearchResults", .success(Found.list([Found.result(2)])))
    await model.list.more()
    #expect(shown(model).map(\.id) == ["result_1", "result_2"].map { ObjectID($0) })
    #expect(!model.list.hasMore)
    #expect(await script.variables("ResearchResults")?["after"] == "c1")
  }

  @Test func aFilterShowsOtherResults() async {
    let model = await opened([Found.result(1)])
    #expect(model.filter.isAll)
    #expect(model.categories.screen.value?.viewer?.researchCategories?.nodes.first?.name == "Sleep")
    await script.set("ResearchResults", .success(Found.list([])))
    let filter = ResearchFilter(
      status: .rejected, categoryID: ObjectID("category_1"), from: LocalDate("2026-05-01"), to: LocalDate("2026-05-28"))
    await model.show(filter)
    #expect(model.list.screen == .empty)
    #expect(
      await script.variables("ResearchResults")?["filter"] == [
        "statuses": ["REJECTED"], "categoryId": "category_1", "from": "2026-05-01", "to": "2026-05-28",
      ])
    let asked = await script.requests.count
    await model.show(filter)
    #expect(await script.requests.count == asked)
  }

  @Test func anApprovedResultChangesInTheListAndLeavesOneOfWhatWaits() async {
    await script.set(
      "ApproveResearchResult", .success(Found.payload("approve", ["result": .object(Found.result(1, "APPROVED", version: 2))])))
    let all = await opened([Found.result(1), Found.result(2)])
    await all.approve(shown(all)[0])
    #expect(shown(all).map(\.status) == [.approved, .pending])
    #expect(await script.input("ApproveResearchResult") == ["id": "result_1", "expectedVersion": 1])

    let waiting = await opened([Found.result(1), Found.result(2)], filter: ResearchFilter(status: .pending))
    await waiting.approve(shown(waiting)[0])
    #expect(shown(waiting).map(\.id.rawValue) == ["result_2"])
  }

  @Test func aResultIsRejectedWithAReason() async {
    await script.set(
      "RejectResearchResult", .success(Found.payload("reject", ["result": .object(Found.result(1, "REJECTED", version: 2))])))
    let model = await opened([Found.result(1)])
    await model.reject(shown(model)[0], reason: "  A shop.  ")
    #expect(shown(model).first?.status == .rejected)
    #expect(await script.input("RejectResearchResult")?["reason"] == "A shop.")
  }

  @Test func whatWasChangedElsewhereIsShownAsItIsAndSaid() async {
    let now = Found.result(1, "REJECTED", version: 5)
    await script.set("ApproveResearchResult", .success(Found.payload("approve", ["result": .object(now)], refused: "CONFLICT")))
    await script.set("DeleteResearchResult", .success(Found.payload("delete", ["result": .object(now)], refused: "CONFLICT")))
    let model = await opened([Found.result(1)])
    await model.approve(shown(model)[0])
    #expect(shown(model).first?.version == 5)
    #expect(model.work.problem == .refused("No."))
    model.work.dismissProblem()
    await model.delete(shown(model)[0])
    #expect(shown(model).count == 1)
    #expect(model.work.problem == .refused("No."))
  }

  @Test func aDeletedResultIsGone() async {
    await script.set("DeleteResearchResult", .success(Found.payload("delete", ["deletedId": "result_1"])))
    let model = await opened([Found.result(1)])
    await model.delete(shown(model)[0])
    #expect(model.list.screen == .empty)
  }

  @Test func withoutANetworkNothingIsDoneAndThatIsSaid() async {
    let model = await opened([Found.result(1)])
    await model.approve(shown(model)[0])
    #expect(model.work.problem == .offline)
    #expect(shown(model).first?.status == .pending)
  }

  func match(_ result: [String: JSONValue]) -> [String: JSONValue] {
    ["result": .object(result), "excerpt": [["text": "to ", "found": false], ["text": "sleep", "found": true]]]
  }

  @Test func aSearchShowsWhatItFoundAndWhereAndGoesOn() async {
    let model = await opened([Found.result(1)])
    await script.set("SearchResearch", .success(["viewer": ["searchResearch": Found.page([match(Found.result(1))], next: "m1")]]))
    await model.search("  sleep ")
    let found = model.matches?.screen.value?.viewer?.searchResearch
    #expect(found?.nodes.first?.excerpt.filter(\.found).map(\.text) == ["sleep"])
    #expect(found?.nodes.first?.id == ObjectID("result_1"))
    #expect(await script.variables("SearchResearch")?["query"] == "sleep")
    await script.set("SearchResearch", .success(["viewer": ["searchResearch": Found.page([match(Found.result(2))])]]))
    await model.matches?.more()
    #expect(model.matches?.screen.value?.viewer?.searchResearch?.nodes.count == 2)
    await model.refresh()
    #expect(model.matches?.screen.value?.viewer?.searchResearch?.nodes.count == 1)
  }

  @Test func whatIsDoneWithAMatchShowsThere() async throws {
    let model = await opened([Found.result(1)])
    await script.set("SearchResearch", .success(["viewer": ["searchResearch": Found.page([match(Found.result(1))])]]))
    await model.search("sleep")
    await script.set(
      "ApproveResearchResult", .success(Found.payload("approve", ["result": .object(Found.result(1, "APPROVED", version: 2))])))
    await model.approve(shown(model)[0])
    #expect(model.matches?.screen.value?.viewer?.searchResearch?.nodes.first?.result.status == .approved)
    await script.set("DeleteResearchResult", .success(Found.payload("delete", ["deletedId": "result_1"])))
    await model.delete(shown(model)[0])
    #expect(model.matches?.screen == .empty)
  }

  @Test func nothingToLookForShowsTheListAgain() async {
    let model = await opened([Found.result(1)])
    await script.set("SearchResearch", .success(["viewer": ["searchResearch": Found.page([])]]))
    await model.search("sleep")
    #expect(model.matches?.screen == .empty)
    await model.search(" ")
    #expect(model.matches == nil)
  }

  @Test func aSearchThatIsTypedOnAsksNothing() async {
    let model = await opened([])
    let typing = Task { await model.search("sle") }
    typing.cancel()
    await typing.value
    #expect(model.matches == nil)
    #expect(await !script.names().contains("SearchResearch"))
  }

  @Test func aReportIsMadeOfAStretchOfDaysAndOfCategories() async {
    func report(_ count: Int) -> JSONValue {
      [
        "viewer": [
          "researchReport": ["title": "t", "from": "2026-05-22", "to": "2026-05-28", "resultCount": .int(count), "markdown": "# t"]
        ]
      ]
    }
    await script.set("ResearchReport", .success(report(2)))
    let model = parts(script).researchReport()
    await model.open()
    #expect(model.query.screen.value?.viewer?.researchReport?.markdown == "# t")
    #expect(await script.variables("ResearchReport") == [:])
    await model.show(.month, categoryIDs: [ObjectID("category_2"), ObjectID("category_1")], withPending: true)
    #expect(
      await script.variables("ResearchReport") == [
        "from": "2026-04-29", "to": "2026-05-28", "categoryIds": ["category_1", "category_2"],
        "statuses": ["PENDING", "APPROVED", "INTEGRATED"],
      ])
    await script.set("ResearchReport", .success(report(0)))
    await model.show(.week, categoryIDs: [], withPending: false)
    #expect(model.query.screen == .empty)
    #expect(model.stretch == .week && model.categoryIDs.isEmpty && !model.withPending)
  }
}
