import Foundation
import Graph
import Models

/// What can be done with a push without opening the app.
public enum PushAction: String, CaseIterable, Sendable {
  /// It is done: read, and what one tap logs is logged, when it is about a goal.
  case done = "DONE"
  case snoozeHour = "SNOOZE_HOUR"
  case snoozeMorning = "SNOOZE_MORNING"
  /// Opens the sheet in which a value is entered.
  case log = "LOG"

  /// Whether the app comes to the front for it.
  public var opensApp: Bool { self == .log }

  /// What is offered for pushes of a kind, whose name is their category.
  public static func offered(for kind: NotificationKind) -> [PushAction] {
    switch kind {
    case .reminder: [.done, .log, .snoozeHour, .snoozeMorning]
    case .alert: [.done, .snoozeHour, .snoozeMorning]
    case .achievement, .insight, .digest: [.done]
    case .unknown: []
    }
  }
}

/// What a push tells beside its text. It is written by others: what has no right form is left out.
public struct PushPayload: Equatable, Sendable {
  public let notification: ObjectID?
  public let subject: ObjectID?
  private let data: [String: JSONValue]

  public init(_ data: [String: JSONValue]) {
    func id(_ name: String) -> ObjectID? {
      data[name]?.text.flatMap { $0.wholeMatch(of: /[a-z]+_[0-9a-f]{32}/) == nil ? nil : ObjectID($0) }
    }
    self.data = data
    notification = id("notificationId")
    subject = id("subjectId")
  }

  /// Reads what the system hands over.
  public init(userInfo: [AnyHashable: Any]) {
    var members: [String: JSONValue] = [:]
    for case (let name as String, let text as String) in userInfo { members[name] = .string(text) }
    self.init(members)
  }

  /// Where a tap leads.
  public var link: DeepLink? { DeepLink(push: data) }
}

/// Does what a person chose on a push.
public struct PushResponder: Sendable {
  public enum Outcome: Equatable, Sendable {
    case done
    /// The app shows this.
    case open(DeepLink)
    /// The server could not be reached: the device itself tells it again then.
    case again(at: Date)
  }

  let actions: Actions

  public init(actions: Actions) { self.actions = actions }

  public func respond(to push: PushPayload, by action: PushAction) async -> Outcome {
    switch action {
    case .log:
      guard let goal = push.subject, goal.kind == .goal else { return push.link.map { .open($0) } ?? .done }
      return .open(.logProgress(goal: goal))
    case .done:
      // A goal that has no usual value, or does not run any more, is only read.
      if let goal = push.subject, goal.kind == .goal { _ = try? await actions.logProgress(goal: goal) }
      if let id = push.notification {
        _ = try? await actions.graph.change(Request(Document.markNotificationsRead, ["input": ["ids": [.string(id.rawValue)]]]))
      }
      return .done
    case .snoozeHour: return await snooze(push, .inAnHour)
    case .snoozeMorning: return await snooze(push, .inTheMorning)
    }
  }

  private func snooze(_ push: PushPayload, _ choice: Snooze.Choice) async -> Outcome {
    let choices = Snooze.choices(actions.day)
    guard let until = (choices.first { $0.choice == choice } ?? choices.first)?.until else { return .done }
    guard let id = push.notification else { return .again(at: until) }
    do {
      let input: JSONValue = ["id": .string(id.rawValue), "until": .string(JSON.text(of: until))]
      try await actions.graph.change(Request(Document.snoozeNotification, ["input": input]))
      return .done
    } catch {
      return .again(at: until)
    }
  }
}
