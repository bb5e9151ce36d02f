import Foundation

/// How long to wait before trying again: twice as long each time, up to a limit, and never all devices at the same moment.
public struct RetryPolicy: Sendable, Hashable {
  /// Seconds before the second attempt, at most.
  public var base: TimeInterval
  /// Seconds between attempts, at most.
  public var limit: TimeInterval

  public init(base: TimeInterval = 1, limit: TimeInterval = 300) {
    self.base = base
    self.limit = limit
  }

  /// Seconds to wait after so many failures before this one. Half of the wait is fixed, half is by chance ("equal jitter"): a server that
  /// comes back is not met by everybody at once. What the server asks for is a minimum.
  public func delay(attempt: Int, retryAfter: TimeInterval?, random: Double) -> TimeInterval {
    let whole = min(limit, base * pow(2, Double(min(max(attempt, 0), 30))))
    let ours = whole / 2 + whole / 2 * random
    guard let retryAfter, retryAfter > 0 else { return ours }
    return max(ours, retryAfter + base * random)
  }
}
