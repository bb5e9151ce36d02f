import Design
import Features
import SwiftUI

/// What this device may send, for whoever is signed in.
public struct DeviceDataPlace: View {
  private let account: Account
  @Environment(AppModel.self) private var app
  @State private var model: DeviceModel?
  @State private var isLocked = false

  public init(account: Account) { self.account = account }

  public var body: some View {
    if let model {
      DeviceDataView(model)
    } else if isLocked || app.deviceHub == nil {
      EmptyState(
        "This device cannot be told apart", symbol: "lock", message: "Unlock it, and open this page again.")
    } else {
      ProgressView("Loading…").task {
        guard let connections = try? await app.deviceHub?.connections(of: account) else { return isLocked = true }
        model = DeviceModel(connections: connections)
      }
    }
  }
}
