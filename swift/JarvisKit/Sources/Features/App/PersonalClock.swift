import Foundation
import Graph
import Models
import Persistence

/// The person's clock as it is known now: their time zone and beginning of the day from their settings, the time from the server's as far
/// as that was heard. Anyone may ask it at any moment, and it may become another.
public final class PersonalClock: Sendable {
  private struct Settings: Codable, Equatable {
    var timeZone: String
    var dayStartMinutes: Int
  }

  private struct Answer: Decodable {
    struct Viewer: Decodable {
      let timeZone: String
      let dayStartMinutes: Int
    }
    let viewer: Viewer?
  }

  private static let note = "clock"

  private let surroundings: Surroundings
  private let known = Guarded<(settings: Settings?, offset: TimeInterval)>((nil, 0))

  public init(_ surroundings: Surroundings) { self.surroundings = surroundings }

  public var day: DayClock {
    let (settings, offset) = known.value
    let now = surroundings.now
    return DayClock(
      now: { now().addingTimeInterval(offset) },
      timeZone: settings.flatMap { TimeZone(identifier: $0.timeZone) } ?? surroundings.timeZone(),
      dayStartMinutes: settings?.dayStartMinutes ?? 0)
  }

  /// - Parameter serverTime: what the server's clock shows now.
  func heard(serverTime: Date) {
    let offset = serverTime.timeIntervalSince(surroundings.now())
    known.change { $0.offset = offset }
  }

  /// Takes what was last known.
  public func restore(from store: any Store) async {
    guard let kept = try? await store.note(Self.note)?.read(as: Settings.self) else { return }
    known.change { $0.settings = kept }
  }

  /// Takes what is set now, and keeps it. Without a network, it stays as it was.
  func load(from graph: GraphClient, into store: any Store) async {
    guard let viewer = try? await graph.run(Request(Document.settings), as: Answer.self).viewer else { return }
    await take(Settings(timeZone: viewer.timeZone, dayStartMinutes: viewer.dayStartMinutes), into: store)
  }

  /// Takes what the person has just set, and keeps it.
  func take(_ profile: Profile, into store: any Store) async {
    await take(Settings(timeZone: profile.timeZone, dayStartMinutes: profile.dayStartMinutes), into: store)
  }

  private func take(_ settings: Settings, into store: any Store) async {
    guard settings != known.value.settings else { return }
    known.change { $0.settings = settings }
    if let value = try? JSONValue(settings) { try? await store.write([.setNote(Self.note, value)]) }
  }
}

/// A value that several threads read and change.
final class Guarded<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var guarded: Value

  init(_ value: Value) { guarded = value }
  var value: Value { lock.withLock { guarded } }
  func change(_ change: (inout Value) -> Void) { lock.withLock { change(&guarded) } }
}
