import Foundation
import Graph
import Models
import Persistence
import Session
import Sync
import Testing

@testable import Features

/// A server that lets in whoever asks, but for nobody.
actor Door {
  var offline = false
  private(set) var requests: [Request] = []

  func set(offline: Bool) { self.offline = offline }

  func answer(_ request: Request) throws -> JSONValue {
    requests.append(request)
    if offline { throw GraphFault.offline }
    let email = request.variables["input"]?["email"]?.text ?? "apple@example.com"
    if email.hasPrefix("nobody") {
      return ["signInForDevelopment": ["errors": [["code": "FORBIDDEN", "message": "Not you.", "path": ["email"]]]]]
    }
    let tokens: JSONValue = [
      "accessToken": "a", "refreshToken": "r", "errors": [], "user": ["id": .string("user_\(email.prefix { $0 != "@" })")],
      "accessTokenExpiresAt": .string(JSON.text(of: Date(timeIntervalSince1970: 1_780_000_900))),
    ]
    return switch request.operation.name {
    case "ServerInfo": ["serverInfo": ["version": "1", "appleSignIn": true, "developmentSignIn": true]]
    case "SignInForDevelopment": ["signInForDevelopment": tokens]
    default: ["signInWithApple": tokens]
    }
  }
}

struct BrokenTokens: TokenStore {
  func load() async throws -> Tokens? { throw KeychainFault.notEntitled }
  func save(_ tokens: Tokens?) async throws { throw KeychainFault.notEntitled }
}

@MainActor @Suite struct SigningIn {
  let door = Door()

  /// - Returns: also whom the session has when the app is told that somebody is signed in.
  func made(tokens: any TokenStore = MemoryTokenStore(), random: [UInt8] = Array(repeating: 7, count: 32)) -> (
    SignInModel, () async -> [SessionKeeper.State]
  ) {
    let graph = GraphClient(
      execute: { [door] in Answer(data: try await door.answer($0)) }, subscribe: { _ in .init { $0.finish() } })
    let session = SessionKeeper(graph: graph, store: tokens, surroundings: surroundings())
    let seen = Seen()
    let model = SignInModel(
      session: session, graph: graph,
      device: { DeviceDescription(id: ObjectID("device_1"), name: "Phone", platform: .iOS, appVersion: "1") }, random: { _ in random }
    ) {
      seen.states.append(await session.state)
    }
    return (model, { seen.states })
  }

  @MainActor final class Seen {
    var states: [SessionKeeper.State] = []
  }

  @Test func nobodySignsInForDevelopmentBeforeTheServerAllowsIt() async {
    let (model, seen) = made()
    model.developmentEmail = "ada@example.com"
    await model.signInForDevelopment()
    #expect(await door.requests.isEmpty)
    await door.set(offline: true)
    await model.loadServer()
    #expect(model.problem == .offline)
    await door.set(offline: false)
    await model.loadServer()
    #expect(model.problem == nil)
    #expect(model.server?.appleSignIn == true)
    model.developmentEmail = "ada"
    #expect(!model.canSignInForDevelopment)
    model.developmentEmail = " ada@example.com "
    #expect(model.canSignInForDevelopment)
    await model.signInForDevelopment()
    #expect(await seen() == [.signedIn(userID: "user_ada")])
    #expect(!model.isWorking)
  }

  @Test func whomTheServerDoesNotLetInReadsWhy() async {
    let (model, seen) = made()
    await model.loadServer()
    model.developmentEmail = "nobody@example.com"
    await model.signInForDevelopment()
    #expect(await seen().isEmpty)
    #expect(model.problem == .refused("Not you."))
    model.dismissProblem()
    #expect(model.problem == nil)
  }

  @Test func appleIsGivenADigestAndTheServerTheNumber() async throws {
    let (model, seen) = made()
    let digest = model.prepare()
    #expect(digest.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    var name = PersonNameComponents()
    name.givenName = "Ada"
    await model.finish(identityToken: Data("token".utf8), authorizationCode: Data("code".utf8), name: name)
    #expect(await seen() == [.signedIn(userID: "user_apple")])
    let input = try #require(await door.requests.last?.variables["input"])
    #expect(input["identityToken"] == "token")
    #expect(input["authorizationCode"] == "code")
    #expect(input["name"] == "Ada")
    #expect(input["nonce"]?.text == SignInNonce(random: Array(repeating: 7, count: 32))?.value)
    #expect(input["nonce"]?.text != digest)
    // The number counts once.
    await model.finish(identityToken: Data("token".utf8), authorizationCode: nil, name: nil)
    #expect(await seen().count == 1)
    #expect(model.problem == .server)
  }

  @Test func withoutATokenOrANumberNothingIsSent() async {
    let (model, _) = made()
    await model.finish(identityToken: Data("token".utf8), authorizationCode: nil, name: nil)
    #expect(model.problem == .server)
    _ = model.prepare()
    await model.finish(identityToken: nil, authorizationCode: nil, name: nil)
    #expect(model.problem == .server)
    #expect(await door.requests.isEmpty)
    #expect(made(random: [1]).0.prepare() == "")
  }

  @Test func closingApplesSheetIsNoProblem() async {
    let (model, _) = made()
    _ = model.prepare()
    model.appleRefused(nil)
    #expect(model.problem == nil)
    model.appleRefused("Not now.")
    #expect(model.problem == .refused("Not now."))
    await model.finish(identityToken: Data("token".utf8), authorizationCode: nil, name: nil)
    #expect(await door.requests.isEmpty)
  }

  @Test func whatTheKeychainDoesNotKeepCountsUntilTheAppEnds() async {
    let (model, seen) = made(tokens: BrokenTokens())
    _ = model.prepare()
    await model.finish(identityToken: Data("token".utf8), authorizationCode: nil, name: nil)
    #expect(await seen() == [.signedIn(userID: "user_apple")])
  }
}

@MainActor @Suite struct SigningOut {
  @MainActor final class Door {
    var count = 0
  }

  func made(offline: Bool, unsent: Bool) async throws -> (SignOutModel, Door) {
    let engine = try await engine([goal(1, "Run")], offline: offline)
    if unsent { _ = try await engine.createGoal(["title": "Swim", "kind": "NUMERIC"]) }
    let door = Door()
    return (SignOutModel(engine: engine) { door.count += 1 }, door)
  }

  @Test func withNothingToLoseThePersonIsAskedWhetherTheyAreSure() async throws {
    let (model, door) = try await made(offline: true, unsent: false)
    await model.ask()
    #expect(model.question == .sure)
    model.stay()
    #expect(model.question == nil)
    await model.ask()
    await model.confirm()
    #expect(model.question == nil)
    #expect(door.count == 1)
  }

  @Test func unsentChangesAreSaidBeforeTheyAreLost() async throws {
    let (model, door) = try await made(offline: true, unsent: true)
    await model.ask()
    #expect(model.question == .wouldLose(unsentCount: 1))
    await model.sendFirst()
    #expect(model.question == .wouldLose(unsentCount: 1))
    #expect(door.count == 0)
    await model.confirm()
    #expect(door.count == 1)
  }

  @Test func whatCouldBeSentIsNotAskedAboutAgain() async throws {
    let (model, door) = try await made(offline: false, unsent: false)
    await model.sendFirst()
    #expect(model.question == nil)
    #expect(door.count == 1)
  }

  @Test func whatTheServerRefusesIsStillSaid() async throws {
    let (model, door) = try await made(offline: false, unsent: true)
    await model.sendFirst()
    #expect(model.question == .wouldLose(unsentCount: 1))
    #expect(door.count == 0)
  }
}
