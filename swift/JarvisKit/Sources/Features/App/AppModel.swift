import Foundation
import Graph
import Models
import Observation
import Persistence
import Session
import Sync

/// The app as a whole: who is signed in, their copy of the graph, and what goes on while the app is open.
@MainActor @Observable public final class AppModel {
  public enum State: Sendable {
    case starting
    /// - Parameter ended: the server ended the session; what was not sent is kept for when the same person signs in again.
    case signedOut(ended: Bool)
    case signedIn(Account)
    /// The account's copy on this device cannot be used.
    case unusable(userID: String, StoreFault)
  }

  public private(set) var state = State.starting
  /// How the copy stands.
  public private(set) var status = SyncStatus()
  /// How many events of each kind came: a screen that shows such things loads again when its number changes.
  public private(set) var newsCounts: [LiveUpdates.Kind: Int] = [:]
  /// Whether the person still has to be shown what the app asks for on this device.
  public private(set) var needsWelcome = false
  /// A link that no window has followed yet.
  public private(set) var link: DeepLink?
  /// Why signing out, or beginning anew, did not work.
  public private(set) var problem: Problem?

  @ObservationIgnored private let environment: AppEnvironment
  @ObservationIgnored private var openScenes: Set<String> = []
  @ObservationIgnored private var running: [Task<Void, Never>] = []
  @ObservationIgnored private var loop: SyncLoop?
  /// Nil until the system has said; then an address, or that the person allows no pushes.
  @ObservationIgnored private var push: PushAddress??

  /// After how many seconds the server is asked anyway.
  static let rest: TimeInterval = 300

  public init(_ environment: AppEnvironment) { self.environment = environment }

  public var account: Account? { if case .signedIn(let account) = state { account } else { nil } }

  /// Sends the device's own data; nil where it has none.
  public var deviceHub: DeviceHub? { environment.deviceHub }
  // MARK: Who is signed in

  /// Takes up the session that is kept. While the device has not been unlocked since its start nothing is known, and this is done again
  /// when the app is opened.
  public func start() async {
    guard case .starting = state else { return }
    await sessionChanged()
  }

  /// Follows what the session has become: after somebody signed in, or when the server turned it down.
  public func sessionChanged() async {
    var session = await environment.session.state
    if session == .unknown {
      guard let resumed = try? await environment.session.resume() else { return }
      session = resumed
    }
    switch session {
    case .unknown: break
    case .signedOut: leave(.signedOut(ended: false))
    case .ended: leave(.signedOut(ended: true))
    case .signedIn(let userID): if userID != account?.userID { await enter(userID) }
    }
  }

  private func leave(_ next: State) {
    stop()
    (state, status, newsCounts, needsWelcome) = (next, SyncStatus(), [:], false)
  }

  private func enter(_ userID: String) async {
    stop()
    do {
      let store = try await environment.openStore(userID)
      let account = Account(userID: userID, graph: environment.graph, store: store, surroundings: environment.surroundings)
      await account.clock.restore(from: store)
      needsWelcome = try await store.note(Self.welcomed) == nil
      status = await account.engine.status()
      state = .signedIn(account)
      problem = nil
      if !openScenes.isEmpty { run() }
    } catch {
      state = .unusable(userID: userID, error as? StoreFault ?? .unusable("\(error)"))
    }
  }

  /// How somebody signs in here.
  public func signIn() -> SignInModel {
    SignInModel(session: environment.session, graph: environment.session.graph, device: environment.device) { [weak self] in
      await self?.sessionChanged()
    }
  }

  private static let welcomed = "welcomed"

  /// The person has seen what the app asks for on this device.
  public func welcomed() async {
    needsWelcome = false
    try? await account?.parts.store.write([.setNote(Self.welcomed, true)])
  }

  /// Signs out here and, when it can be reached, at the server, and removes the copy, also what was not sent: `status.pending` says how much
  /// that is, to be asked about before.
  public func signOut() async {
    guard let userID = account?.userID else { return }
    stop()
    do {
      try await environment.session.signOut(by: environment.graph)
      try await environment.removeStore(userID)
      for companion in environment.companions { await companion.forget(userID) }
      problem = nil
    } catch { problem = Problem(error) }
    await sessionChanged()
    if account != nil, !openScenes.isEmpty { run() }
  }

