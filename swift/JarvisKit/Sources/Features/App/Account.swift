import Foundation
import Graph
import Models
import Persistence
import Session
import Sync

/// Somebody who is signed in, with what is theirs on this device.
public struct Account: Sendable {
  public let userID: String
  public let parts: Parts
  public let engine: SyncEngine
  public let live: LiveUpdates
  public let clock: PersonalClock
  let registration: DeviceRegistration

  public init(userID: String, graph: GraphClient, store: any Store, surroundings: Surroundings) {
    self.userID = userID
    parts = Parts(graph: graph, store: store, surroundings: surroundings)
    engine = SyncEngine(graph: graph, store: store, owner: userID, surroundings: surroundings)
    live = LiveUpdates(graph: graph, store: store, surroundings: surroundings)
    clock = PersonalClock(surroundings)
    registration = DeviceRegistration(graph: graph)
  }

  /// What Shortcuts and widgets do.
  public var actions: Actions {
    Actions(engine: engine, graph: parts.graph, day: clock.day, surroundings: parts.surroundings)
  }
}

/// What goes on beside the screens: sending the device's data, Live Activities, widgets.
public struct Companion: Sendable {
  /// While the app is open; cancelled when it is not any more.
  public var whileOpen: @Sendable (Account) async -> Void
  /// Once, when the system lets the app do something in the background.
  public var inBackground: @Sendable (Account) async -> Void
  /// When the person signed out: what it keeps about them goes.
  public var forget: @Sendable (_ userID: String) async -> Void

  public init(
    whileOpen: @escaping @Sendable (Account) async -> Void = { _ in },
    inBackground: @escaping @Sendable (Account) async -> Void = { _ in },
    forget: @escaping @Sendable (_ userID: String) async -> Void = { _ in }
  ) {
    self.whileOpen = whileOpen
    self.inBackground = inBackground
    self.forget = forget
  }
}

/// What the app is made of on its system.
public struct AppEnvironment: Sendable {
  public var session: SessionKeeper
  /// For somebody who is signed in.
  public var graph: GraphClient
  /// Opens the copy of an account, and makes it when there is none. Throws `StoreFault`.
  public var openStore: @Sendable (_ userID: String) async throws -> any Store
  /// Removes the copy of an account, with what was not sent.
  public var removeStore: @Sendable (_ userID: String) async throws -> Void
  public var device: @Sendable () async throws -> DeviceDescription
  public var reachability: any Reachability
  /// Sends the device's own data; nil where it has none.
  public var deviceHub: DeviceHub?
  public var companions: [Companion]
  public var surroundings: Surroundings

  public init(
    session: SessionKeeper, graph: GraphClient, openStore: @escaping @Sendable (_ userID: String) async throws -> any Store,
    removeStore: @escaping @Sendable (_ userID: String) async throws -> Void,
    device: @escaping @Sendable () async throws -> DeviceDescription, reachability: any Reachability, deviceHub: DeviceHub? = nil,
    companions: [Companion] = [],
    surroundings: Surroundings = .live
  ) {
    self.session = session
    self.graph = graph
    self.openStore = openStore
    self.removeStore = removeStore
    self.device = device
    self.reachability = reachability
    self.deviceHub = deviceHub
    self.companions = (deviceHub.map { [$0.companion] } ?? []) + companions
    self.surroundings = surroundings
  }
}
