import Foundation

/// What the package takes from the world outside: time, chance, waiting. Handed in, so that tests decide about all three.
public struct Surroundings: Sendable {
  /// The device's clock, which may be wrong.
  public var now: @Sendable () -> Date
  /// A number from 0 up to 1.
  public var random: @Sendable () -> Double
  /// Waits so many seconds. Throws when the task is cancelled.
  public var pause: @Sendable (TimeInterval) async throws -> Void
  public var timeZone: @Sendable () -> TimeZone

  public init(
    now: @escaping @Sendable () -> Date,
    random: @escaping @Sendable () -> Double,
    pause: @escaping @Sendable (TimeInterval) async throws -> Void,
    timeZone: @escaping @Sendable () -> TimeZone
  ) {
    self.now = now
    self.random = random
    self.pause = pause
    self.timeZone = timeZone
  }

  /// The real world.
  public static let live = Surroundings(
    now: { Date() },
    random: { Double.random(in: 0..<1) },
    pause: { try await Task.sleep(for: .seconds($0)) },
    timeZone: { .current })

  /// A new id that nobody else makes.
  public func makeID(_ kind: ObjectKind) -> ObjectID {
    ObjectID("\(kind.rawValue)_\(makeKey())")
  }

  /// A new key, e.g. for a change that may be sent more than once.
  public func makeKey() -> String {
    uuid7(at: now(), random: (0..<10).map { _ in UInt8(random() * 256) })
  }
}
