import Foundation
import Graph
import Models
import Observation

/// Which notifications the person wants, how, and when not.
public struct NotificationSettings: Decodable, Sendable, Equatable {
  /// A way in which notifications reach the person.
  public enum Channel: String, Sendable, CaseIterable {
    /// They are made at all.
    case inApp
    case push
    /// They are collected, and told once a day instead of being pushed.
    case digest
  }
  public struct Preference: Decodable, Sendable, Equatable, Identifiable {
    public let kind: NotificationKind
    public internal(set) var inApp: Bool
    public internal(set) var push: Bool
    public internal(set) var digest: Bool
    public var id: NotificationKind { kind }

    public subscript(_ channel: Channel) -> Bool {
      get {
        switch channel {
        case .inApp: inApp
        case .push: push
        case .digest: digest
        }
      }
      set {
        switch channel {
        case .inApp: inApp = newValue
        case .push: push = newValue
        case .digest: digest = newValue
        }
      }
    }
  }
  public struct QuietHours: Decodable, Sendable, Equatable {
    let from: String
    let to: String
    let exceptKinds: [NotificationKind]

    public init(from: TimeOfDay, to: TimeOfDay, except kinds: Set<NotificationKind>) {
      self.from = from.description
      self.to = to.description
      exceptKinds = NotificationKind.allCases.filter(kinds.contains)
    }

    public var begin: TimeOfDay { TimeOfDay(from) ?? TimeOfDay(minutes: 22 * 60) }
    public var end: TimeOfDay { TimeOfDay(to) ?? TimeOfDay(minutes: 7 * 60) }
    /// Kinds that may interrupt all the same.
    public var exceptions: Set<NotificationKind> { Set(exceptKinds).subtracting([.unknown]) }

    var input: JSONValue {
      [
        "from": .string(from), "to": .string(to),
        "exceptKinds": .array(exceptKinds.filter { $0 != .unknown }.map { .string($0.rawValue) }),
      ]
    }
  }
  public internal(set) var preferences: [Preference]
  public internal(set) var quietHours: QuietHours?
  public internal(set) var pushPreview: Bool
  var digestAt: String
  public let version: Int

  public var digestTime: TimeOfDay { TimeOfDay(digestAt) ?? TimeOfDay(minutes: 18 * 60) }
}

public struct NotificationSettingsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var notificationSettings: NotificationSettings? }
  public internal(set) var viewer: Viewer?
}

/// What became of a notification that was sent to try how they arrive.
public struct TestNotification: Decodable, Sendable, Equatable {
  public struct Device: Decodable, Sendable, Equatable {
    struct Name: Decodable, Sendable, Equatable {
      let id: ObjectID
      let name: String
    }
    struct Push: Decodable, Sendable, Equatable { let state: String }
    let device: Name?
    let push: Push?
    /// The server's own sentence.
    public let explanation: String
    public var name: String? { device?.name }
    public var wasSent: Bool { push?.state == "SENT" || push?.state == "PENDING" }
  }
  public let devices: [Device]?
}

/// The settings of notifications: each switch counts at once, and goes back when the server does not have it.
@MainActor @Observable public final class NotificationSettingsModel {
  public let settings: QueryModel<NotificationSettingsValue>
  public let work = Work()
  public private(set) var test: TestNotification?

  @ObservationIgnored private let graph: GraphClient

  public init(_ parts: Parts) {
    graph = parts.graph
    settings = parts.model(Document.notificationSettings)
  }

  public var value: NotificationSettings? { settings.screen.value?.viewer?.notificationSettings }

  /// How a kind of notifications reaches the person. What is set of other kinds and channels stays, also what another device set meanwhile.
  public func set(_ kind: NotificationKind, _ channel: NotificationSettings.Channel, _ on: Bool) async {
    let change: (inout NotificationSettings) -> Void = { settings in
      if let place = settings.preferences.firstIndex(where: { $0.kind == kind }) { settings.preferences[place][channel] = on }
    }
    await save(
      "\(kind.rawValue).\(channel.rawValue)", ["preferences": [["kind": .string(kind.rawValue), channel.rawValue: .bool(on)]]], change)
  }

  /// - Parameter hours: nil for never quiet. Hours that begin when they end are none, and are not taken.
  public func setQuietHours(_ hours: NotificationSettings.QuietHours?) async {
    guard hours.map({ $0.begin != $0.end }) ?? true else { return }
    await save("quietHours", ["quietHours": hours?.input ?? .null]) { $0.quietHours = hours }
  }

  /// Whether pushes may say what notifications say.
  public func setPushPreview(_ on: Bool) async {
    await save("pushPreview", ["pushPreview": .bool(on)]) { $0.pushPreview = on }
  }

  /// When the digest comes.
  public func setDigestTime(_ time: TimeOfDay) async {
    await save("digestAt", ["digestAt": .string(time.description)]) { $0.digestAt = time.description }
  }

  struct Saved: Decodable { let notificationSettings: NotificationSettings }

  private func save(_ name: String, _ input: JSONValue, _ change: (inout NotificationSettings) -> Void) async {
    guard let before = value else { return }
    await work.run(on: ObjectID(name)) {
      var wanted = before
      change(&wanted)
      put(wanted)
      do {
        let saved = try await graph.change(Request(Document.updateNotificationSettings, ["input": input]), as: Saved.self)
        // While others are on their way, the answer does not know of them yet.
        if work.subjects.count == 1 { put(saved.notificationSettings) }
      } catch {
        put(before)
        // What else was changed meanwhile is asked anew.
        if work.subjects.count > 1 { await settings.refresh() }
        throw error
      }
    }
  }

  private func put(_ new: NotificationSettings) { settings.edit { $0.viewer?.notificationSettings = new } }

  /// Sends one to all of the person's devices, and tells what became of it.
  public func sendTest() async {
    test = nil
    await work.run(on: Self.testing) {
      test = try await graph.change(Request(Document.sendTestNotification), as: TestNotification.self)
    }
  }

  public var isTesting: Bool { work.subjects.contains(Self.testing) }
  private static let testing = ObjectID("test")
}

extension Parts {
  @MainActor public func notificationSettings() -> NotificationSettingsModel { NotificationSettingsModel(self) }
}
