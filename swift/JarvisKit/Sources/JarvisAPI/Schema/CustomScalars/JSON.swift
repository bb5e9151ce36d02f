@_spi(Internal) import ApolloAPI
import Foundation
import Models

/// Any value of JSON: what the scalar of this name holds, and how the package's own values become variables. Written by hand; Apollo's code
/// generation leaves it alone.
public struct JSON: CustomScalarType {
  public let value: Models.JSONValue

  public init(_ value: Models.JSONValue) { self.value = value }

  /// What JSONSerialization read. As data and back, so that numbers do not become truth values.
  @_spi(Internal) public init(_jsonValue value: ApolloAPI.JSONValue) throws {
    self.value = try JSONDecoder().decode(
      Models.JSONValue.self, from: JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed))
  }

  @_spi(Internal) public var _jsonValue: ApolloAPI.JSONValue { encodable._jsonValue }

  private var encodable: any JSONEncodable {
    switch value {
    case .null: NSNull()
    case .bool(let flag): flag
    case .int(let number): number
    case .double(let number): number
    case .string(let text): text
    case .array(let items): items.map { JSON($0) }
    case .object(let members): members.mapValues { JSON($0) as any JSONEncodable }
    }
  }
}
