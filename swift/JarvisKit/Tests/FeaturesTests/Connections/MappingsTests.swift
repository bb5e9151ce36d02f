import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@MainActor @Suite struct ProgressMappings {
  let script = Script()
  let moment = Moment()
  let store = MemoryStore()

  func mapping(_ number: Int, active: Bool = true) -> JSONValue {
    [
      "id": .string("mapping_\(number)"), "goal": ["id": "goal_1", "title": "Walk"], "source": "HEALTH", "metric": "stepCount",
      "aggregation": "SUM", "factor": "0.001", "since": "2026-02-01", "active": .bool(active), "version": 1,
    ]
  }

  func opened(_ mappings: [JSONValue]) async -> ProgressMappingsModel {
    await script.set(
      "ProgressMappings",
      .success(["viewer": ["progressMappings": ["nodes": .array(mappings), "pageInfo": ["hasNextPage": false]]]]))
    let model = Parts(graph: moment.client(script), store: store, surroundings: surroundings()).progressMappings()
    await model.query.open()
    return model
  }

  func input() async -> JSONValue? { await script.requests.last?.variables["input"] }

  @Test func aDraftSaysWhatItLacks() {
    var draft = ProgressMappingDraft()
    #expect(draft.faults == [.goalMissing, .metricMissing])
    #expect(draft.input(id: ObjectID("mapping_1")) == nil)
    draft.goal = ObjectID("goal_1")
    draft.source = .transactions
    #expect(draft.faults == [.currencyMissing])
    draft.currency = " eur "
    #expect(draft.faults.isEmpty)
    draft.currency = "euro"
    draft.aggregation = .count
    #expect(draft.faults == [.currencyMissing])
    draft.currency = ""
    #expect(draft.faults.isEmpty)
    draft.factor = Amount(0)
    draft.backfillDays = 4000
    #expect(draft.faults == [.factorOutOfRange, .backfillOutOfRange])
    draft.factor = Amount(1_000_001)
    #expect(draft.faults.contains(.factorOutOfRange))
    draft.factor = Amount(-1_000_001)
    #expect(draft.faults.contains(.factorOutOfRange))
  }

  @Test func aDraftIsSentWithWhatItsSourceTakes() throws {
    var draft = ProgressMappingDraft()
    draft.goal = ObjectID("goal_1")
    draft.metric = "stepCount"
    draft.factor = try #require(Amount("0.001"))
    draft.currency = "EUR"
    #expect(
      draft.input(id: ObjectID("mapping_1")) == [
        "id": "mapping_1", "goalId": "goal_1", "source": "HEALTH", "metric": "stepCount", "factor": "0.001", "backfillDays": 30,
      ])
    draft.source = .transactions
    draft.matching = " Groceries "
    draft.aggregation = .sum
    #expect(
      draft.input(id: ObjectID("mapping_1")) == [
        "id": "mapping_1", "goalId": "goal_1", "source": "TRANSACTIONS", "matching": "Groceries", "currency": "EUR", "aggregation": "SUM",
        "factor": "0.001", "backfillDays": 30,
      ])
  }

  @Test func aMappingIsMade() async {
    let model = await opened([])
    #expect(model.query.screen == .empty)
    var draft = ProgressMappingDraft()
    #expect(await model.make(draft) == false)
    draft.goal = ObjectID("goal_1")
    draft.metric = "stepCount"
    #expect(await model.make(draft) == false)
    #expect(model.work.problem == .offline)
    await script.set("CreateProgressMapping", .success(["createProgressMapping": ["progressMapping": mapping(1), "errors": []]]))
    var wasMaking = false
    moment.look = { wasMaking = model.isMaking }
    #expect(await model.make(draft))
    #expect(wasMaking && !model.isMaking)
    #expect(await input()?["id"]?.text?.hasPrefix("mapping_") == true)
    #expect(model.mappings.map(\.goal.title) == ["Walk"])
  }

  @Test func aMappingIsSwitchedAtOnceAndGoesBackWhenThatFails() async {
    let model = await opened([mapping(1)])
    var meanwhile: Bool?
    moment.look = { meanwhile = model.mappings.first?.active }
    await model.setActive(model.mappings[0], false)
    #expect(meanwhile == false)
    #expect(model.mappings[0].active)
    await script.set(
      "UpdateProgressMapping", .success(["updateProgressMapping": ["progressMapping": mapping(1, active: false), "errors": []]]))
    await model.setActive(model.mappings[0], false)
    #expect(!model.mappings[0].active)
    #expect(await input() == ["id": "mapping_1", "active": false])
  }

  @Test func aMappingIsDeleted() async {
    let model = await opened([mapping(1), mapping(2)])
    let (first, second) = (model.mappings[0], model.mappings[1])
    #expect(await model.delete(first) == false)
    await script.set("DeleteProgressMapping", .success(["deleteProgressMapping": ["progressMappingId": "mapping_1", "errors": []]]))
    #expect(await model.delete(first))
    await script.set(
      "DeleteProgressMapping",
      .success(["deleteProgressMapping": ["progressMappingId": nil, "errors": [["code": "NOT_FOUND", "message": "No.", "path": []]]]]))
    #expect(await model.delete(second))
    #expect(model.mappings.isEmpty)
  }

  @Test func goalsAndMeasurementsCanBeChosen() async throws {
    let model = await opened([])
    for (id, title, status) in [("goal_1", "Walk", "ACTIVE"), ("goal_2", "Done", "COMPLETED"), ("goal_3", "Bike", "ACTIVE")] {
      let data: JSONValue = ["title": .string(title), "status": .string(status)]
      await store.write([.put(StoredObject(id: ObjectID(id), type: "Goal", version: 1, data: data))])
    }
    #expect(await model.goals().map(\.title) == ["Bike", "Walk"])
    await script.set(
      "HealthMetrics", .success(["viewer": ["healthMetrics": [["type": "stepCount", "unit": "count", "aggregation": "SUM"]]]]))
    await model.metrics.open()
    #expect(model.healthMetrics.map(\.id) == ["stepCount"])
  }
}

