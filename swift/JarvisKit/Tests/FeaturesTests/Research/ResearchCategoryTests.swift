import Foundation
import Graph
import Models
import Testing

@testable import Features

@MainActor @Suite struct ResearchCategories {
  let script = Script()

  func opened(_ categories: [[String: JSONValue]]) async -> ResearchCategoriesModel {
    await script.set("ResearchCategories", .success(Found.categories(categories)))
    let model = parts(script).researchCategories()
    await model.list.open()
    return model
  }

  func detail(_ category: [String: JSONValue] = Found.category(1, "Sleep"), results: [[String: JSONValue]] = []) async
    -> ResearchCategoryModel
  {
    await script.set("ResearchCategoryDetail", .success(Found.categoryDetail(category, results: results)))
    let model = parts(script).researchCategory(ObjectID("category_1"))
    await model.query.open()
    return model
  }

  func category(_ mutation: String, _ category: [String: JSONValue], refused: String? = nil) -> JSONValue {
    Found.payload(mutation, ["category": .object(category)], refused: refused)
  }

  @Test func categoriesShowWhatIsUnderWay() async {
    var category = Found.category(1, "Sleep")
    category["underWay"] = Found.page([Found.run(1)])
    let model = await opened([category])
    #expect(model.categories.first?.run?.step == .gather)
    #expect(model.categories.first?.schedule?.plan == SchedulePlan(.daily, at: TimeOfDay(minutes: 420)))
    await script.set("UpdateResearchCategory", .success(self.category("update", Found.category(1, "Sleep", active: false, version: 2))))
    await model.setActive(model.categories[0], false)
    #expect(model.categories.first?.active == false)
    #expect(model.categories.first?.run != nil)
    #expect(await script.input("UpdateResearchCategory") == ["id": "category_1", "active": false])
  }

  @Test func whatCannotBeSwitchedIsSaid() async {
    let model = await opened([Found.category(1, "Sleep")])
    await script.set("UpdateResearchCategory", .success(category("update", Found.category(1, "Sleep", version: 3), refused: "INVALID")))
    await model.setActive(model.categories[0], false)
    #expect(model.work.problem == .refused("No."))
    #expect(model.categories.first?.version == 3)
  }

  @Test func categoriesComePageByPage() async {
    await script.set("ResearchCategories", .success(["viewer": ["researchCategories": Found.page([Found.category(1, "A")], next: "c")]]))
    let model = parts(script).researchCategories()
    await model.list.open()
    await script.set("ResearchCategories", .success(Found.categories([Found.category(2, "B")])))
    await model.list.more()
    #expect(model.categories.map(\.name) == ["A", "B"])
  }

  @Test func aRunIsBegunFromTheListAndTwoTapsAreOne() async {
    let model = await opened([Found.category(1, "Sleep")])
    await script.set("TriggerResearch", .success(Found.payload("trigger", ["run": .object(Found.run(7, "QUEUED", step: "PLAN"))])))
    let row = model.categories[0]
    async let first: Void = model.trigger(row)
    async let second: Void = model.trigger(row)
    _ = await (first, second)
    #expect(model.begun == ObjectID("run_7"))
    #expect(await script.names().filter { $0 == "TriggerResearch" }.count == 1)
    #expect(await script.input("TriggerResearch")?["id"]?.text?.hasPrefix("run_") == true)
  }

  @Test func whenARunIsUnderWayThatOneIsMeant() async {
    let model = await detail()
    await script.set("TriggerResearch", .success(Found.payload("trigger", ["run": .object(Found.run(3))], refused: "CONFLICT")))
    await model.trigger()
    #expect(model.begun == ObjectID("run_3"))
    #expect(model.work.problem == nil)
    await script.set("TriggerResearch", .success(Found.payload("trigger", ["run": nil], refused: "LIMIT")))
    await model.trigger()
    #expect(model.work.problem == .refused("No."))
  }

  @Test func aDeletedCategoryIsGone() async {
    let model = await opened([Found.category(1, "Sleep"), Found.category(2, "Food")])
    await script.set("DeleteResearchCategory", .success(category("delete", Found.category(1, "Sleep", version: 4), refused: "CONFLICT")))
    await model.delete(model.categories[0])
    #expect(model.categories.first { $0.name == "Sleep" }?.version == 4)
    #expect(model.work.problem == .refused("No."))
    await script.set("DeleteResearchCategory", .success(Found.payload("delete", ["deletedId": "category_1"])))
    await model.delete(model.categories[1])
    #expect(model.categories.map(\.name) == ["Food"])
    #expect(await script.input("DeleteResearchCategory")?["expectedVersion"] == 4)
  }