  /// Removes a copy that cannot be used, and begins with a new one.
  public func startAnew() async {
    guard case .unusable(let userID, _) = state else { return }
    do {
      try await environment.removeStore(userID)
      await enter(userID)
    } catch { problem = Problem(error) }
  }

  public func dismissProblem() { problem = nil }

  // MARK: While the app is open

  /// A window came to the front, or went away. While there is one, the copy is kept up to date and events are followed.
  public func scene(_ id: String, isOpen: Bool) async {
    if isOpen { openScenes.insert(id) } else { openScenes.remove(id) }
    guard !openScenes.isEmpty else { return stop() }
    guard isOpen else { return }
    await start()
    if running.isEmpty { run() } else { await loop?.want(.foreground) }
  }

  private func stop() {
    for task in running { task.cancel() }
    (running, loop) = ([], nil)
  }

  private func run() {
    guard running.isEmpty, let account else { return }
    let loop = SyncLoop(engine: account.engine, reachability: environment.reachability, surroundings: environment.surroundings)
    self.loop = loop
    running = [
      Task { await loop.run() },
      Task { await askAgain(loop) },
      Task { for await status in await account.engine.statuses() { await take(status, of: account) } },
      Task { await account.clock.load(from: account.parts.graph, into: account.parts.store) },
      Task { await tellAboutPushes(account) },
    ]
    running += LiveUpdates.Kind.allCases.map { kind in Task { await follow(kind, account) } }
    running += environment.companions.map { companion in Task { await companion.whileOpen(account) } }
  }

  /// Gives a reason to bring the copy up to date now.
  public func sync(_ reason: SyncLoop.Reason = .person) async { await loop?.want(reason) }

  /// Not everything that changes elsewhere is told.
  private func askAgain(_ loop: SyncLoop) async {
    while (try? await environment.surroundings.pause(Self.rest)) != nil, !Task.isCancelled { await loop.want(.event) }
  }

  private func take(_ status: SyncStatus, of account: Account) async {
    guard account.userID == self.account?.userID else { return }
    self.status = status
    switch status.phase {
    case .idle: account.clock.heard(serverTime: await environment.session.serverNow)
    case .signedOut: await ended(account)
    default: break
    }
  }

  private func follow(_ kind: LiveUpdates.Kind, _ account: Account) async {
    do {
      for try await event in account.live.events(kind) {
        guard case .happened = event else { continue }
        newsCounts[kind, default: 0] += 1
        if kind.changesCopy { await loop?.want(.event) }
      }
    } catch GraphFault.unauthenticated {
      await ended(account)
    } catch {
      // What the server does not have is not followed; the copy is kept up to date by asking.
    }
  }

  /// The server turned the account down. Whether the session is over is the session's to say: it may have another token by now.
  private func ended(_ account: Account) async {
    guard account.userID == self.account?.userID else { return }
    await sessionChanged()
  }

  // MARK: Links

  /// A push was tapped, or a link was opened, maybe before there is a window, or somebody who is signed in.
  public func open(_ link: DeepLink) { self.link = link }

  /// Hands a link to the window that follows it. What has no screen of its own, but belongs to something that has, leads there.
  public func takeLink() async -> DeepLink? {
    guard let link else { return nil }
    self.link = nil
    guard case .object(let id) = link, Route(id) == nil, let parent = try? await account?.engine.object(id)?.parent else { return link }
    return .object(parent)
  }

  // MARK: In the background

  /// Does once what is done while the app is open; a push without a sentence, or the system's own schedule, asks for it.
  /// - Returns: whether the copy is up to date.
  public func refreshInBackground() async -> Bool {
    await start()
    guard let account else { return false }
    status = await account.engine.syncAfresh()
    if status.phase == .signedOut {
      await ended(account)
      return false
    }
    for companion in environment.companions where !Task.isCancelled { await companion.inBackground(account) }
    return status.phase == .idle
  }

  // MARK: Pushes

  /// The system's word about pushes.
  /// - Parameter address: nil when the person does not allow them.
  public func pushes(to address: PushAddress?) async {
    push = .some(address)
    if let account { await tellAboutPushes(account) }
  }

  /// When it does not work now, it does when the app is opened again.
  private func tellAboutPushes(_ account: Account) async {
    guard let push, let device = try? await environment.device() else { return }
    try? await account.registration.register(device, push: push)
  }
}

extension LiveUpdates.Kind {
  /// Whether the device's copy has what it tells about.
  var changesCopy: Bool { self == .progressUpdated || self == .goalCompleted }
}
