import Foundation
import Graph
import Models
import Testing

@testable import Session

/// A keychain as Security's documentation describes it: entries are told apart by service, account and group.
final class FakeKeychain: KeychainItems, @unchecked Sendable {
  private let lock = NSLock()
  private var entries: [Set<KeychainAttribute>: Set<KeychainAttribute>] = [:]
  private var failing: Int32?
  private var between: (@Sendable () -> Void)?
  private(set) var questions: [Set<KeychainAttribute>] = []

  func fail(with status: Int32?) { lock.withLock { failing = status } }
  /// Done once, before the next entry is added: what another process does at that moment.
  func beforeAdding(_ act: @escaping @Sendable () -> Void) { lock.withLock { between = act } }
  var all: [Set<KeychainAttribute>] { lock.withLock { Array(entries.values) } }

  private func key(_ query: Set<KeychainAttribute>) -> Set<KeychainAttribute> {
    query.filter {
      switch $0 {
      case .value, .afterFirstUnlockThisDeviceOnly, .returnsOneValue: false
      default: true
      }
    }
  }

  func copyMatching(_ query: Set<KeychainAttribute>) -> (status: Int32, value: Data?) {
    lock.withLock {
      questions.append(query)
      if let failing { return (failing, nil) }
      guard let entry = entries[key(query)] else { return (Status.itemNotFound, nil) }
      for case .value(let data) in entry { return (0, query.contains(.returnsOneValue) ? data : nil) }
      return (0, nil)
    }
  }

  func add(_ attributes: Set<KeychainAttribute>) -> Int32 {
    let act = lock.withLock {
      defer { between = nil }
      return between
    }
    act?()
    return lock.withLock {
      if let failing { return failing }
      guard entries[key(attributes)] == nil else { return Status.duplicateItem }
      entries[key(attributes)] = attributes
      return 0
    }
  }

  func update(_ query: Set<KeychainAttribute>, with attributes: Set<KeychainAttribute>) -> Int32 {
    lock.withLock {
      // Security refuses a question with a value in it.
      guard query == key(query) else { return -50 }
      if let failing { return failing }
      guard entries[query] != nil else { return Status.itemNotFound }
      entries[query] = query.union(attributes)
      return 0
    }
  }

  func delete(_ query: Set<KeychainAttribute>) -> Int32 {
    lock.withLock {
      if let failing { return failing }
      return entries.removeValue(forKey: key(query)) == nil ? Status.itemNotFound : 0
    }
  }
}

@Suite struct Keychains {
  let items = FakeKeychain()
  var keychain: Keychain { Keychain(items, service: "jarvis", accessGroup: "TEAM.shared") }
  let tokens = Tokens(accessToken: "a", refreshToken: "r", userID: "user_1", usedUntil: Date(timeIntervalSince1970: 1_780_000_000.5))

  @Test func tokensAreKeptAndReadAgainExactly() throws {
    let store = KeychainTokenStore(keychain)
    #expect(try store.load() == nil)
    try store.save(tokens)
    #expect(try store.load() == tokens)
    let next = Tokens(accessToken: "b", refreshToken: "r2", userID: "user_1", usedUntil: tokens.usedUntil)
    try store.save(next)
    #expect(try KeychainTokenStore(keychain).load() == next)
    #expect(items.all.count == 1)
    try store.save(nil)
    #expect(try store.load() == nil)
    try store.save(nil)
  }

