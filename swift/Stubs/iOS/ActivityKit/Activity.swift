@_exported import Foundation

public protocol ActivityAttributes: Decodable, Encodable {
  associatedtype ContentState: Decodable, Encodable, Hashable
}

public struct ActivityContent<State: Decodable & Encodable & Hashable & Sendable>: Sendable {
  public var state: State
  public var staleDate: Date?
  public var relevanceScore: Double
  public init(state: State, staleDate: Date?, relevanceScore: Double = 0) {
    self.state = state
    self.staleDate = staleDate
    self.relevanceScore = relevanceScore
  }
}

public enum ActivityState: Codable, Sendable { case active, ended, dismissed, stale }

public struct PushType: Equatable, Sendable { public static let token = PushType() }

public struct ActivityUIDismissalPolicy: Equatable, Sendable {
  public static let `default` = Self(), immediate = Self()
  public static func after(_ date: Date) -> Self { Self() }
}

public final class Activity<Attributes: ActivityAttributes>: Identifiable where Attributes.ContentState: Sendable {
  public typealias ContentState = Attributes.ContentState
  public static func request(attributes: Attributes, content: ActivityContent<ContentState>, pushType: PushType? = nil) throws
    -> Activity<Attributes>
  { fatalError() }
  public static var activities: [Activity<Attributes>] { fatalError() }
  public var id: String { fatalError() }
  public var attributes: Attributes { fatalError() }
  public var content: ActivityContent<ContentState> { fatalError() }
  public var activityState: ActivityState { fatalError() }
  public func update(_ content: ActivityContent<ContentState>) async {}
  public func end(_ content: ActivityContent<ContentState>?, dismissalPolicy: ActivityUIDismissalPolicy = .default) async {}
}

public final class ActivityAuthorizationInfo {
  public init() {}
  public var areActivitiesEnabled: Bool { fatalError() }
}
