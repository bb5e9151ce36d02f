import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

/// A person's settings, as the server tells them.
func person(_ changes: [String: JSONValue] = [:]) -> JSONValue {
  var person: [String: JSONValue] = [
    "id": "user_1", "name": "Ada", "email": nil, "locale": "en", "timeZone": "Europe/Berlin", "dayStartMinutes": 180, "weekStart": 7,
    "settings": ["appearance": "SYSTEM", "units": "METRIC", "assistantMemory": true, "usageStatistics": false], "version": 1,
    "sessions": [session(1, current: true), session(2), session(3)],
    "devices": [
      ["id": "device_1", "name": "Phone", "platform": "IOS", "appVersion": "1.0", "pushEnabled": true, "lastSeenAt": .string(march)]
    ],
    "apiKeys": [key(1)],
    "aiConsents": [consent("openai", "MESSAGES"), consent("openai", "GOALS"), consent("anthropic", "MESSAGES")],
    "deletion": nil,
  ]
  person.merge(changes) { $1 }
  return .object(person)
}

let march = "2026-03-01T07:30:00.000Z"

func session(_ number: Int, current: Bool = false) -> JSONValue {
  [
    "id": .string("session_\(number)"), "current": .bool(current), "userAgent": nil, "createdAt": .string(march),
    "lastUsedAt": .string(march), "expiresAt": .string(march), "device": ["id": "device_1", "name": "Phone", "platform": "TOASTER"],
  ]
}

func key(_ number: Int, revoked: Bool = false) -> JSONValue {
  [
    "id": .string("apikey_\(number)"), "name": "Scripts", "prefix": "jrv_ab", "scopes": ["goals:read", "odd:new"],
    "createdAt": .string(march), "revokedAt": revoked ? .string(march) : .null, "expiresAt": "2026-06-01T00:00:00.000Z",
  ]
}

func consent(_ provider: String, _ dataClass: String) -> JSONValue {
  [
    "id": .string("consent_\(provider)_\(dataClass)"), "provider": .string(provider), "dataClass": .string(dataClass),
    "grantedAt": .string(march),
  ]
}

@MainActor @Suite struct SettingsOfThePerson {
  let script = Script()
  let moment = Moment()

  func opened(_ changes: [String: JSONValue] = [:]) async -> SettingsModel {
    await script.set("Settings", .success(["viewer": person(changes)]))
    let model = Parts(graph: moment.client(script), store: MemoryStore(), surroundings: surroundings()).settings()
    await model.open()
    return model
  }

  func saves(_ name: String, _ changes: [String: JSONValue]) async {
    let field = name.prefix(1).lowercased() + name.dropFirst()
    await script.set(name, .success([field: ["user": person(changes), "errors": []]]))
  }

  func input() async -> JSONValue? { await script.requests.last?.variables["input"] }

  @Test func theProfileIsRead() async {
    let model = await opened()
    #expect(model.profile?.firstWeekday == .sunday)
    #expect(model.profile?.dayStart.description == "03:00")
    #expect(model.profile?.settings.units == .metric)
    #expect(model.viewer?.sessions?.first?.device?.platform == .unknown)
    let odd = await opened(["weekStart": 9])
    #expect(odd.profile?.firstWeekday == .monday)
  }

  @Test func aSettingCountsAtOnceAndGoesBackWhenItFails() async {
    let model = await opened()
    var meanwhile: Appearance?
    moment.look = { meanwhile = model.profile?.settings.appearance }
    await model.setAppearance(.dark)
    #expect(meanwhile == .dark)
    #expect(model.profile?.settings.appearance == .system)
    #expect(model.work.problem == .offline)
    #expect(await input() == ["appearance": "DARK"])
  }

  @Test func whatTheServerAnswersIsShown() async {
    let model = await opened()
    await saves("UpdateSettings", ["name": "Ada L.", "version": 7])
    await model.setUnits(.imperial)
    #expect(await input() == ["units": "IMPERIAL"])
    #expect(model.profile?.version == 7)
    #expect(model.profile?.name == "Ada L.")
    await model.setAssistantMemory(false)
    #expect(await input() == ["assistantMemory": false])
    await model.setUsageStatistics(true)
    #expect(await input() == ["usageStatistics": true])
    #expect(model.work.problem == nil)
  }

