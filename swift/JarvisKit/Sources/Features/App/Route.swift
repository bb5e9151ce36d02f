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

/// A screen behind a place: one object, or a list of its own.
public enum Route: Hashable, Codable, Sendable {
  /// A whole place, where it is reached from another one.
  case place(Place)
  /// All goals, also those that do not run.
  case goals
  /// The services that the person connected.
  case connections
  case goal(ObjectID)
  case lifeArea(ObjectID)
  case conversation(ObjectID)
  case researchResult(ObjectID)
  case researchCategory(ObjectID)
  case researchRun(ObjectID)
  case automation(ObjectID)
  case automationRun(ObjectID)
  case connection(ObjectID)

  /// The screen of an object; nil when objects of its kind have none of their own.
  public init?(_ id: ObjectID) {
    switch id.prefix {
    case "goal": self = .goal(id)
    case "area": self = .lifeArea(id)
    case "conversation": self = .conversation(id)
    case "result": self = .researchResult(id)
    case "category": self = .researchCategory(id)
    case "run": self = .researchRun(id)
    case "rule": self = .automation(id)
    case "rulerun": self = .automationRun(id)
    case "connection": self = .connection(id)
    default: return nil
    }
  }

  public var object: ObjectID? {
    switch self {
    case .place, .goals, .connections: nil
    case .goal(let id), .lifeArea(let id), .conversation(let id), .researchResult(let id), .researchCategory(let id), .researchRun(let id),
      .automation(let id), .automationRun(let id), .connection(let id):
      id
    }
  }

  /// The place that it is behind.
  public var home: Place {
    switch self {
    case .place(let place): place
    case .goal, .goals: .progress
    case .lifeArea: .lifeAreas
    case .conversation: .chat
    case .researchResult, .researchCategory, .researchRun: .research
    case .automation, .automationRun: .automations
    case .connection, .connections: .settings
    }
  }

  /// A link to it, e.g. `jarvis://goal/goal_0192…`, as widgets, Handoff and Spotlight have it. `DeepLink` reads it.
  public var link: URL? {
    switch self {
    case .place(let place): URL(string: "jarvis://\(place.rawValue)")
    case .goals: URL(string: "jarvis://goals")
    case .connections: URL(string: "jarvis://connections")
    default: object.flatMap { id in id.prefix.flatMap { URL(string: "jarvis://\($0)/\(id.rawValue)") } }
    }
  }
}

extension Place {
  /// Where an object is found that has no screen of its own, by its kind.
  init?(around id: ObjectID) {
    switch id.prefix {
    case "entry", "milestone", "achievement", "snapshot": self = .progress
    case "message", "toolcall", "memory": self = .chat
    case "note": self = .lifeAreas
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