  @Test func aCategoryIsShownWithItsNextRunsAndResults() async {
    await script.set(
      "ResearchCategoryDetail", .success(Found.categoryDetail(Found.category(1, "Sleep"), results: [Found.result(1)], next: "r1")))
    let model = parts(script).researchCategory(ObjectID("category_1"))
    await model.query.open()
    #expect(model.category?.nextRuns.map(\.localDate.description) == ["2026-05-29", "2026-05-30"])
    await script.set("ResearchCategoryDetail", .success(Found.categoryDetail(Found.category(1, "Sleep"), results: [Found.result(2)])))
    await model.query.more()
    #expect(model.category?.results?.nodes.count == 2)
    #expect(model.runs().categoryID == ObjectID("category_1"))
  }

  @Test func whatIsDoneWithAResultShowsInItsCategory() async {
    let model = await detail(results: [Found.result(1), Found.result(2)])
    await script.set("ResearchResultDetail", .success(Found.detail(Found.result(1))))
    let result = model.result(ObjectID("result_1"))
    await result.query.open()
    let approved = Found.result(1, "APPROVED", version: 2).merging(["reviews": []]) { $1 }
    await script.set("ApproveResearchResult", .success(Found.payload("approve", ["result": .object(approved)])))
    await result.approve()
    #expect(model.category?.results?.nodes.first?.status == .approved)
    await script.set("DeleteResearchResult", .success(Found.payload("delete", ["deletedId": "result_1"])))
    await result.delete()
    #expect(model.category?.results?.nodes.map(\.id.rawValue) == ["result_2"])
  }

  @Test func aCategoryIsDeletedOnItsOwnScreen() async {
    let list = await opened([Found.category(1, "Sleep")])
    await script.set("ResearchCategoryDetail", .success(Found.categoryDetail(Found.category(1, "Sleep", scheduled: false))))
    let model = list.category(ObjectID("category_1"))
    await model.delete()
    #expect(model.editor() == nil)
    await model.query.open()
    #expect(model.category?.nextRuns == [])
    await script.set("DeleteResearchCategory", .success(category("delete", Found.category(1, "Sleep", version: 2), refused: "CONFLICT")))
    await model.delete()
    #expect(!model.isDeleted)
    #expect(model.category?.row.version == 2)
    await script.set("DeleteResearchCategory", .success(Found.payload("delete", ["deletedId": "category_1"])))
    await model.delete()
    #expect(model.isDeleted)
    #expect(list.list.screen == .empty)
  }

