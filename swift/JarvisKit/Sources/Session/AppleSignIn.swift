import Foundation
import Models

/// The one-time number that ties a sign-in to this app: Apple is given its SHA-256, our server the number itself.
public struct SignInNonce: Hashable, Sendable {
  public let value: String

  /// - Parameter random: at least 16 bytes from a good source.
  public init?(random: [UInt8]) {
    guard random.count >= 16 else { return nil }
    value = Data(random).base64EncodedString().filter { $0.isLetter || $0.isNumber }
  }

  /// What goes into `ASAuthorizationAppleIDRequest.nonce`: lower-case hexadecimal.
  public var forApple: String { SHA256.hexadecimal(of: Array(value.utf8)) }
}

/// What Sign in with Apple gives to the app.
public struct AppleCredential: Sendable {
  public var identityToken: Data
  public var authorizationCode: Data?
  public var nonce: SignInNonce
  /// Told at the first sign-in only.
  public var name: PersonNameComponents?

  public init(identityToken: Data, authorizationCode: Data?, nonce: SignInNonce, name: PersonNameComponents?) {
    self.identityToken = identityToken
    self.authorizationCode = authorizationCode
    self.nonce = nonce
    self.name = name
  }

  /// The input of `signInWithApple`.
  /// - Throws: `CredentialFault` when the token is no text.
  func input(device: DeviceDescription, timeZone: TimeZone) throws -> JSONValue {
    guard let token = String(bytes: identityToken, encoding: .utf8), !token.isEmpty else { throw CredentialFault() }
    var input: [String: JSONValue] = [
      "identityToken": .string(token), "nonce": .string(nonce.value), "timeZone": .string(timeZone.identifier),
      "device": device.signInInput,
    ]
    if let code = authorizationCode.flatMap({ String(bytes: $0, encoding: .utf8) }) { input["authorizationCode"] = .string(code) }
    let parts = [name?.givenName, name?.familyName].compactMap { $0 }.filter { !$0.isEmpty }
    if !parts.isEmpty { input["name"] = .string(parts.joined(separator: " ")) }
    return .object(input)
  }
}

public struct CredentialFault: Error, Equatable, Sendable {}

/// The device, as the server lists it.
public struct DeviceDescription: Hashable, Sendable {
  public enum Platform: String, Sendable { case iOS = "IOS", iPadOS = "IPADOS", macOS = "MACOS", watchOS = "WATCHOS", other = "OTHER" }

  /// Made once and kept: `device_` and a UUIDv7.
  public let id: ObjectID
  public var name: String
  public var platform: Platform
  public var appVersion: String

  public init(id: ObjectID, name: String, platform: Platform, appVersion: String) {
    self.id = id
    self.name = name
    self.platform = platform
    self.appVersion = appVersion
  }

  var signInInput: JSONValue {
    [
      // The server takes at most 100 characters, and an empty name says less than the platform.
      "id": .string(id.rawValue), "name": .string(name.isEmpty ? platform.rawValue : String(name.prefix(100))),
      "platform": .string(platform.rawValue), "appVersion": .string(String(appVersion.prefix(50))),
    ]
  }
}
