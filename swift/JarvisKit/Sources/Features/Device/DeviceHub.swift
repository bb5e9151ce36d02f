import DeviceData
import Foundation
import Models

/// Sends the device's own data for whoever is signed in: while the app is open, and when the system wakes it.
public actor DeviceHub {
  private let sources: DeviceSources
  private let device: @Sendable () async throws -> ObjectID
  private var present: (userID: String, connections: DeviceConnections)?

  /// - Parameter device: this device's id.
  public init(sources: DeviceSources, device: @escaping @Sendable () async throws -> ObjectID) {
    self.sources = sources
    self.device = device
  }

  /// The connections of an account; the same ones each time, so that a sync that runs is not begun again.
  /// - Throws: what the Keychain throws.
  public func connections(of account: Account) async throws -> DeviceConnections {
    if let present, present.userID == account.userID { return present.connections }
    let id = try await device()
    // Somebody else asked meanwhile.
    if let present, present.userID == account.userID { return present.connections }
    let connections = DeviceConnections(
      graph: account.parts.graph, store: account.parts.store, device: id, sources: sources, surroundings: account.parts.surroundings)
    present = (account.userID, connections)
    return connections
  }

  /// Sends what is due, e.g. because the system says that something changed.
  /// - Parameter changed: what is due whatever the schedule says.
  public func sync(_ account: Account, changed: DeviceProvider? = nil) async {
    guard let connections = try? await connections(of: account) else { return }
    if let changed { try? await connections.noteChanges(changed) }
    try? await connections.syncDue()
  }

  private func forget(_ userID: String) { if present?.userID == userID { present = nil } }

  public nonisolated var companion: Companion {
    Companion(
      whileOpen: { account in try? await self.connections(of: account).run() },
      inBackground: { account in await self.sync(account) },
      forget: { userID in await self.forget(userID) })
  }
}
