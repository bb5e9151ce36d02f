import Foundation
import Graph
import Models
import Testing

@testable import Session

/// A clock that a test sets, with the same chance each time.
final class TestClock: @unchecked Sendable {
  private let lock = NSLock()
  private var time = Date(timeIntervalSince1970: 1_780_000_000)

  var now: Date { lock.withLock { time } }
  func advance(_ seconds: TimeInterval) { lock.withLock { time += seconds } }

  var surroundings: Surroundings {
    Surroundings(
      now: { self.now }, random: { 0.5 }, pause: { self.advance($0) }, timeZone: { TimeZone(identifier: "Europe/Berlin") ?? .current })
  }
}

/// The server's part of sessions: tokens count up, a refresh token counts once.
actor AuthServer {
  var refreshes = 0
  var lifetime: TimeInterval = 900
  var refreshToken = "r0"
  var isAway = false
  var revoked = false
  private let serverTime: @Sendable () -> Date

  init(serverTime: @escaping @Sendable () -> Date) { self.serverTime = serverTime }
  func set(away: Bool) { isAway = away }
  func revoke() { revoked = true }

  func answer(_ request: Request) async throws -> JSONValue {
    await Task.yield()
    if isAway { throw GraphFault.offline }
    switch request.operation.name {
    case "RefreshSession":
      guard request.variables["input"]?["refreshToken"]?.text == refreshToken, !revoked else {
        return ["refreshSession": ["errors": [["code": "EXPIRED", "message": "Sign in again.", "path": ["refreshToken"]]]]]
      }
      refreshes += 1
      refreshToken = "r\(refreshes)"
      return ["refreshSession": tokens]
    case "SignInWithApple", "SignInForDevelopment": return ["signIn": tokens]
    default: return ["signOut": ["errors": []]]
    }
  }

  private var tokens: JSONValue {
    [
      "accessToken": .string("a\(refreshes)"), "refreshToken": .string(refreshToken), "user": ["id": "user_1"], "errors": [],
      "accessTokenExpiresAt": .string(JSON.text(of: serverTime().addingTimeInterval(lifetime))),
    ]
  }
}

struct World {
  let clock = TestClock()
  let server: AuthServer
  let store = MemoryTokenStore()
  let scripted: ScriptedGraph
  let session: SessionKeeper
  let device = DeviceDescription(id: ObjectID("device_1"), name: "Phone", platform: .iOS, appVersion: "1.0")

  init(serverAhead: TimeInterval = 0) {
    let clock = clock
    let server = AuthServer { clock.now.addingTimeInterval(serverAhead) }
    self.server = server
    scripted = ScriptedGraph { try await server.answer($0) }
    session = SessionKeeper(graph: scripted.client, store: store, surroundings: clock.surroundings)
  }

  func signedIn() async throws -> World {
    try await session.signInForDevelopment(email: "ada@example.com", device: device)
    return self
  }
}

@Suite struct Sessions {
  @Test func nobodyIsSignedInAtFirst() async throws {
    let world = World()
    #expect(try await world.session.resume() == .signedOut)
    await #expect(throws: GraphFault.unauthenticated) { try await world.session.accessToken() }
  }

  @Test func aSessionIsTakenUpAfterARestart() async throws {
    let world = try await World().signedIn()
    let restarted = SessionKeeper(graph: world.scripted.client, store: world.store, surroundings: world.clock.surroundings)
    #expect(try await restarted.accessToken() == "a0")
    #expect(await restarted.state == .signedIn(userID: "user_1"))
  }

  @Test func aTokenIsExchangedShortlyBeforeItEnds() async throws {
    let world = try await World().signedIn()
    world.clock.advance(869)
    #expect(try await world.session.accessToken() == "a0")
    world.clock.advance(2)
    #expect(try await world.session.accessToken() == "a1")
    #expect(await world.store.load()?.refreshToken == "r1")
  }