  @Test func aNewCategoryIsSavedOnceAndComesIntoTheList() async {
    let list = await opened([Found.category(1, "Sleep")])
    let editor = list.newCategory()
    #expect(editor.isNew)
    #expect(!editor.canSave)
    editor.draft.name = " Food "
    editor.draft.sources = "example.org/feed\n\n https://example.org/blog "
    editor.draft.schedule = nil
    #expect(editor.canSave)
    await editor.save()
    #expect(editor.work.problem == .offline)
    let first = await script.input("CreateResearchCategory")
    await script.set("CreateResearchCategory", .success(category("create", Found.category(2, "Food"))))
    await editor.save()
    #expect(await script.input("CreateResearchCategory") == first)
    #expect(
      first == [
        "id": .string(editor.id.rawValue), "name": "Food", "description": "", "prompt": "",
        "sources": ["https://example.org/feed", "https://example.org/blog"], "schedule": nil, "active": true, "missedRunPolicy": "ONCE",
      ])
    #expect(editor.isSaved)
    #expect(list.categories.map(\.name) == ["Food", "Sleep"])
  }

  @Test func whatIsRefusedIsSaid() async {
    let editor = parts(script).researchCategories().newCategory()
    editor.draft.name = "Food"
    await script.set("CreateResearchCategory", .success(Found.payload("create", ["category": nil], refused: "CONFLICT")))
    await editor.save()
    #expect(editor.work.problem == .refused("No."))
    #expect(!editor.isSaved)
    #expect(editor.conflict == nil)
  }

  @Test func aChangeSendsOnlyWhatIsDifferent() async throws {
    let model = await detail()
    let editor = try #require(model.editor())
    #expect(!editor.isNew && !editor.isChanged)
    editor.draft.name = "Sleep well"
    await script.set("UpdateResearchCategory", .success(category("update", Found.category(1, "Sleep well", version: 2))))
    await editor.save()
    #expect(await script.input("UpdateResearchCategory") == ["id": "category_1", "name": "Sleep well", "expectedVersion": 1])
    #expect(model.category?.row.name == "Sleep well")
  }

  @Test(arguments: [true, false]) func whoseCountsAfterAConflictThePersonSays(mine: Bool) async throws {
    let model = await detail()
    let editor = try #require(model.editor())
    editor.draft.schedule?.pattern = .weekly([.sunday])
    let theirs = Found.category(1, "Sleep deep", version: 5)
      .merging(["prompt": "Theirs", "sources": ["https://example.org/feed.xml"], "missedRunPolicy": "SKIP"]) { $1 }
    await script.set("UpdateResearchCategory", .success(category("update", theirs, refused: "CONFLICT")))
    await editor.save()
    #expect(editor.conflict?.name == "Sleep deep")
    #expect(editor.work.problem == nil && !editor.isSaved)
    if mine {
      await script.set("UpdateResearchCategory", .success(category("update", Found.category(1, "Sleep", version: 6))))
      await editor.keepMine()
      #expect(editor.isSaved)
      let input = await script.input("UpdateResearchCategory")
      #expect(input?["expectedVersion"] == 5)
      #expect(input?["schedule"]?["text"] == "FREQ=WEEKLY;BYDAY=SU;BYHOUR=7;BYMINUTE=0")
      #expect(input?["name"] == "Sleep")
    } else {
      editor.takeTheirs()
      #expect(editor.draft.prompt == "Theirs")
      #expect(!editor.isChanged)
    }
    #expect(editor.conflict == nil)
    await editor.keepMine()
    editor.takeTheirs()
  }

  @Test func whatIsTheSameAfterAConflictNeedsNoSaving() async throws {
    let editor = try #require(await detail().editor())
    editor.draft.name = "Sleep well"
    let theirs = Found.category(1, "Sleep well", version: 5)
      .merging(["prompt": "How to sleep better.", "sources": ["https://example.org/feed.xml"], "missedRunPolicy": "ONCE"]) { $1 }
    await script.set("UpdateResearchCategory", .success(category("update", theirs, refused: "CONFLICT")))
    await editor.save()
    let asked = await script.requests.count
    await editor.keepMine()
    #expect(editor.isSaved)
    #expect(await script.requests.count == asked)
  }

  @Test func theFormSaysWhatIsWrong() {
    var draft = ResearchCategoryDraft(timeZone: "Europe/Berlin")
    draft.sources = "ftp://example.org\nexample.org\nnothing"
    draft.schedule = SchedulePlan(.cron(""))
    #expect(draft.faults == [.nameMissing, .notAnAddress(line: 0), .notAnAddress(line: 2), .schedule(.textMissing)])
    draft.name = String(repeating: "x", count: 101)
    draft.prompt = String(repeating: "x", count: 10_001)
    draft.sources = (0..<51).map { "example.org/\($0)" }.joined(separator: "\n")
    draft.schedule = nil
    #expect(draft.faults == [.nameTooLong, .textTooLong, .tooManySources])
  }

  @Test func aScheduleIsExplainedWhileItIsWritten() async {
    let editor = parts(script).researchCategories().newCategory()
    await script.set(
      "PreviewResearchSchedule",
      .success(["researchSchedulePreview": ["description": "every day", "nextRuns": [Found.time("2026-05-29")]]]))
    await editor.previewSchedule()
    guard case .means(let preview) = editor.preview else {
      Issue.record("\(editor.preview)")
      return
    }
    #expect(preview.description == "every day")
    #expect(preview.nextRuns.first?.id == preview.nextRuns.first?.at)
    #expect(await script.variables("PreviewResearchSchedule")?["schedule"]?["timeZone"] == "GMT")
    await script.set("PreviewResearchSchedule", .failure(.refused(code: "BAD_USER_INPUT", message: "No such rule.")))
    editor.draft.schedule?.pattern = .rule("FREQ=NEVER")
    await editor.previewSchedule()
    #expect(editor.preview == .refused(.refused("No such rule.")))
    editor.draft.schedule = nil
    await editor.previewSchedule()
    #expect(editor.preview == .none)
    let typing = Task { await editor.previewSchedule() }
    typing.cancel()
    await typing.value
    #expect(editor.preview == .none)
  }
}