  @Test func whatIsKeptStaysOnThisDeviceAndIsSharedWithTheExtensions() throws {
    try KeychainTokenStore(keychain).save(tokens)
    let entry = try #require(items.all.first)
    #expect(
      entry.isSuperset(of: [
        .genericPassword, .dataProtection, .service("jarvis"), .account("tokens"), .accessGroup("TEAM.shared"),
        .afterFirstUnlockThisDeviceOnly,
      ]))
    _ = try KeychainTokenStore(keychain).load()
    #expect(items.questions.last?.contains(.returnsOneValue) == true)
    // Another group's is another entry.
    #expect(try KeychainTokenStore(Keychain(items, service: "jarvis", accessGroup: nil)).load() == nil)
  }

  @Test(
    arguments: [
      (-25308, KeychainFault.locked), (-34018, .notEntitled), (-25299, .duplicate), (-26275, .unreadable), (-50, .other(status: -50)),
    ] as [(Int32, KeychainFault)]) func whatSecuritySaysIsAFaultOfItsKind(status: Int32, fault: KeychainFault) throws
  {
    items.fail(with: status)
    #expect(throws: fault) { try keychain.value("x") }
    #expect(throws: fault) { try keychain.set("x", to: Data()) }
    #expect(throws: fault) { try keychain.remove("x") }
    #expect(throws: fault) { try keychain.add("x", Data()) }
  }

  @Test func aLockedDeviceDoesNotLookLikeSomebodyWhoIsSignedOut() async throws {
    let world = World()
    let session = SessionKeeper(
      graph: world.scripted.client, store: KeychainTokenStore(keychain), surroundings: world.clock.surroundings)
    try await session.signInForDevelopment(email: "ada@example.com", device: world.device)
    let restarted = SessionKeeper(
      graph: world.scripted.client, store: KeychainTokenStore(keychain), surroundings: world.clock.surroundings)
    items.fail(with: Status.interactionNotAllowed)
    await #expect(throws: KeychainFault.locked) { try await restarted.accessToken() }
    #expect(await restarted.state == .unknown)
    items.fail(with: nil)
    #expect(try await restarted.accessToken() == "a0")
  }

  @Test func whatAnotherVersionWroteIsNobodySignedIn() throws {
    try keychain.set("tokens", to: Data("{}".utf8))
    #expect(try KeychainTokenStore(keychain).load() == nil)
  }

  @Test func anEntryThatAnotherProcessAddsAtTheSameMomentIsUpdated() throws {
    let keychain = keychain
    items.beforeAdding { try? keychain.add("x", Data([1])) }
    try keychain.set("x", to: Data([2]))
    #expect(try keychain.value("x") == Data([2]))
  }

  @Test func theDevicesIdIsMadeOnce() throws {
    let id = try keychain.deviceID(TestClock().surroundings)
    #expect(id.kind == .device)
    #expect(try keychain.deviceID(.live) == id)
  }

  @Test func ofTwoProcessesThatMakeTheDevicesIdOneWins() throws {
    let keychain = keychain
    items.beforeAdding { try? keychain.add("device", Data("device_other".utf8)) }
    #expect(try keychain.deviceID(.live) == ObjectID("device_other"))
  }

  @Test func anIdThatIsNoneIsReplaced() throws {
    try keychain.set("device", to: Data("nonsense".utf8))
    let id = try keychain.deviceID(.live)
    #expect(id.kind == .device)
    #expect(try keychain.deviceID(.live) == id)
  }
}

@Suite struct TwoProcesses {
  let items = FakeKeychain()
  let world = World()
  func process() -> SessionKeeper {
    SessionKeeper(
      graph: world.scripted.client, store: KeychainTokenStore(Keychain(items, service: "jarvis", accessGroup: "TEAM.shared")),
      surroundings: world.clock.surroundings)
  }

  @Test func aWidgetThatExchangesTheTokenLeavesTheAppSignedIn() async throws {
    let (app, widget) = (process(), process())
    try await app.signInForDevelopment(email: "ada@example.com", device: world.device)
    world.clock.advance(1000)
    #expect(try await widget.accessToken() == "a1")
    #expect(try await app.accessToken() == "a1")
    #expect(await world.server.refreshes == 1)
  }

  @Test func bothAtTheSameMomentStaySignedIn() async throws {
    let (app, widget) = (process(), process())
    try await app.signInForDevelopment(email: "ada@example.com", device: world.device)
    try await widget.resume()
    // While the app's request is on its way, the widget exchanges the token: the app's counts no more.
    let scripted = world.scripted
    let meanwhile = ScriptedGraph { request in
      _ = try await widget.renew(rejected: "a0")
      return try await scripted.client.execute(request).data
    }
    let slow = SessionKeeper(
      graph: meanwhile.client, store: KeychainTokenStore(Keychain(items, service: "jarvis", accessGroup: "TEAM.shared")),
      surroundings: world.clock.surroundings)
    try await slow.resume()
    #expect(try await slow.renew(rejected: "a0") == "a1")
    #expect(await slow.state == .signedIn(userID: "user_1"))
    #expect(try await process().accessToken() == "a1")
    #expect(await world.server.refreshes == 1)
  }

  @Test func signingOutInOneEndsTheOtherWithoutAFault() async throws {
    let (app, widget) = (process(), process())
    try await app.signInForDevelopment(email: "ada@example.com", device: world.device)
    try await widget.resume()
    try await app.signOut(by: world.scripted.client)
    await #expect(throws: GraphFault.unauthenticated) { try await widget.renew(rejected: "a0") }
    #expect(await widget.state == .signedOut)
  }
}
