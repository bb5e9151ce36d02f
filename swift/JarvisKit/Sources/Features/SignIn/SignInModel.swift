import Foundation
import Graph
import Models
import Observation
import Session

/// How somebody signs in: with Apple, or as anybody at a server in development. Who is signed in, and what becomes of their copy on this
/// device, is `AppModel`'s.
@MainActor @Observable public final class SignInModel {
  /// How the server lets people in; nil while it is not known.
  public private(set) var server: ServerInfoValue.Server?
  public private(set) var problem: Problem?
  public private(set) var isWorking = false
  /// As whom to sign in at a server in development.
  public var developmentEmail = ""

  @ObservationIgnored private let session: SessionKeeper
  @ObservationIgnored private let graph: GraphClient
  @ObservationIgnored private let device: @Sendable () async throws -> DeviceDescription
  @ObservationIgnored private let random: @Sendable (Int) -> [UInt8]
  @ObservationIgnored private let signedIn: @MainActor () async -> Void
  @ObservationIgnored private var nonce: SignInNonce?

  /// - Parameters:
  ///   - graph: without authorization.
  ///   - device: describes this device; its id is kept in the Keychain, which may be locked.
  ///   - random: so many bytes that nobody can guess.
  ///   - signedIn: called when somebody is: see `AppModel.sessionChanged()`.
  public init(
    session: SessionKeeper, graph: GraphClient, device: @escaping @Sendable () async throws -> DeviceDescription,
    random: @escaping @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in UInt8.random(in: .min ... .max) } },
    signedIn: @escaping @MainActor () async -> Void
  ) {
    self.session = session
    self.graph = graph
    self.device = device
    self.random = random
    self.signedIn = signedIn
  }

  public func dismissProblem() { problem = nil }

  /// Asks how the server lets people in.
  public func loadServer() async {
    do {
      server = try await graph.run(Request(Document.serverInfo), as: ServerInfoValue.self).serverInfo
      problem = nil
    } catch is CancellationError {
    } catch { problem = Problem(error) }
  }

  // MARK: Apple

  /// The number that ties one sign-in to this app, as Apple is given it. Each sign-in has a new one.
  public func prepare() -> String {
    nonce = SignInNonce(random: random(32))
    return nonce?.forApple ?? ""
  }

  /// Ends a sign-in with what Apple gave.
  public func finish(identityToken: Data?, authorizationCode: Data?, name: PersonNameComponents?) async {
    // Apple gave no token, or one for a sign-in that was not begun here: the person tries again.
    guard let identityToken, let nonce else {
      problem = .server
      return
    }
    // It counts once.
    self.nonce = nil
    let credential = AppleCredential(identityToken: identityToken, authorizationCode: authorizationCode, nonce: nonce, name: name)
    await signIn { try await self.session.signIn(credential, device: $0) }
  }

  /// Apple did not let the person in.
  /// - Parameter message: Apple's own sentence; nil when the person closed the sheet, which is no problem.
  public func appleRefused(_ message: String?) {
    nonce = nil
    problem = message.map(Problem.refused)
  }

  // MARK: A server in development

  public var canSignInForDevelopment: Bool {
    server?.developmentSignIn == true && !isWorking
      && developmentEmail.trimmingCharacters(in: .whitespaces).wholeMatch(of: /[^@\s]+@[^@\s]+/) != nil
  }

  public func signInForDevelopment() async {
    guard canSignInForDevelopment else { return }
    let email = developmentEmail.trimmingCharacters(in: .whitespaces)
    await signIn { try await self.session.signInForDevelopment(email: email, device: $0) }
  }

  private func signIn(_ operation: (DeviceDescription) async throws -> String) async {
    guard !isWorking else { return }
    isWorking = true
    defer { isWorking = false }
    do {
      _ = try await operation(try await device())
      problem = nil
      await signedIn()
    } catch is CancellationError {
    } catch {
      problem = Problem(error)
      // The server may have let the person in though the Keychain does not keep it: then it counts until the app ends.
      if case .signedIn = await session.state { await signedIn() }
    }
  }
}