  @Test func allWhoAskAtTheSameMomentShareOneExchange() async throws {
    let world = try await World().signedIn()
    world.clock.advance(1000)
    let session = world.session
    let tokens = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<50 { group.addTask { try await session.accessToken() } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(tokens == ["a1"])
    #expect(await world.server.refreshes == 1)
  }

  @Test func whoWasTurnedDownWithAnOldTokenGetsTheNewOne() async throws {
    let world = try await World().signedIn()
    #expect(try await world.session.renew(rejected: "a0") == "a1")
    #expect(try await world.session.renew(rejected: "a0") == "a1")
    #expect(await world.server.refreshes == 1)
  }

  @Test func aTokenThatAnotherProcessExchangedIsTakenOver() async throws {
    let world = try await World().signedIn()
    let widget = SessionKeeper(graph: world.scripted.client, store: world.store, surroundings: world.clock.surroundings)
    #expect(try await widget.renew(rejected: "a0") == "a1")
    #expect(try await world.session.renew(rejected: "a0") == "a1")
    #expect(await world.server.refreshes == 1)
  }

  @Test func withoutANetworkTheSessionIsKept() async throws {
    let world = try await World().signedIn()
    await world.server.set(away: true)
    world.clock.advance(1000)
    await #expect(throws: GraphFault.offline) { try await world.session.accessToken() }
    #expect(await world.session.state == .signedIn(userID: "user_1"))
    await world.server.set(away: false)
    #expect(try await world.session.accessToken() == "a1")
  }

  @Test func aSessionThatTheServerEndedIsOver() async throws {
    let world = try await World().signedIn()
    await world.server.revoke()
    await #expect(throws: GraphFault.unauthenticated) { try await world.session.renew(rejected: "a0") }
    #expect(await world.session.state == .ended)
    #expect(await world.store.load() == nil)
    await #expect(throws: GraphFault.unauthenticated) { try await world.session.accessToken() }
    #expect(await world.session.state == .ended)
  }

  @Test(arguments: [86_400.0, -86_400.0]) func aClockThatIsWrongByADayCostsNoExchanges(ahead: TimeInterval) async throws {
    let world = try await World(serverAhead: ahead).signedIn()
    for _ in 0..<20 { _ = try await world.session.accessToken() }
    #expect(await world.server.refreshes == 0)
    // And it does not keep a token for a day that ends in a quarter of an hour.
    world.clock.advance(900)
    #expect(try await world.session.accessToken() == "a1")
  }

  @Test func aClockThatIsSetBackADayDoesNotKeepATokenForever() async throws {
    let world = try await World().signedIn()
    world.clock.advance(-86_400)
    #expect(try await world.session.accessToken() == "a1")
  }

  @Test func theServersTimeIsKnownFromItsAnswers() async throws {
    let world = World(serverAhead: 86_400)
    await world.session.heard(serverTime: world.clock.now.addingTimeInterval(86_400))
    #expect(await world.session.serverNow == world.clock.now.addingTimeInterval(86_400))
  }

  @Test func signingOutWorksWithoutANetworkToo() async throws {
    let world = try await World().signedIn()
    await world.server.set(away: true)
    try await world.session.signOut(by: world.scripted.client)
    #expect(await world.session.state == .signedOut)
    #expect(await world.store.load() == nil)
  }

  @Test func aSignInWithoutTokensIsNoSignIn() async throws {
    let graph = ScriptedGraph { _ in ["signIn": ["accessToken": nil, "errors": []]] }
    let session = SessionKeeper(graph: graph.client, store: MemoryTokenStore(), surroundings: TestClock().surroundings)
    await #expect(throws: GraphFault.self) { try await session.signInForDevelopment(email: "a@example.com", device: World().device) }
  }
}

@Suite struct KeptGraphs {
  @Test func aRequestThatIsTurnedDownIsSentOnceMoreWithANewToken() async throws {
    let world = try await World().signedIn()
    let session = world.session
    let base = ScriptedGraph { _ in
      guard try await session.accessToken() == "a1" else { throw GraphFault.unauthenticated }
      return ["viewer": "me"]
    }
    let answer = try await base.client.kept(by: session).execute(Request(.changes))
    #expect(answer.data["viewer"] == "me")
    #expect(await base.requests.count == 2)
  }

  @Test func aRequestThatIsTurnedDownTwiceFails() async throws {
    let world = try await World().signedIn()
    let base = ScriptedGraph { _ in throw GraphFault.unauthenticated }
    await #expect(throws: GraphFault.unauthenticated) { try await base.client.kept(by: world.session).execute(Request(.changes)) }
    #expect(await base.requests.count == 2)
  }

