import Foundation

/// A measured value or sum of money, exact. In JSON it is a string, as the graph's `Decimal` is.
public struct Amount: Hashable, Codable, Sendable, Comparable, CustomStringConvertible, ExpressibleByIntegerLiteral {
  public let value: Decimal

  public init(_ value: Decimal) { self.value = value }
  public init(integerLiteral value: Int) { self.value = Decimal(value) }

  /// What the graph writes: digits with an optional sign, point and exponent. Nil for everything else.
  public init?(_ text: String) {
    let plain = text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) } && text.contains { $0.isNumber }
    guard plain, let value = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")), !value.isNaN else { return nil }
    self.value = value
  }

  /// What a person writes: with the decimal sign of their language, and perhaps spaces around. Nil when it is no number, or has a sign
  /// for thousands: whether `1.234` is meant as one or as a thousand is not guessed.
  public init?(typed text: String, locale: Locale) {
    let separator = locale.decimalSeparator ?? "."
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    guard separator == "." || !trimmed.contains(".") else { return nil }
    self.init(trimmed.replacingOccurrences(of: separator, with: "."))
  }

  public var description: String { "\(value)" }
  /// For drawing only: rounded to what a `Double` holds.
  public var approximation: Double { NSDecimalNumber(decimal: value).doubleValue }

  public static func < (a: Amount, b: Amount) -> Bool { a.value < b.value }
  public static func + (a: Amount, b: Amount) -> Amount { Amount(a.value + b.value) }
  public static func - (a: Amount, b: Amount) -> Amount { Amount(a.value - b.value) }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let amount = Amount(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no decimal number.")
    }
    self = amount
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
