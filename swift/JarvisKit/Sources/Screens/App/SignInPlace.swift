import Features
import SwiftUI

/// Where nobody is signed in.
public struct SignInPlace: View {
  let ended: Bool
  @State private var model: SignInModel

  public init(ended: Bool, app: AppModel) {
    self.ended = ended
    _model = State(initialValue: app.signIn())
  }

  public var body: some View { SignInScreen(model, ended: ended) }
}

/// The app was built without the configuration of this repository; whoever builds it sees this.
public struct NotConfiguredView: View {
  public init() {}

  public var body: some View {
    ContentUnavailableView(
      "No server is set", systemImage: "server.rack",
      description: Text("Copy swift/Config/Local.xcconfig.template to Local.xcconfig, put your server and team into it, and build again."))
  }
}