  @Test func theProfileIsChangedFieldByField() async {
    let model = await opened()
    await saves("UpdateProfile", ["version": 2])
    await model.setName("  Grace  ")
    #expect(await input() == ["name": "Grace"])
    await model.setName(" ")
    #expect(await input() == ["name": nil])
    await model.setName(String(repeating: "x", count: 200))
    #expect(await input()?["name"]?.text?.count == 100)
    await model.setLocale("de-AT")
    #expect(await input() == ["locale": "de-AT"])
    await model.setTimeZone("Asia/Tokyo")
    #expect(await input() == ["timeZone": "Asia/Tokyo"])
    await model.setDayStart(TimeOfDay(minutes: 240))
    #expect(await input() == ["dayStartMinutes": 240])
    await model.setFirstWeekday(.monday)
    #expect(await input() == ["weekStart": 1])
  }

  @Test func theClockOfTheAppFollowsWhatIsSet() async {
    await script.set("Settings", .success(["viewer": person()]))
    let (clock, store) = (PersonalClock(surroundings()), MemoryStore())
    let model = Parts(graph: client(script), store: store, surroundings: surroundings()).settings(clock: clock)
    await model.open()
    await saves("UpdateProfile", ["timeZone": "Asia/Tokyo", "dayStartMinutes": 240])
    await model.setTimeZone("Asia/Tokyo")
    #expect(clock.day.timeZone.identifier == "Asia/Tokyo")
    #expect(clock.day.dayStartMinutes == 240)
    let next = PersonalClock(surroundings())
    await next.restore(from: store)
    #expect(next.day.timeZone.identifier == "Asia/Tokyo")
  }

  @Test func whatIsSoAlreadyIsNotSent() async {
    let model = await opened()
    let before = await script.requests.count
    await model.setAppearance(.system)
    await model.setName("Ada")
    #expect(await script.requests.count == before)
  }

  /// While the name is on its way, the appearance is set; and that arrives after the name is there.
  @MainActor final class Scene {
    var model: SettingsModel?
    var between: Profile?
    var second: Task<Void, Never>?

    func meanwhile(_ name: String) async {
      guard let model else { return }
      switch name {
      case "UpdateProfile":
        second = Task { await model.setAppearance(.dark) }
        while model.work.subjects.count < 2 { await Task.yield() }
      case "UpdateSettings":
        while model.work.subjects.count > 1 { await Task.yield() }
        between = model.profile
      default: break
      }
    }
  }

  @Test func anAnswerDoesNotUndoWhatIsOnItsWay() async {
    await saves("UpdateSettings", ["version": 2])
    await saves("UpdateProfile", ["version": 2])
    await script.set("Settings", .success(["viewer": person()]))
    let scene = Scene()
    let graph = GraphClient(
      execute: { [script] request in
        await scene.meanwhile(request.operation.name)
        return try await script.answer(request)
      }, subscribe: { _ in .init { $0.finish() } })
    let model = Parts(graph: graph, store: MemoryStore(), surroundings: surroundings()).settings()
    await model.open()
    scene.model = model
    await model.setName("Grace")
    await scene.second?.value
    // The first answer says "Ada" and "SYSTEM", and came while the second change was on its way.
    #expect(scene.between?.name == "Grace")
    #expect(scene.between?.settings.appearance == .dark)
    #expect(model.profile?.version == 2)
  }