  @Test func aStreamThatIsTurnedDownIsOpenedAgainByWhoFollowsIt() async throws {
    let world = try await World().signedIn()
    let session = world.session
    let base = ScriptedGraph(stream: { _ in
      AsyncThrowingStream { continuation in
        Task {
          if try await session.accessToken() == "a1" {
            continuation.yield(Answer(data: ["n": 1]))
            continuation.finish()
          } else {
            continuation.finish(throwing: GraphFault.unauthenticated)
          }
        }
      }
    }) { _ in nil }
    var seen: [JSONValue] = []
    let stream = base.client.kept(by: session).following(
      Request(.goalCompleted), in: world.clock.surroundings, isLast: { _ in true }, place: { $0["n"] })
    for try await event in stream { if case .value(let value) = event { seen.append(value) } }
    #expect(seen == [["n": 1]])
  }
}

@Suite struct AppleSignIns {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func hashesAreThoseOfTheStandard(text: String, hash: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == hash)
  }

  @Test func aMillionLettersHashAsTheStandardSays() {
    #expect(
      SHA256.hexadecimal(of: [UInt8](repeating: 97, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func aNonceIsLongAndAppleSeesOnlyItsHash() throws {
    let nonce = try #require(SignInNonce(random: Array(0..<32)))
    #expect(nonce.value.count >= 32)
    #expect(nonce.forApple == SHA256.hexadecimal(of: Array(nonce.value.utf8)))
    #expect(SignInNonce(random: [1, 2, 3]) == nil)
  }

  @Test func theServerIsToldWhatAppleGaveAndNothingThatItDidNot() async throws {
    let world = World()
    let nonce = try #require(SignInNonce(random: Array(0..<32)))
    var name = PersonNameComponents()
    name.givenName = "Ada"
    name.familyName = "Lovelace"
    try await world.session.signIn(
      AppleCredential(identityToken: Data("jwt".utf8), authorizationCode: Data("code".utf8), nonce: nonce, name: name), device: world.device
    )
    try await world.session.signIn(
      AppleCredential(identityToken: Data("jwt".utf8), authorizationCode: nil, nonce: nonce, name: nil), device: world.device)
    let inputs = await world.scripted.requests.map { $0.variables["input"] }
    #expect(inputs[0]?["name"] == "Ada Lovelace")
    #expect(inputs[0]?["authorizationCode"] == "code")
    #expect(inputs[0]?["nonce"] == .string(nonce.value))
    #expect(inputs[0]?["device"]?["platform"] == "IOS")
    #expect(inputs[1]?["name"] == nil)
    #expect(inputs[1]?["authorizationCode"] == nil)
  }

  @Test func aTokenThatIsNoTextIsRefusedHere() async throws {
    let nonce = try #require(SignInNonce(random: Array(0..<32)))
    let credential = AppleCredential(identityToken: Data([0xff, 0xfe]), authorizationCode: nil, nonce: nonce, name: nil)
    let world = World()
    await #expect(throws: CredentialFault.self) { try await world.session.signIn(credential, device: world.device) }
  }
}

@Suite struct Registrations {
  let device = DeviceDescription(id: ObjectID("device_1"), name: "", platform: .macOS, appVersion: "1.0")

  @Test func theServerIsToldOnceAndAgainWhenThereIsSomethingNew() async throws {
    let graph = ScriptedGraph { _ in ["registerDevice": ["device": ["id": "device_1"], "errors": []]] }
    let registration = DeviceRegistration(graph: graph.client)
    let push = PushAddress(token: Data([0x00, 0xab, 0x0c]), environment: .sandbox)
    try await registration.register(device, push: push)
    try await registration.register(device, push: push)
    try await registration.register(device, push: nil)
    let inputs = await graph.requests.map { $0.variables["input"]?.members ?? [:] }
    #expect(inputs.count == 2)
    #expect(inputs[0]["pushToken"] == "00ab0c")
    #expect(inputs[0]["pushEnvironment"] == "SANDBOX")
    #expect(inputs[0]["name"] == "MACOS")
    #expect(inputs[1]["pushToken"] == .null)
  }

  @Test func whatFailedIsToldAgain() async throws {
    let graph = ScriptedGraph { _ in ["registerDevice": ["errors": [["code": "INVALID", "message": "No.", "path": ["name"]]]]] }
    let registration = DeviceRegistration(graph: graph.client)
    for _ in 0..<2 { await #expect(throws: UserError.self) { try await registration.register(device, push: nil) } }
    #expect(await graph.requests.count == 2)
  }
}
