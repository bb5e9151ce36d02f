import Foundation

/// The kinds of objects that an app makes ids for. The raw value is the prefix of the id.
public enum ObjectKind: String, Codable, Sendable, CaseIterable {
  case goal, entry, milestone, area, note, reminder, conversation, message, memory
  case device
  case researchCategory = "category"
  case researchRun = "run"
  case rule
  case ruleRun = "rulerun"
}

/// The id of an object in the graph, e.g. `goal_0192f3…`. It says which kind it is of, and is otherwise opaque.
public struct ObjectID: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible, Comparable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }
  public init(_ rawValue: String) { self.rawValue = rawValue }

  /// What stands before the last underscore: `goal`, or `research_run`. Nil when there is none.
  public var prefix: String? {
    guard let end = rawValue.lastIndex(of: "_"), end != rawValue.startIndex else { return nil }
    return String(rawValue[..<end])
  }

  public var kind: ObjectKind? { prefix.flatMap(ObjectKind.init(rawValue:)) }
  public var description: String { rawValue }

  public static func < (a: ObjectID, b: ObjectID) -> Bool { a.rawValue < b.rawValue }

  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// A UUID of version 7 (RFC 9562, section 5.7) as 32 hexadecimal digits: 48 bits of milliseconds since 1970, the rest random.
/// - Parameter random: at least ten bytes; those that are missing count as 0.
public func uuid7(at time: Date, random: [UInt8]) -> String {
  let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
  var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * $0)) }
  bytes += (0..<10).map { $0 < random.count ? random[$0] : 0 }
  bytes[6] = bytes[6] & 0x0f | 0x70
  bytes[8] = bytes[8] & 0x3f | 0x80
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
