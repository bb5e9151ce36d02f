import Foundation
import Graph
import Models

/// Colours of the apps.
public enum Appearance: String, OpenEnum, CaseIterable {
  case system = "SYSTEM"
  case light = "LIGHT"
  case dark = "DARK"
  case unknown

  public static let choices: [Self] = [.system, .light, .dark]
}

/// Units that are suggested for new goals.
public enum UnitSystem: String, OpenEnum, CaseIterable {
  case metric = "METRIC"
  case imperial = "IMPERIAL"
  case unknown

  public static let choices: [Self] = [.metric, .imperial]
}

/// Who somebody is, and how the apps are for them, on every device.
public struct Profile: Decodable, Sendable, Equatable {
  public struct Settings: Decodable, Sendable, Equatable {
    public internal(set) var appearance: Appearance
    public internal(set) var units: UnitSystem
    /// Whether the assistant may keep memories.
    public internal(set) var assistantMemory: Bool
    /// Whether anonymous usage figures may be counted.
    public internal(set) var usageStatistics: Bool
  }
  public let id: ObjectID
  public internal(set) var name: String?
  public let email: String?
  /// Language of texts that the server makes: a BCP 47 tag.
  public internal(set) var locale: String
  /// Zone in which the person's days begin and end.
  public internal(set) var timeZone: String
  /// Minutes after midnight at which their day begins, 0 to 1439.
  public internal(set) var dayStartMinutes: Int
  /// 1 is Monday, 7 is Sunday.
  public internal(set) var weekStart: Int
  public internal(set) var settings: Settings
  public let version: Int

  /// The server's limit.
  public static let longestName = 100

  public var firstWeekday: Weekday { Weekday(rawValue: weekStart - 1) ?? .monday }
  public var dayStart: TimeOfDay { TimeOfDay(minutes: dayStartMinutes) }
}

/// What a device runs.
public enum DeviceKind: String, OpenEnum {
  case phone = "IOS"
  case tablet = "IPADOS"
  case mac = "MACOS"
  case watch = "WATCHOS"
  case unknown = "OTHER"
}

/// An app that is signed in.
public struct SignedInApp: Decodable, Sendable, Equatable, Identifiable {
  public struct Device: Decodable, Sendable, Equatable {
    public let id: ObjectID
    public let name: String
    public let platform: DeviceKind
  }
  public let id: ObjectID
  /// Whether it is this one.
  public let current: Bool
  public let userAgent: String?
  public let createdAt: Date
  public let lastUsedAt: Date
  /// When it ends, however often it is used.
  public let expiresAt: Date
  public let device: Device?
}

/// A device that the person's notifications go to.
public struct KnownDevice: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let name: String
  public let platform: DeviceKind
  public let appVersion: String?
  public let pushEnabled: Bool
  public let lastSeenAt: Date
}

/// A consent that holds: what may be sent to whom.
public struct ActiveConsent: Decodable, Sendable, Equatable, Identifiable {
  public let id: ObjectID
  public let provider: String
  public let dataClass: DataClass
  public let grantedAt: Date
}

/// Kinds of data that a provider of language models may be sent.
public enum DataClass: String, OpenEnum, CaseIterable {
  /// What the person writes to the assistant, and its memories of them: without it a provider cannot answer.
  case messages = "MESSAGES"
  case goals = "GOALS"
  case health = "HEALTH"
  case finance = "FINANCE"
  case communication = "COMMUNICATION"
  case research = "RESEARCH"
  case unknown

  /// Those that a person is asked about, in the order in which they are shown.
  public static let askedFor = allCases.filter { $0 != .unknown }
}

/// A deletion of the account that was confirmed, and can still be called off.
public struct AccountDeletion: Decodable, Sendable, Equatable {
  public let requestedAt: Date
  /// When everything is erased.
  public let scheduledAt: Date
}

public struct SettingsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable {
    public internal(set) var profile: Profile
    public internal(set) var sessions: [SignedInApp]?
    public internal(set) var devices: [KnownDevice]?
    public internal(set) var apiKeys: [ApiKey]?
    public internal(set) var aiConsents: [ActiveConsent]?
    public internal(set) var deletion: AccountDeletion?

    private enum Keys: String, CodingKey { case sessions, devices, apiKeys, aiConsents, deletion }

    public init(from decoder: any Decoder) throws {
      profile = try Profile(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      sessions = try container.decodeIfPresent([SignedInApp].self, forKey: .sessions)
      devices = try container.decodeIfPresent([KnownDevice].self, forKey: .devices)
      apiKeys = try container.decodeIfPresent([ApiKey].self, forKey: .apiKeys)
      aiConsents = try container.decodeIfPresent([ActiveConsent].self, forKey: .aiConsents)
      deletion = try container.decodeIfPresent(AccountDeletion.self, forKey: .deletion)
    }
  }
  public internal(set) var viewer: Viewer?
}
