@_exported import Foundation
import SwiftUI

open class ASAuthorizationRequest: NSObject {}
open class ASAuthorizationOpenIDRequest: ASAuthorizationRequest {
  open var requestedScopes: [ASAuthorization.Scope]?
  open var state: String?
  open var nonce: String?
}
open class ASAuthorizationAppleIDRequest: ASAuthorizationOpenIDRequest { open var user: String? }

public protocol ASAuthorizationCredential: NSObjectProtocol {}
open class ASAuthorization: NSObject {
  public struct Scope: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let fullName = Self(rawValue: "fullName"), email = Self(rawValue: "email")
  }
  open var credential: any ASAuthorizationCredential { fatalError() }
}
open class ASAuthorizationAppleIDCredential: NSObject, ASAuthorizationCredential {
  open var user: String { fatalError() }
  open var authorizationCode: Data? { nil }
  open var identityToken: Data? { nil }
  open var fullName: PersonNameComponents? { nil }
  open var email: String? { nil }
}
public struct ASAuthorizationError: Error {
  public enum Code: Int, Sendable { case unknown = 1000, canceled, invalidResponse, notHandled, failed, notInteractive }
  public var code: Code { fatalError() }
}
public struct ASWebAuthenticationSessionError: Error {
  public enum Code: Int, Sendable { case canceledLogin = 1, presentationContextNotProvided, presentationContextInvalid }
  public var code: Code { fatalError() }
}

@MainActor @preconcurrency public struct SignInWithAppleButton: PrimitiveView {
  public struct Label: Sendable { public static let signIn = Self(), `continue` = Self(), signUp = Self() }
  public struct Style: Sendable { public static let black = Self(), white = Self(), whiteOutline = Self() }
  nonisolated public init(
    _ label: SignInWithAppleButton.Label = .signIn, onRequest: @escaping (ASAuthorizationAppleIDRequest) -> Void,
    onCompletion: @escaping ((Result<ASAuthorization, any Error>) -> Void)
  ) {}
}
extension View {
  nonisolated public func signInWithAppleButtonStyle(_ style: SignInWithAppleButton.Style) -> some View { self }
}

@MainActor public struct WebAuthenticationSession: Sendable {
  public struct BrowserSession: Sendable { public static var ephemeral: Self { Self() } }
  public func authenticate(using url: URL, callbackURLScheme: String, preferredBrowserSession: BrowserSession? = nil) async throws -> URL {
    fatalError()
  }
}
extension EnvironmentValues { public var webAuthenticationSession: WebAuthenticationSession { fatalError() } }
