import Foundation
import Graph
import Models

/// What this device can send, if the person wants it: the server's providers of the kind DEVICE.
public enum DeviceProvider: String, Sendable, Codable, CaseIterable, Identifiable {
  case health = "APPLE_HEALTH"
  case calendar = "APPLE_CALENDAR"
  case reminders = "APPLE_REMINDERS"

  public var id: String { rawValue }
}

/// What the system lets the app read.
public enum DevicePermission: Sendable, Equatable, Codable {
  /// This device has no such data: Apple Health on a Mac.
  case unavailable
  /// The person was not asked yet.
  case notAsked
  /// The person was asked. Apple Health tells nobody what the answer was: what is not allowed looks as if it were not there.
  case asked
  case granted
  /// Only adding is allowed, which is of no use here.
  case addOnly
  case denied
  /// Forbidden by a profile or by parents; the person cannot change it.
  case restricted

  /// Whether it is worth reading.
  public var allowsReading: Bool { self == .granted || self == .asked }
}

/// A kind of data of the device that the person has to allow.
public protocol DeviceAccess: Sendable {
  func permission() async -> DevicePermission
  /// Shows the system's question, which is asked once: afterwards it answers by itself.
  func requestPermission() async throws -> DevicePermission
  /// Comes each time the data may have changed, while somebody listens.
  func changes() -> AsyncStream<Void>
}

extension DeviceAccess {
  /// Nothing tells of changes: what is there is looked at from time to time.
  public func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }
}

/// Why a source could not be read.
public enum DeviceFault: Error, Equatable, Sendable {
  case noAccess
  /// The device is locked: what is protected cannot be read until it is unlocked.
  case locked
  /// The anchor is of another device, or damaged: reading begins anew.
  case anchorUnusable
  case failed(String)
}

/// Why data of the device does not get to the server, as far as what to do about it differs.
public enum DeviceProblem: Codable, Equatable, Sendable {
  /// The person has to allow it in the system's settings.
  case noAccess
  case locked
  case offline
  case signedOut
  /// The server could not, this time, or wants less at a time.
  case busy
  /// The connection is paused at the server.
  case paused
  /// The connection is no more: it was ended on another device.
  case gone
  /// The server will not; its own sentence.
  case refused(String)
  /// The app and the server, or the app and the system, do not understand each other.
  case outdated(String)

  public init(_ error: any Error) {
    switch error {
    case DeviceFault.noAccess: self = .noAccess
    case DeviceFault.locked: self = .locked
    case DeviceFault.failed(let message): self = .outdated(message)
    case let error as UserError where error.code == "NOT_FOUND" && error.path.last == "connectionId": self = .gone
    case let error as UserError where error.code == "CONFLICT" && error.path.last == "connectionId": self = .paused
    case let error as UserError: self = .refused(error.message)
    case GraphFault.offline: self = .offline
    case GraphFault.unauthenticated: self = .signedOut
    case GraphFault.rateLimited, GraphFault.server: self = .busy
    case GraphFault.refused(_, let message): self = .refused(message)
    default: self = .outdated("\(error)")
    }
  }

  /// Whether it may pass by itself.
  public var passes: Bool {
    switch self {
    case .locked, .offline, .busy: true
    default: false
    }
  }

  /// Whether everything else that is to be sent now meets the same.
  var stopsAll: Bool {
    switch self {
    case .refused, .outdated: false
    default: true
    }
  }
}

/// What the server did not take of what was sent, because it cannot be right.
public struct Refusals: Codable, Equatable, Sendable {
  public struct One: Codable, Hashable, Sendable {
    /// What it was about: a type of measurements, or a title.
    public let subject: String
    /// The server's own sentence.
    public let message: String

    public init(subject: String, message: String) {
      self.subject = subject
      self.message = message
    }
  }

  static let most = 20

  public private(set) var count = 0
  /// The first ones that differ; at most 20.
  public private(set) var examples: [One] = []

  public init() {}

  public init(_ refused: [One]) {
    for one in refused { add(one) }
  }

  mutating func add(_ one: One) {
    count += 1
    if examples.count < Self.most, !examples.contains(one) { examples.append(one) }
  }

  public static func + (a: Refusals, b: Refusals) -> Refusals {
    var sum = a
    for one in b.examples { sum.add(one) }
    sum.count = a.count + b.count
    return sum
  }
}

/// What a sync came to.
public struct DeviceSummary: Codable, Equatable, Sendable {
  public var sent: Int
  public var deleted: Int
  public var refused: Refusals

  public init(sent: Int = 0, deleted: Int = 0, refused: Refusals = Refusals()) {
    self.sent = sent
    self.deleted = deleted
    self.refused = refused
  }

  static func + (a: Self, b: Self) -> Self {
    Self(sent: a.sent + b.sent, deleted: a.deleted + b.deleted, refused: a.refused + b.refused)
  }
}
