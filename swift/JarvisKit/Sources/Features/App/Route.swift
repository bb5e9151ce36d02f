import Foundation
import Models

/// The places of the apps, in the order of a sidebar and of ⌘1 to ⌘8.
public enum Place: String, Codable, Sendable, CaseIterable, Identifiable {
  case dashboard, chat, lifeAreas, progress, research, automations, notifications, settings

  /// Those that a phone's tab bar has; the others are reached from them.
  public static let tabs: [Place] = [.dashboard, .chat, .lifeAreas, .progress, .settings]

  public var id: String { rawValue }

  /// The tab in which a phone shows it.
  public var tab: Place {
    switch self {
    case .research, .automations, .notifications: .dashboard
    default: self
    }
  }
}

/// A screen behind a place: one object.
public enum Route: Hashable, Codable, Sendable {
  /// A whole place, where it is reached from another one.
  case place(Place)
  case goal(ObjectID)
  case lifeArea(ObjectID)
  case conversation(ObjectID)
  case researchResult(ObjectID)
  case researchCategory(ObjectID)
  case automation(ObjectID)
  case connection(ObjectID)

  /// The screen of an object; nil when objects of its kind have none of their own.
  public init?(_ id: ObjectID) {
    switch id.prefix {
    case "goal": self = .goal(id)
    case "area": self = .lifeArea(id)
    case "conversation": self = .conversation(id)
    case "result": self = .researchResult(id)
    case "category": self = .researchCategory(id)
    case "rule": self = .automation(id)
    case "connection": self = .connection(id)
    default: return nil
    }
  }

  public var object: ObjectID? {
    switch self {
    case .place: nil
    case .goal(let id), .lifeArea(let id), .conversation(let id), .researchResult(let id), .researchCategory(let id), .automation(let id),
      .connection(let id):
      id
    }
  }

  /// The place that it is behind.
  public var home: Place {
    switch self {
    case .place(let place): place
    case .goal: .progress
    case .lifeArea: .lifeAreas
    case .conversation: .chat
    case .researchResult, .researchCategory: .research
    case .automation: .automations
    case .connection: .settings
    }
  }

  /// A link to it, e.g. `jarvis://goal/goal_0192…`, as widgets, Handoff and Spotlight have it. `DeepLink` reads it.
  public var link: URL? {
    guard let object, let prefix = object.prefix else { return object == nil ? URL(string: "jarvis://\(home.rawValue)") : nil }
    return URL(string: "jarvis://\(prefix)/\(object.rawValue)")
  }
}

extension Place {
  /// Where an object is found that has no screen of its own, by its kind.
  init?(around id: ObjectID) {
    switch id.prefix {
    case "entry", "milestone", "achievement", "snapshot": self = .progress
    case "message", "toolcall", "memory": self = .chat
    case "note": self = .lifeAreas
    case "run": self = .research
    case "rulerun": self = .automations
    case "notification", "reminder": self = .notifications
    case "insight": self = .dashboard
    case "item", "sync", "import", "export", "session", "device", "consent", "user", "webhook", "apikey": self = .settings
    default: return nil
    }
  }
}

/// What is done above the screens, and then is over.
public enum Sheet: Hashable, Codable, Sendable, Identifiable {
  /// Logging a value; without a goal, the person chooses one.
  case logProgress(goal: ObjectID?)
  case newGoal
  /// Changes that wait, and those that the person has to decide about.
  case pendingChanges

  public var id: Self { self }
}
