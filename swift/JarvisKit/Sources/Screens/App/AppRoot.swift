import Design
import Features
import Persistence
import SwiftUI

/// What a window shows, as far as that depends on who is signed in.
public struct AppRoot<SignIn: View, Content: View>: View {
  private let app: AppModel
  private let signIn: (_ ended: Bool) -> SignIn
  private let content: (Account) -> Content

  /// - Parameters:
  ///   - signIn: told whether the server ended a session.
  ///   - content: for somebody who is signed in.
  public init(
    _ app: AppModel, @ViewBuilder signIn: @escaping (_ ended: Bool) -> SignIn, @ViewBuilder content: @escaping (Account) -> Content
  ) {
    self.app = app
    self.signIn = signIn
    self.content = content
  }

  public var body: some View {
    Group {
      switch app.state {
      case .starting: ProgressView("Starting…")
      case .signedOut(let ended): signIn(ended)
      case .unusable(_, let fault): UnusableView(fault: fault) { await app.startAnew() }
      // Nothing of one account's screens is left when another one signs in.
      case .signedIn(let account): content(account).id(account.userID)
      }
    }
    .alert("That did not work", isPresented: isProblemShown) {
      Button("OK") { app.dismissProblem() }
    } message: {
      Text("Your data on this device could not be changed. Unlock the device, make some room on it, and try again.")
    }
  }

  private var isProblemShown: Binding<Bool> {
    Binding(get: { app.problem != nil }, set: { if !$0 { app.dismissProblem() } })
  }
}

/// The account's copy cannot be used: why, and what to do.
struct UnusableView: View {
  let fault: StoreFault
  let startAnew: () async -> Void
  @State private var asks = false

  var body: some View {
    switch fault {
    case .tooNew:
      ContentUnavailableView(
        "Update Jarvis", systemImage: "arrow.down.app",
        description: Text("A newer version of the app was used on this device. Install it again to see your data."))
    case .unusable(let reason):
      ContentUnavailableView {
        Label("Your copy cannot be opened", systemImage: "externaldrive.badge.exclamationmark")
      } description: {
        Text("The data on this device is damaged, or there is no room left. What the server has is safe.")
        Text(verbatim: reason).font(.footnote).foregroundStyle(.secondary)
      } actions: {
        Button("Load Everything Again") { asks = true }.buttonStyle(.borderedProminent)
      }
      .confirmationDialog("Load everything again?", isPresented: $asks, titleVisibility: .visible) {
        Button("Remove and Load Again", role: .destructive) { Task { await startAnew() } }
      } message: {
        Text("What you changed on this device and the server does not have yet is lost.")
      }
    }
  }
}