  @Test func aDeviceElsewhereIsNoticed() async {
    let model = await opened()
    #expect(model.otherZoneOfDevice == TimeZone.gmt.identifier)
    let home = await opened(["timeZone": .string(TimeZone.gmt.identifier)])
    #expect(home.otherZoneOfDevice == nil)
    let unknown = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).settings()
    #expect(unknown.otherZoneOfDevice == nil)
    await unknown.setLocale("de")
    #expect(await script.requests.contains { $0.operation.name == "UpdateProfile" } == false)
  }

  // MARK: Sign-ins and devices

  @Test func anotherAppIsSignedOutAndComesBackWhenThatFails() async throws {
    let model = await opened()
    let sessions = try #require(model.viewer?.sessions)
    var meanwhile: [ObjectID]?
    moment.look = { meanwhile = model.viewer?.sessions?.map(\.id) }
    await model.revoke(sessions[1])
    #expect(meanwhile == ["session_1", "session_3"].map(ObjectID.init(_:)))
    #expect(model.viewer?.sessions == sessions)
    #expect(model.work.problem == .offline)
    await script.set("RevokeSession", .success(["revokeSession": ["id": "session_2", "errors": []]]))
    await model.revoke(sessions[1])
    #expect(model.viewer?.sessions?.count == 2)
    let before = await script.requests.count
    await model.revoke(sessions[0])
    #expect(await script.requests.count == before)
  }

  @Test func whatIsGoneAlreadyIsGone() async throws {
    let model = await opened()
    let device = try #require(model.viewer?.devices?.first)
    await script.set(
      "RemoveDevice", .success(["removeDevice": ["id": nil, "errors": [["code": "NOT_FOUND", "message": "No.", "path": ["id"]]]]]))
    await model.remove(device)
    #expect(model.viewer?.devices == [])
    #expect(model.work.problem == nil)
  }

  @Test func everywhereElseIsSignedOut() async {
    let model = await opened()
    await model.revokeOthers()
    #expect(model.viewer?.sessions?.count == 3)
    #expect(model.work.problem == .offline)
    await script.set("RevokeOtherSessions", .success(["revokeOtherSessions": ["count": 2, "errors": []]]))
    await model.revokeOthers()
    #expect(model.viewer?.sessions?.map(\.current) == [true])
    #expect(model.revokedCount == 2)
  }

  // MARK: Keys

  @Test func aKeyIsShownOnceAndThenPutAway() async {
    let model = await opened()
    var draft = ApiKeyDraft()
    #expect(await model.makeKey(draft) == false)
    draft.name = " Scripts "
    #expect(!draft.canBeMade)
    draft.scopes = [.writeGoals, .readGoals]
    #expect(draft.canBeMade)
    draft.lifetime = .month
    #expect(await model.makeKey(draft) == false)
    #expect(model.work.problem == .offline)
    #expect(
      await input() == [
        "name": "Scripts", "scopes": ["goals:read", "goals:write"],
        "expiresAt": .string(JSON.text(of: Date(timeIntervalSince1970: 1_782_592_000))),
      ])
    await script.set("CreateApiKey", .success(["createApiKey": ["apiKey": key(2), "key": "jrv_secret", "errors": []]]))
    draft.lifetime = .forever
    var wasMaking = false
    moment.look = { wasMaking = model.isMakingKey }
    #expect(await model.makeKey(draft))
    #expect(wasMaking && !model.isMakingKey)
    #expect(await input()?.members?["expiresAt"] == .null)
    #expect(model.newKey?.key == "jrv_secret")
    #expect(model.viewer?.apiKeys?.map(\.id) == ["apikey_2", "apikey_1"].map(ObjectID.init(_:)))
    model.putAwayKey()
    #expect(model.newKey == nil)
    draft.name = String(repeating: "x", count: 101)
    #expect(!draft.canBeMade)
  }

  @Test func aKeyIsRevoked() async throws {
    let model = await opened()
    let first = try #require(model.viewer?.apiKeys?.first)
    #expect(first.known == [.readGoals])
    #expect(first.state(at: JSON.date(of: march) ?? .now) == .holds)
    #expect(first.state(at: Date(timeIntervalSince1970: 1_790_000_000)) == .ended)
    await script.set("RevokeApiKey", .success(["revokeApiKey": ["apiKey": key(1, revoked: true), "errors": []]]))
    await model.revoke(first)
    #expect(model.viewer?.apiKeys?.first?.state(at: .distantPast) == .revoked)
    await model.revoke(try JSON.decode(ApiKey.self, from: JSON.encode(key(9))))
    #expect(model.viewer?.apiKeys?.count == 1)
  }

  // MARK: Consents

  @Test func consentsAreGroupedAndWithdrawn() async {
    let model = await opened()
    #expect(model.consents.map(\.provider) == ["anthropic", "openai"])
    #expect(model.consents.last?.classes.map(\.dataClass) == [.messages, .goals])
    await model.withdraw(provider: "openai", .goals)
    #expect(model.viewer?.aiConsents?.count == 3)
    await script.set("WithdrawAiConsent", .success(["withdrawAiConsent": ["consents": [], "errors": []]]))
    await model.withdraw(provider: "openai", .goals)
    #expect(await input() == ["provider": "openai", "dataClasses": ["GOALS"]])
    #expect(model.viewer?.aiConsents?.count == 2)
    await model.withdraw(provider: "openai")
    #expect(await input() == ["provider": "openai"])
    #expect(model.consents.map(\.provider) == ["anthropic"])
  }

  @Test func theHistoryOfConsentsHasPages() async {
    func page(_ dataClass: String, next: String?) -> JSONValue {
      let row = consent("openai", dataClass).merging(["disclosureVersion": "1", "withdrawnAt": .string(march)])
      return [
        "viewer": [
          "aiConsentHistory": [
            "nodes": [row], "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null],
          ]
        ]
      ]
    }
    await script.set("ConsentHistory", .success(page("MESSAGES", next: "c1")))
    let history = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).consentHistory()
    await history.open()
    #expect(history.hasMore)
    await script.set("ConsentHistory", .success(page("HEALTH", next: nil)))
    await history.more()
    #expect(history.screen.value?.history?.nodes.map(\.dataClass) == [.messages, .health])
    #expect(!history.hasMore)
    // A page that could not be had is no page.
    await script.set("ConsentHistory", .success(page("MESSAGES", next: "c1")))
    await history.refresh()
    await script.set("ConsentHistory", .success(["viewer": nil]))
    await history.more()
    #expect(history.screen.value?.history?.nodes.count == 1)
  }

  // MARK: The account

  @Test func theAccountIsDeletedInTwoStepsAndKeptAfterAll() async {
    let model = await opened()
    await model.confirmDeletion()
    #expect(await script.requests.count == 1)
    await model.askForDeletion()
    #expect(!model.isDeletionAsked)
    await script.set("RequestAccountDeletion", .success(["requestAccountDeletion": ["challenge": "c", "errors": []]]))
    var wasWorking = false
    moment.look = { wasWorking = model.isDeletionWorking }
    await model.askForDeletion()
    #expect(wasWorking && !model.isDeletionWorking)
    #expect(model.isDeletionAsked)
    model.dropDeletion()
    #expect(!model.isDeletionAsked)
    await model.askForDeletion()
    await script.set(
      "ConfirmAccountDeletion",
      .success([
        "confirmAccountDeletion": ["deletion": ["requestedAt": .string(march), "scheduledAt": "2026-03-31T07:30:00.000Z"], "errors": []]
      ]))
    await model.confirmDeletion()
    #expect(await input() == ["challenge": "c"])
    #expect(!model.isDeletionAsked)
    #expect(model.viewer?.deletion?.scheduledAt == JSON.date(of: "2026-03-31T07:30:00.000Z"))
    #expect(model.viewer?.sessions?.count == 1)
    await model.keepAccount()
    #expect(model.viewer?.deletion != nil)
    await script.set(
      "CancelAccountDeletion", .success(["cancelAccountDeletion": ["user": ["id": "user_1", "deletion": nil], "errors": []]]))
    await model.keepAccount()
    #expect(model.viewer?.deletion == nil)
  }

  @Test func aChallengeThatHasEndedIsSaid() async {
    let model = await opened()
    await script.set("RequestAccountDeletion", .success(["requestAccountDeletion": ["challenge": "c", "errors": []]]))
    await model.askForDeletion()
    await script.set(
      "ConfirmAccountDeletion",
      .success([
        "confirmAccountDeletion": ["deletion": nil, "errors": [["code": "EXPIRED", "message": "Too late.", "path": ["challenge"]]]]
      ]))
    await model.confirmDeletion()
    #expect(model.work.problem == .refused("Too late."))
    #expect(!model.isDeletionAsked)
    #expect(model.viewer?.deletion == nil)
  }
}
