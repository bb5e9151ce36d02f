import AuthenticationServices
import Design
import Features
import SwiftUI

/// Where somebody signs in.
public struct SignInScreen: View {
  @Bindable private var model: SignInModel
  private let ended: Bool
  @Environment(\.colorScheme) private var colorScheme
  @ScaledMetric(relativeTo: .body) private var buttonHeight = Spacing.touch

  /// - Parameter ended: the server ended a session that was here.
  public init(_ model: SignInModel, ended: Bool) {
    _model = Bindable(wrappedValue: model)
    self.ended = ended
  }

  public var body: some View {
    ScrollView {
      VStack(spacing: Spacing.large) {
        Image(systemName: "sparkles").font(.largeTitle).foregroundStyle(Palette.accent).accessibilityHidden(true)
        Text("Jarvis").font(.largeTitle).bold().accessibilityAddTraits(.isHeader)
        if ended {
          Label {
            Text("Your session has ended. Sign in again: what you have not sent yet is kept on this device, and goes out then.")
          } icon: {
            Image(systemName: "person.crop.circle.badge.exclamationmark").foregroundStyle(Palette.warning)
          }
          .font(Typography.body)
        } else {
          Text("Your goals, your days and what is known about them, in one place that is yours.")
            .foregroundStyle(Palette.secondary).multilineTextAlignment(.center)
        }
        ways
        if let problem = model.problem { notice(problem) }
      }
      .padding(Spacing.large)
      .frame(maxWidth: 480)
      .frame(maxWidth: .infinity)
    }
    .defaultScrollAnchor(.center)
    .task { await model.loadServer() }
    .sensoryFeedback(.error, trigger: model.problem) { _, new in new != nil }
  }

  @ViewBuilder private var ways: some View {
    if let server = model.server {
      if server.appleSignIn { appleButton }
      if server.developmentSignIn { development }
      if !server.appleSignIn, !server.developmentSignIn {
        Text("Nobody can sign in at this server: it is not set up for it yet.").foregroundStyle(Palette.secondary)
      }
    } else if model.problem == nil {
      ProgressView("Looking for Jarvis…")
    }
  }

  private var appleButton: some View {
    SignInWithAppleButton(.continue) { request in
      request.requestedScopes = [.fullName, .email]
      request.nonce = model.prepare()
    } onCompletion: { result in
      Task { await finish(result) }
    }
    .signInWithAppleButtonStyle(colorScheme == .dark ? .white : .black)
    .frame(height: buttonHeight)
    .disabled(model.isWorking)
  }

  private func finish(_ result: Result<ASAuthorization, any Error>) async {
    switch result {
    case .success(let authorization):
      let credential = authorization.credential as? ASAuthorizationAppleIDCredential
      await model.finish(
        identityToken: credential?.identityToken, authorizationCode: credential?.authorizationCode, name: credential?.fullName)
    case .failure(let error):
      let isClosed = (error as? ASAuthorizationError)?.code == .canceled
      model.appleRefused(isClosed ? nil : error.localizedDescription)
    }
  }

  private var development: some View {
    VStack(spacing: Spacing.small) {
      TextField("E-mail", text: $model.developmentEmail)
        .textFieldStyle(.roundedBorder)
        .autocorrectionDisabled()
        .onSubmit { Task { await model.signInForDevelopment() } }
      Button("Sign In Without a Password") { Task { await model.signInForDevelopment() } }
        .buttonStyle(.bordered)
        .disabled(!model.canSignInForDevelopment)
      Text("This server is one for development: anybody can sign in as anybody.")
        .font(Typography.caption).foregroundStyle(Palette.warning).multilineTextAlignment(.center)
    }
  }

  private func notice(_ problem: Problem) -> some View {
    VStack(spacing: Spacing.small) {
      Label {
        problem.sentence
      } icon: {
        Image(systemName: problem.symbol)
      }
      .foregroundStyle(Palette.warning)
      if let advice = problem.advice { advice.font(Typography.detail).foregroundStyle(Palette.secondary) }
      if model.server == nil { Button("Try again") { Task { await model.loadServer() } }.buttonStyle(.bordered) }
    }
    .multilineTextAlignment(.center)
  }
}
