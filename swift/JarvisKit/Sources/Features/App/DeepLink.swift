import Foundation
import Models

/// Where a link, or a push that was tapped, leads.
public enum DeepLink: Equatable, Sendable {
  case dashboard
  case place(Place)
  case goals
  case connections
  case object(ObjectID)
  case logProgress(goal: ObjectID)
  case connectionReturned(parameters: [String: String])

  /// Reads `jarvis://goal/<id>`, `jarvis://log/<id>`, `jarvis://research`, `jarvis://connected?…`, and the same paths of the web address.
  /// Nil for anything else: a link is written by others.
  public init?(_ url: URL, webHost: String? = nil) {
    guard let parts = URLComponents(url: url, resolvingAgainstBaseURL: false) else { return nil }
    var path = parts.path.split(separator: "/").map(String.init)
    switch parts.scheme?.lowercased() {
    case "jarvis": if let host = parts.host, !host.isEmpty { path.insert(host, at: 0) }
    case "https": guard let webHost, parts.host?.lowercased() == webHost.lowercased() else { return nil }
    default: return nil
    }
    switch (path.first, path.count) {
    case (nil, _), ("dashboard", 1): self = .dashboard
    case ("connected", 1):
      self = .connectionReturned(
        parameters: Dictionary((parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first })
    case ("log", 2):
      guard let id = Self.id(path[1]), id.kind == .goal else { return nil }
      self = .logProgress(goal: id)
    case (_, 2):
      guard let id = Self.id(path[1]), id.prefix == path[0] else { return nil }
      self = .object(id)
    case ("goals", 1): self = .goals
    case ("connections", 1): self = .connections
    case (_, 1):
      guard let place = Place.allCases.first(where: { $0.rawValue.lowercased() == path[0].lowercased() }) else { return nil }
      self = .place(place)
    default: return nil
    }
  }

  /// Reads what a push carries beside its text.
  public init?(push: [String: JSONValue]) {
    guard let id = (push["subjectId"] ?? push["notificationId"])?.text.flatMap(Self.id) else { return nil }
    self = .object(id)
  }

  /// Reads the payload of a push as the system hands it over.
  public init?(userInfo: [AnyHashable: Any]) {
    var members: [String: JSONValue] = [:]
    for case (let key as String, let value as String) in userInfo { members[key] = .string(value) }
    self.init(push: members)
  }

  private static func id(_ text: String) -> ObjectID? {
    text.wholeMatch(of: /[a-z]+_[0-9a-f]{32}/) == nil ? nil : ObjectID(text)
  }
}
