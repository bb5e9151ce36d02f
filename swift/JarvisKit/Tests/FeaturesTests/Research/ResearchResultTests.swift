import Foundation
import Graph
import Models
import Testing

@testable import Features

@MainActor @Suite struct ResearchResults {
  let script = Script()

  func opened(_ status: String = "PENDING") async -> ResearchResultModel {
    await script.set("ResearchResultDetail", .success(Found.detail(Found.result(1, status))))
    let model = parts(script).researchResult(ObjectID("result_1"))
    await model.query.open()
    return model
  }

  func reviewed(_ status: String, version: Int = 2, created: JSONValue = .null) -> JSONValue {
    .object(
      Found.result(1, status, version: version).merging(["reviews": [Found.review("PENDING", status)], "createdIds": created]) { $1 })
  }

  @Test func aResultIsShownWithWhatItRestsOn() async {
    let model = await opened()
    #expect(model.result?.claims.first?.verdict == .verbatim)
    #expect(model.result?.sources.first?.address?.host == "example.org")
    #expect(model.result?.row.canBeApproved == true)
    #expect(model.result?.row.canBeIntegrated == false)
  }

  @Test func whatIsMadeOfItCanGoIntoAnArea() async {
    let choices = parts(script).areaChoices()
    await script.set("LifeAreas", .success(["viewer": ["lifeAreas": ["nodes": []]]]))
    await choices.open()
    #expect(choices.screen == .empty)
    await script.set("LifeAreas", .success(["viewer": ["lifeAreas": ["nodes": [["id": "area_1", "name": "Health"]]]]]))
    await choices.refresh()
    #expect(choices.screen.value?.areas.map(\.name) == ["Health"])
  }

  @Test func aResultThatIsNotThereIsEmpty() async {
    await script.set("ResearchResultDetail", .success(["researchResult": nil]))
    let model = parts(script).researchResult(ObjectID("result_1"))
    await model.query.open()
    #expect(model.query.screen == .empty)
    await model.approve()
    await model.delete()
    #expect(await script.names() == ["ResearchResultDetail"])
  }

  @Test func anAcceptedResultSaysHowItCameToThatAndTellsItsList() async {
    await script.set("ResearchResults", .success(Found.list([Found.result(1)])))
    let list = parts(script).research()
    await list.list.open()
    await script.set("ResearchResultDetail", .success(Found.detail(Found.result(1))))
    let model = list.result(ObjectID("result_1"))
    await model.query.open()
    await script.set("ApproveResearchResult", .success(Found.payload("approve", ["result": reviewed("APPROVED")])))
    await model.approve(reason: "Good.")
    #expect(model.result?.row.status == .approved)
    #expect(model.result?.reviews.map(\.toStatus) == [.approved])
    #expect(model.result?.reviews.first?.actor.kind == .user)
    #expect(list.list.screen.value?.viewer?.researchResults?.nodes.first?.status == .approved)
    #expect(await script.input("ApproveResearchResult") == ["id": "result_1", "expectedVersion": 1, "reason": "Good."])
    await script.set("DeleteResearchResult", .success(Found.payload("delete", ["deletedId": "result_1"])))
    await model.delete()
    #expect(model.isDeleted)
    #expect(list.list.screen == .empty)
  }

  @Test func aResultIsTurnedDownWithTheReason() async {
    await script.set("RejectResearchResult", .success(Found.payload("reject", ["result": reviewed("REJECTED")])))
    let model = await opened()
    await model.reject(reason: "A shop.")
    #expect(model.result?.row.status == .rejected)
    #expect(await script.input("RejectResearchResult")?["reason"] == "A shop.")
  }

  @Test func aConflictShowsWhatIsSoNow() async {
    await script.set(
      "ApproveResearchResult", .success(Found.payload("approve", ["result": reviewed("REJECTED", version: 7)], refused: "CONFLICT")))
    await script.set(
      "DeleteResearchResult",
      .success(Found.payload("delete", ["result": .object(Found.result(1, "APPROVED", version: 9))], refused: "CONFLICT")))
    let model = await opened()
    await model.approve()
    #expect(model.result?.row.version == 7)
    #expect(model.work.problem == .refused("No."))
    await model.delete()
    #expect(model.result?.row.version == 9)
    #expect(!model.isDeleted)
  }

  @Test func textsOfSourcesAreLoadedWhenTheyAreOpened() async throws {
    let model = await opened()
    let source = try #require(model.result?.sources.first)
    #expect(model.snapshot(of: source) == nil)
    await script.set(
      "ResearchSources",
      .success([
        "researchResult": [
          "id": "result_1",
          "sources": [
            [
              "url": "https://example.org/sleep", "title": "Sleep",
              "snapshot": [
                "finalUrl": "https://example.org/sleep/", "text": "Sleep helps.", "publishedAt": nil,
                "fetchedAt": "2026-05-28T07:00:00.000Z",
              ],
            ]
          ],
        ]
      ]))
    await model.sources.open()
    #expect(model.snapshot(of: source)?.text == "Sleep helps.")
    #expect(model.snapshot(of: source)?.address != nil)
  }

