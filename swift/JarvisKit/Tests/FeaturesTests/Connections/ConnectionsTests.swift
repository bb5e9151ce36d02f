import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@MainActor @Suite struct Connections {
  let script = Script()
  let store = MemoryStore()

  func connection(_ number: Int, _ status: String = "ACTIVE", kind: String = "OAUTH", syncing: Bool = false, label: String = "Mail")
    -> JSONValue
  {
    [
      "id": .string("connection_\(number)"), "label": .string(label), "status": .string(status), "syncing": .bool(syncing), "version": 1,
      "provider": ["id": "GMAIL", "name": "Gmail", "kind": .string(kind)],
    ]
  }

  func service(_ id: String, _ kind: String) -> JSONValue {
    ["id": .string(id), "name": .string(id), "kind": .string(kind), "data": ["MAIL", "DREAMS"], "available": true]
  }

  func opened(_ connections: [JSONValue]) async -> ConnectionsModel {
    await script.set(
      "Connections",
      .success([
        "viewer": ["connections": ["nodes": .array(connections)]],
        "integrationProviders": [service("GMAIL", "OAUTH"), service("APPLE_HEALTH", "DEVICE"), service("INCOMING_WEBHOOK", "WEBHOOK")],
      ]))
    let model = Parts(graph: client(script), store: store, surroundings: surroundings()).connections()
    await model.query.open()
    return model
  }

  func begins(_ url: String = "https://accounts.example.com/auth", expires: TimeInterval = 1_780_000_600) async {
    await script.set(
      "BeginConnection",
      .success([
        "beginConnection": [
          "authorizationUrl": .string(url), "state": "s1", "expiresAt": .string(JSON.text(of: Date(timeIntervalSince1970: expires))),
          "errors": [],
        ]
      ]))
  }

  func answers(_ name: String, _ connection: JSONValue, _ more: JSONValue = [:]) async {
    let field = name.prefix(1).lowercased() + name.dropFirst()
    await script.set(name, .success([field: more.merging(["connection": connection, "errors": []])]))
  }

  func input() async -> JSONValue? { await script.requests.last?.variables["input"] }

  @Test func whatIsConnectedAndWhatNeedsThePersonIsShown() async {
    let model = await opened([connection(1), connection(2, "NEEDS_REAUTH"), connection(3, "ERROR"), connection(4, "DREAMING")])
    #expect(model.connections.map(\.status) == [.active, .needsSignIn, .failing, .unknown])
    #expect(model.attentionCount == 2)
    #expect(model.services.map(\.kind) == [.signIn, .device, .incoming])
    #expect(model.services.first?.data == [.mail, .unknown])
    #expect(model.connections.map(\.canSync) == [true, false, false, false])
    let nobody = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).connections()
    #expect(nobody.services.isEmpty && nobody.connections.isEmpty)
  }

  @Test func aSignInAtAServiceIsBegunAndCompleted() async {
    let model = await opened([])
    #expect(await model.begin("GMAIL") == false)
    #expect(model.work.problem == .offline)
    await begins()
    #expect(await model.begin("GMAIL"))
    #expect(await input() == ["provider": "GMAIL", "returnTo": "jarvis://connected"])
    #expect(model.attempt?.authorizationUrl.host == "accounts.example.com")
    await answers("CompleteConnection", connection(1))
    let back = await model.complete(["state": "s1", "code": "c"])
    #expect(await input() == ["state": "s1", "parameters": ["code": "c"]])
    guard case .connected(let connected) = back else {
      Issue.record("\(back)")
      return
    }
    #expect(model.connections == [connected])
    #expect(model.attempt == nil)
    // It counts once.
    #expect(await model.complete(["state": "s1", "code": "c"]) == .notExpected)
  }

  @Test func theAppMayBeEndedWhileThePersonIsAway() async {
    let first = await opened([])
    await begins()
    await first.begin("GMAIL")
    let second = await opened([])
    await answers("CompleteConnection", connection(1))
    #expect(await second.complete(["state": "other", "code": "c"]) == .notExpected)
    guard case .connected = await second.complete(["state": "s1", "code": "c"]) else {
      Issue.record("It was not connected.")
      return
    }
  }

  @Test func whatWasNotBegunHereIsNotCompleted() async {
    let model = await opened([])
    let before = await script.requests.count
    #expect(await model.complete(["state": "s1", "code": "c"]) == .notExpected)
    await begins(expires: 1_779_999_999)
    await model.begin("GMAIL")
    #expect(await model.complete(["state": "s1", "code": "c"]) == .notExpected)
    await model.dropAttempt()
    #expect(model.attempt == nil)
    #expect(await script.requests.count == before + 1)
  }

  @Test func aPageThatIsNoneIsNotOpened() async {
    let model = await opened([])
    for address in ["tel:110", "http://example.com/auth"] {
      await begins(address)
      #expect(await model.begin("GMAIL") == false)
      #expect(model.attempt == nil)
      #expect(model.work.problem == .outdated)
    }
    await begins("http://localhost:4000/auth")
    #expect(await model.begin("GMAIL"))
  }

  @Test func aNoAtTheServiceIsNoProblem() async {
    let model = await opened([])
    await begins()
    await model.begin("GMAIL")
    await script.set(
      "CompleteConnection",
      .success(["completeConnection": ["connection": nil, "errors": [["code": "FORBIDDEN", "message": "Declined.", "path": ["state"]]]]]))
    #expect(await model.complete(["state": "s1", "error": "access_denied"]) == .declined)
    #expect(model.work.problem == nil)
    #expect(model.attempt == nil)
  }

  @Test func withoutANetworkItCanBeTriedOnceMoreAndARefusalIsTheEnd() async {
    let model = await opened([])
    await begins()
    await model.begin("GMAIL")
    #expect(await model.complete(["state": "s1", "code": "c"]) == .failed)
    #expect(model.attempt != nil)
    await script.set(
      "CompleteConnection",
      .success(["completeConnection": ["connection": nil, "errors": [["code": "EXPIRED", "message": "Over.", "path": ["state"]]]]]))
    #expect(await model.complete(["state": "s1", "code": "c"]) == .failed)
    #expect(model.work.problem == .refused("Over."))
    #expect(model.attempt == nil)
  }

  @Test func aConnectionIsSignedInAnew() async {
    let model = await opened([connection(1, "NEEDS_REAUTH")])
    await begins()
    await model.begin("GMAIL", again: model.connections[0])
    #expect(await input()?["connectionId"] == "connection_1")
    await answers("CompleteConnection", connection(1))
    _ = await model.complete(["state": "s1", "code": "c"])
    #expect(model.connections.map(\.status) == [.active])
  }

  @Test func anAddressForAServiceIsShownWithItsSecretOnce() async {
    let model = await opened([])
    let called = connection(3, kind: "WEBHOOK").merging(["incomingAddress": "https://jarvis.example.com/in/1"])
    await answers("ConnectWebhookProvider", called, ["secret": "whsec_1"])
    #expect(await model.connectIncoming(model.services[2], label: " Door "))
    #expect(await input() == ["provider": "INCOMING_WEBHOOK", "label": "Door"])
    #expect(model.incoming?.secret == "whsec_1")
    #expect(model.incoming?.address?.path == "/in/1")
    model.putAwayIncoming()
    #expect(model.incoming == nil)
    await answers("RotateIncomingSecret", connection(3, kind: "WEBHOOK"), ["secret": "whsec_2"])
    #expect(await model.replaceSecret(model.connections[0]))
    #expect(model.incoming?.secret == "whsec_2")
    #expect(model.incoming?.address == nil)
    #expect(model.connections.count == 1)
    await model.connectIncoming(model.services[2], label: " ")
    #expect(await input() == ["provider": "INCOMING_WEBHOOK"])
  }

  @Test func aConnectionIsSyncedPausedAndRenamed() async {
    let model = await opened([connection(1)])
    let first = model.connections[0]
    await answers("SyncConnection", connection(1, syncing: true))
    await model.sync(first)
    #expect(await input() == ["id": "connection_1"])
    #expect(model.connections[0].syncing)
    await answers("UpdateConnection", connection(1, "PAUSED"))
    await model.setPaused(first, true)
    #expect(await input() == ["id": "connection_1", "paused": true])
    #expect(model.connections[0].status == .paused)
    await answers("UpdateConnection", connection(1, label: "Work"))
    await model.rename(first, " Work ")
    #expect(await input() == ["id": "connection_1", "label": "Work"])
    #expect(model.connections[0].label == "Work")
    let before = await script.requests.count
    await model.rename(model.connections[0], "Work")
    await model.rename(model.connections[0], " ")
    #expect(await script.requests.count == before)
  }

  @Test func aConnectionIsEnded() async {
    let model = await opened([connection(1), connection(2)])
    let first = model.connections[0]
    #expect(await model.disconnect(first) == false)
    #expect(model.connections.count == 2)
    await script.set("Disconnect", .success(["disconnect": ["connectionId": "connection_1", "errors": []]]))
    #expect(await model.disconnect(first))
    #expect(model.connections.map(\.id.rawValue) == ["connection_2"])
    await script.set(
      "Disconnect", .success(["disconnect": ["connectionId": nil, "errors": [["code": "NOT_FOUND", "message": "No.", "path": []]]]]))
    #expect(await model.disconnect(model.connections[0]))
    #expect(model.connections.isEmpty)
  }

  @Test func syncsAreShownAsTheyComeAlong() async {
    let events: [JSONValue] = [
      ["event": ["id": "1"], "state": "STARTED", "connection": connection(1, syncing: true)],
      ["event": ["id": "2"], "state": "FINISHED", "connection": connection(9)],
      ["event": ["id": "3"], "state": "FAILED", "connection": nil],
      ["event": ["id": "4"], "state": "FAILED", "connection": connection(2, "ERROR")],
    ]
    let known = await opened([connection(1), connection(2)])
    let graph = client(script) { _ in
      AsyncThrowingStream { stream in
        for event in events { stream.yield(Answer(data: ["syncStatus": event])) }
        stream.finish(throwing: GraphFault.unauthenticated)
      }
    }
    let model = Parts(graph: graph, store: store, surroundings: surroundings()).connections()
    await model.query.open()
    #expect(model.connections == known.connections)
    await model.follow()
    #expect(model.connections.map(\.syncing) == [true, false])
    #expect(model.connections.map(\.status) == [.active, .failing])
  }

  @Test func aConnectionHasALogOfPages() async {
    func page(_ number: Int, next: String?) -> JSONValue {
      let log: JSONValue = [
        "nodes": [
          ["id": .string("log_\(number)"), "kind": "SYNCED", "received": 3, "changed": 2, "deleted": 0, "at": .string(march)]
        ], "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null],
      ]
      return ["node": connection(1).merging(["scopes": ["mail.read"], "createdAt": .string(march), "log": log])]
    }
    await script.set("ConnectionDetail", .success(page(1, next: "c")))
    let detail = Parts(graph: client(script), store: store, surroundings: surroundings()).connection(ObjectID("connection_1"))
    await detail.open()
    #expect(detail.screen.value?.node?.scopes == ["mail.read"])
    await script.set("ConnectionDetail", .success(page(2, next: nil)))
    await detail.more()
    #expect(detail.screen.value?.log?.nodes.map(\.id.rawValue) == ["log_1", "log_2"])
    await script.set("ConnectionDetail", .success(["node": nil]))
    await detail.refresh()
    #expect(detail.screen == .empty)
  }
}
