import Foundation
import Graph
import Models

/// What a sign-in or refresh brought.
public struct Tokens: Codable, Hashable, Sendable {
  public let accessToken: String
  public let refreshToken: String
  public let userID: String
  /// Until when the access token is used, by the device's clock.
  public let usedUntil: Date

  public init(accessToken: String, refreshToken: String, userID: String, usedUntil: Date) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.userID = userID
    self.usedUntil = usedUntil
  }
}

/// Where tokens are kept: the Keychain on Apple's systems, shared by the app and its extensions.
public protocol TokenStore: Sendable {
  func load() async throws -> Tokens?
  /// Nil removes them.
  func save(_ tokens: Tokens?) async throws
}

/// Keeps tokens until the process ends.
public actor MemoryTokenStore: TokenStore {
  private var tokens: Tokens?

  public init(_ tokens: Tokens? = nil) { self.tokens = tokens }
  public func load() -> Tokens? { tokens }
  public func save(_ tokens: Tokens?) { self.tokens = tokens }
}

/// The payload of a sign-in or refresh.
struct AuthPayload: Decodable {
  struct User: Decodable { let id: String }
  let accessToken: String?
  let accessTokenExpiresAt: Date?
  let refreshToken: String?
  let user: User?

  /// - Parameter serverNow: the best guess at the server's time.
  func tokens(now: Date, serverNow: Date) throws -> Tokens {
    guard let accessToken, let accessTokenExpiresAt, let refreshToken, let user else {
      throw GraphFault.unreadable("A sign-in without tokens.")
    }
    // Tokens live a quarter of an hour. A device whose clock is wrong would take a new one for ended, or for good until tomorrow.
    let told = accessTokenExpiresAt.timeIntervalSince(serverNow)
    let lifetime = (60...3600).contains(told) ? told : 600
    return Tokens(
      accessToken: accessToken, refreshToken: refreshToken, userID: user.id, usedUntil: now.addingTimeInterval(lifetime - 30))
  }
}
