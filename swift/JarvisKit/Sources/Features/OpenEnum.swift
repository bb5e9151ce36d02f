import Foundation

/// An enumeration of the schema, which may grow: a value that this version of the app does not know is read as `unknown`.
public protocol OpenEnum: RawRepresentable, Decodable, Hashable, Sendable where RawValue == String {
  static var unknown: Self { get }
}

extension OpenEnum {
  public init(from decoder: any Decoder) throws {
    self = Self(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .unknown
  }
}
