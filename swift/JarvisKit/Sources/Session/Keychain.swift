import Foundation
import Models

/// What is said of an entry of the Keychain, or of a question to it. `AppleDevice` puts Security's own names in their places.
public enum KeychainAttribute: Hashable, Sendable {
  /// `kSecClassGenericPassword`.
  case genericPassword
  case service(String)
  case account(String)
  /// Whose entry it is: that of all apps and extensions with this group among their entitlements.
  case accessGroup(String)
  /// `kSecUseDataProtectionKeychain`: on a Mac, too, the keychain with access groups, not the one with access lists.
  case dataProtection
  /// `kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly`: widgets and background refreshes read it while the device is locked, and it goes
  /// into no backup and to no other device.
  case afterFirstUnlockThisDeviceOnly
  case value(Data)
  /// `kSecReturnData`, and `kSecMatchLimitOne`.
  case returnsOneValue
}

/// The four calls of Security's keychain, and nothing else. A status is an `OSStatus`; 0 is success.
public protocol KeychainItems: Sendable {
  func copyMatching(_ query: Set<KeychainAttribute>) -> (status: Int32, value: Data?)
  func add(_ attributes: Set<KeychainAttribute>) -> Int32
  func update(_ query: Set<KeychainAttribute>, with attributes: Set<KeychainAttribute>) -> Int32
  func delete(_ query: Set<KeychainAttribute>) -> Int32
}

/// Why the Keychain did not do what it was asked.
public enum KeychainFault: Error, Equatable, Sendable {
  /// The device has not been unlocked since it was started: later it works.
  case locked
  /// The app lacks the entitlement for the access group: it is signed wrongly.
  case notEntitled
  /// There is an entry already.
  case duplicate
  /// What is kept is not what this app wrote.
  case unreadable
  /// Anything else, as Security numbers it.
  case other(status: Int32)

  /// - Parameter status: an `OSStatus` that is neither success nor `errSecItemNotFound`.
  init(status: Int32) {
    self =
      switch status {
      case Status.interactionNotAllowed: .locked
      case Status.missingEntitlement: .notEntitled
      case Status.duplicateItem: .duplicate
      case Status.decode: .unreadable
      default: .other(status: status)
      }
  }
}

/// Results of Security's calls (`SecBase.h`).
enum Status {
  static let success: Int32 = 0
  static let duplicateItem: Int32 = -25299
  static let itemNotFound: Int32 = -25300
  static let interactionNotAllowed: Int32 = -25308
  static let decode: Int32 = -26275
  static let missingEntitlement: Int32 = -34018
}

/// Small secrets by their names, shared by the app and its extensions.
public struct Keychain: Sendable {
  private let items: any KeychainItems
  private let service: String
  private let accessGroup: String?

  /// - Parameter accessGroup: with the team's prefix, e.g. `ABCDE12345.example.jarvis.shared`; nil keeps the secrets to this process's own group.
  public init(_ items: any KeychainItems, service: String, accessGroup: String?) {
    self.items = items
    self.service = service
    self.accessGroup = accessGroup
  }

  private func entry(_ name: String) -> Set<KeychainAttribute> {
    var query: Set<KeychainAttribute> = [.genericPassword, .dataProtection, .service(service), .account(name)]
    if let accessGroup { query.insert(.accessGroup(accessGroup)) }
    return query
  }

  /// Nil when there is none of this name.
  public func value(_ name: String) throws(KeychainFault) -> Data? {
    let (status, value) = items.copyMatching(entry(name).union([.returnsOneValue]))
    switch status {
    case Status.success:
      guard let value else { throw .unreadable }
      return value
    case Status.itemNotFound: return nil
    default: throw KeychainFault(status: status)
    }
  }

  /// Keeps it in place of what there is of this name.
  public func set(_ name: String, to value: Data) throws(KeychainFault) {
    let kept: Set<KeychainAttribute> = [.value(value), .afterFirstUnlockThisDeviceOnly]
    // Updated first, for there almost always is one. Another process may add it between the two calls, or remove it: then once more.
    for _ in 0..<2 {
      let updated = items.update(entry(name), with: kept)
      if updated == Status.success { return }
      guard updated == Status.itemNotFound else { throw KeychainFault(status: updated) }
      do {
        return try add(name, value)
      } catch .duplicate { continue }
    }
    throw .duplicate
  }

  /// Keeps it unless there is one of this name.
  /// - Throws: `.duplicate` when there is.
  public func add(_ name: String, _ value: Data) throws(KeychainFault) {
    let status = items.add(entry(name).union([.value(value), .afterFirstUnlockThisDeviceOnly]))
    guard status == Status.success else { throw KeychainFault(status: status) }
  }

  /// Nothing happens when there is none of this name.
  public func remove(_ name: String) throws(KeychainFault) {
    let status = items.delete(entry(name))
    guard status == Status.success || status == Status.itemNotFound else { throw KeychainFault(status: status) }
  }
}

/// Keeps tokens in the Keychain.
public struct KeychainTokenStore: TokenStore {
  private static let name = "tokens"
  private let keychain: Keychain

  public init(_ keychain: Keychain) { self.keychain = keychain }

  /// Nil also for what cannot be read as tokens: an app of another version wrote it, and signing in again replaces it.
  /// - Throws: `KeychainFault`; then nothing is known about whether somebody is signed in.
  public func load() throws(KeychainFault) -> Tokens? {
    guard let data = try keychain.value(Self.name) else { return nil }
    return try? JSON.decode(Tokens.self, from: data)
  }

  public func save(_ tokens: Tokens?) throws {
    guard let tokens else { return try keychain.remove(Self.name) }
    try keychain.set(Self.name, to: JSON.encode(tokens))
  }
}

extension Keychain {
  private static let deviceName = "device"

  /// The id of this device: made once, and kept for as long as the Keychain is, also when the app is installed anew.
  public func deviceID(_ surroundings: Surroundings) throws(KeychainFault) -> ObjectID {
    if let kept = try keptDeviceID() { return kept }
    let new = surroundings.makeID(.device)
    do {
      try add(Self.deviceName, Data(new.rawValue.utf8))
      return new
    } catch .duplicate {
      // The other process was faster, or what is there is no id.
      if let kept = try keptDeviceID() { return kept }
      try set(Self.deviceName, to: Data(new.rawValue.utf8))
      return new
    }
  }

  private func keptDeviceID() throws(KeychainFault) -> ObjectID? {
    guard let data = try value(Self.deviceName), let text = String(bytes: data, encoding: .utf8) else { return nil }
    let id = ObjectID(text)
    return id.kind == .device ? id : nil
  }
}
