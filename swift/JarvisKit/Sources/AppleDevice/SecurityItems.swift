import Foundation
import Security
import Session

/// The Keychain of this system. What is asked of it is decided, and tested, in `Session`.
public struct SecurityItems: KeychainItems {
  public init() {}

  public func copyMatching(_ query: Set<KeychainAttribute>) -> (status: Int32, value: Data?) {
    var found: CFTypeRef?
    let status = SecItemCopyMatching(dictionary(query), &found)
    return (status, found as? Data)
  }

  public func add(_ attributes: Set<KeychainAttribute>) -> Int32 { SecItemAdd(dictionary(attributes), nil) }

  public func update(_ query: Set<KeychainAttribute>, with attributes: Set<KeychainAttribute>) -> Int32 {
    SecItemUpdate(dictionary(query), dictionary(attributes))
  }

  public func delete(_ query: Set<KeychainAttribute>) -> Int32 { SecItemDelete(dictionary(query)) }

  private func dictionary(_ attributes: Set<KeychainAttribute>) -> CFDictionary {
    var result: [String: Any] = [:]
    for attribute in attributes {
      switch attribute {
      case .genericPassword: result[kSecClass as String] = kSecClassGenericPassword
      case .service(let name): result[kSecAttrService as String] = name
      case .account(let name): result[kSecAttrAccount as String] = name
      case .accessGroup(let name): result[kSecAttrAccessGroup as String] = name
      case .dataProtection: result[kSecUseDataProtectionKeychain as String] = true
      case .afterFirstUnlockThisDeviceOnly: result[kSecAttrAccessible as String] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
      case .value(let data): result[kSecValueData as String] = data
      case .returnsOneValue:
        result[kSecReturnData as String] = true
        result[kSecMatchLimit as String] = kSecMatchLimitOne
      }
    }
    return result as CFDictionary
  }
}