@MainActor @Suite struct Webhooks {
  let script = Script()
  let moment = Moment()

  func webhook(_ number: Int, active: Bool = true) -> JSONValue {
    [
      "id": .string("webhook_\(number)"), "url": "https://example.com/in", "subscriptionField": "progressUpdated",
      "active": .bool(active), "deliveryCounts": ["waiting": 1, "succeeded": 2, "failed": 3, "discarded": 4], "version": 1,
    ]
  }

  func opened() async -> WebhooksModel {
    await script.set(
      "Webhooks", .success(["viewer": ["webhooks": ["nodes": [webhook(1), webhook(2)], "pageInfo": ["hasNextPage": false]]]]))
    let model = Parts(graph: moment.client(script), store: MemoryStore(), surroundings: surroundings()).webhooks()
    await model.query.open()
    return model
  }

  @Test func anAddressIsSwitchedAtOnceAndGoesBackWhenThatFails() async {
    let model = await opened()
    var meanwhile: Bool?
    moment.look = { meanwhile = model.webhooks.first?.active }
    await model.setActive(model.webhooks[0], false)
    #expect(meanwhile == false)
    #expect(model.webhooks[0].active)
    await script.set("UpdateWebhook", .success(["updateWebhook": ["webhook": webhook(1, active: false), "errors": []]]))
    await model.setActive(model.webhooks[0], false)
    #expect(model.webhooks.map(\.active) == [false, true])
  }

  @Test func aTestIsSentAndAnAddressDeleted() async {
    let model = await opened()
    let (first, second) = (model.webhooks[0], model.webhooks[1])
    #expect(await model.ping(first) == false)
    await script.set("PingWebhook", .success(["pingWebhook": ["delivery": nil, "errors": []]]))
    #expect(await model.ping(first))
    #expect(await model.delete(first) == false)
    await script.set("DeleteWebhook", .success(["deleteWebhook": ["webhookId": "webhook_1", "errors": []]]))
    #expect(await model.delete(first))
    await script.set(
      "DeleteWebhook", .success(["deleteWebhook": ["webhookId": nil, "errors": [["code": "NOT_FOUND", "message": "No.", "path": []]]]]))
    #expect(await model.delete(second))
    #expect(model.webhooks.isEmpty)
    await script.set("UpdateWebhook", .success(["updateWebhook": ["webhook": webhook(1), "errors": []]]))
    await model.setActive(first, true)
    #expect(model.webhooks.isEmpty)
  }

  @Test func deliveriesHavePages() async {
    let model = await opened()
    func page(_ number: Int, next: String?) -> Result<JSONValue, GraphFault> {
      .success([
        "node": [
          "deliveries": [
            "nodes": [
              [
                "id": .string("delivery_\(number)"), "eventType": "progress.logged", "eventAt": .string(march), "state": "LOST",
                "attempts": 1,
                "attemptLog": [["number": 1, "at": .string(march), "status": 500, "milliseconds": 12, "problem": "It answered 500."]],
              ]
            ], "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null],
          ]
        ]
      ])
    }
    await script.set("WebhookDeliveries", page(1, next: "c"))
    let deliveries = model.deliveries(of: model.webhooks[0])
    await deliveries.open()
    await script.set("WebhookDeliveries", page(2, next: nil))
    await deliveries.more()
    let nodes = deliveries.screen.value?.deliveries?.nodes
    #expect(nodes?.map(\.state) == [.unknown, .unknown])
    #expect(nodes?.first?.attemptLog?.first?.id == 1)
    await script.set("WebhookDeliveries", .success(["node": nil]))
    await deliveries.refresh()
    #expect(deliveries.screen == .empty)
  }
}