  @Test func onlyAddressesOfTheWebAreOpened() {
    #expect(webAddress("https://example.org/") != nil)
    for text in ["jarvis://log/goal_1", "javascript:alert(1)", "tel:112", "", "example.org"] { #expect(webAddress(text) == nil, "\(text)") }
  }

  @Test func aGoalIsMadeOfAnAcceptedResultOnceItCanBe() async throws {
    let model = await opened("APPROVED")
    var draft = IntegrationDraft(try #require(model.result?.row))
    draft.title = " "
    #expect(await model.integrate(draft) == false)
    #expect(await !script.names().contains("IntegrateResearchResult"))
    draft.title = "Sleep at ten"
    draft.lifeAreaID = ObjectID("area_1")
    draft.deadline = LocalDate("2026-12-31")
    await script.set(
      "IntegrateResearchResult",
      .success(Found.payload("integrate", ["result": reviewed("INTEGRATED", created: ["goal_1"]), "createdId": "goal_1"])))
    #expect(await model.integrate(draft))
    #expect(model.made == ObjectID("goal_1"))
    #expect(model.result?.createdIds == [ObjectID("goal_1")])
    #expect(
      await script.input("IntegrateResearchResult") == [
        "id": "result_1", "expectedVersion": 1,
        "goal": [
          "title": "Sleep at ten", "kind": "HABIT", "description": "What was found.", "lifeAreaId": "area_1", "deadline": "2026-12-31",
          "frequency": ["times": 3, "period": "WEEK"],
        ],
      ])
  }

  @Test func whatCannotBeMadeIsSaid() async throws {
    let model = await opened("APPROVED")
    await script.set("IntegrateResearchResult", .success(Found.payload("integrate", ["result": reviewed("APPROVED")], refused: "INVALID")))
    #expect(await model.integrate(IntegrationDraft(try #require(model.result?.row))) == false)
    #expect(model.work.problem == .refused("No."))
    #expect(model.made == nil)
  }

  func draft(_ change: (inout IntegrationDraft) -> Void) throws -> IntegrationDraft {
    let row = try JSONValue.object(Found.result(1)).read(as: ResearchResultRow.self)
    var draft = IntegrationDraft(row)
    change(&draft)
    return draft
  }

  @Test func otherGoalsANoteAndARuleAreMade() throws {
    let german = Locale(identifier: "de_DE")
    let number = try draft {
      $0.goalKind = .numeric
      $0.target = "7,5"
      $0.unit = " h "
      $0.text = ""
    }
    #expect(number.faults(locale: german).isEmpty)
    #expect(number.input(locale: german).value == ["title": "Result 1", "kind": "NUMERIC", "targetValue": "7.5", "unit": "h"])
    let steps = try draft { $0.goalKind = .milestone }
    #expect(steps.input(locale: german).value["kind"] == "MILESTONE")
    let note = try draft {
      $0.kind = .note
      $0.lifeAreaID = ObjectID("area_1")
    }
    #expect(note.faults().isEmpty)
    #expect(note.input(locale: german).name == "lifeAreaNote")
    #expect(note.input(locale: german).value == ["lifeAreaId": "area_1", "text": "Result 1\n\nWhat was found."])
    let rule = try draft { $0.kind = .rule }
    #expect(rule.input(locale: german).name == "automationRule")
    #expect(
      rule.input(locale: german).value == [
        "name": "Result 1", "title": "Result 1", "body": "What was found.", "rrule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
      ])
    let cron = try draft {
      $0.kind = .rule
      $0.schedule.pattern = .cron("0 9 * * 1")
    }
    #expect(cron.input(locale: german).value["cron"] == "0 9 * * 1")
  }

  @Test func whatIsMissingInADraftIsSaid() throws {
    let long = String(repeating: "x", count: 10_001)
    #expect(
      try draft {
        $0.times = 0
        $0.title = long
        $0.text = long
      }.faults() == [.timesOutOfRange, .titleTooLong, .textTooLong])
    #expect(try draft { $0.goalKind = .numeric }.faults() == [.targetNotANumber])
    #expect(
      try draft {
        $0.kind = .note
        $0.note = ""
      }.faults() == [.areaMissing, .textMissing])
    #expect(
      try draft {
        $0.kind = .note
        $0.lifeAreaID = ObjectID("area_1")
        $0.note = long
      }.faults() == [.textTooLong])
    #expect(
      try draft {
        $0.kind = .rule
        $0.schedule.pattern = .weekly([])
      }.faults() == [.schedule(.noWeekday)])
  }
}
