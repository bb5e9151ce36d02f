import Foundation

// MARK: - JSON

public typealias JSONValue = any Sendable & Hashable
public typealias JSONObject = [String: JSONValue]
public typealias JSONEncodableDictionary = [String: any JSONEncodable]

public protocol JSONDecodable: Sendable {
  @_spi(Internal) init(_jsonValue value: JSONValue) throws
}

public protocol JSONEncodable: Sendable {
  @_spi(Internal) var _jsonValue: JSONValue { get }
}

public enum JSONDecodingError: Error {
  case missingValue
  case nullValue
  case wrongType
  case couldNotConvert(value: any Sendable & Hashable, to: Any.Type)
}

extension NSNull: @retroactive @unchecked Sendable, JSONEncodable {
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}

extension Array: JSONEncodable where Element: JSONEncodable & Hashable {
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}

extension Dictionary: JSONEncodable where Key == String, Value == any JSONEncodable {
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}

// MARK: - Scalars

public protocol AnyScalarType: Sendable, Hashable, JSONEncodable {}

public protocol ScalarType: AnyScalarType, JSONDecodable, GraphQLOperationVariableValue {}

public protocol OutputTypeConvertible {}

public protocol CustomScalarType: AnyScalarType, JSONDecodable, OutputTypeConvertible, GraphQLOperationVariableValue {}

extension String: ScalarType {
  @_spi(Internal) public init(_jsonValue value: JSONValue) throws { fatalError() }
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}
extension Int: ScalarType {
  @_spi(Internal) public init(_jsonValue value: JSONValue) throws { fatalError() }
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}
extension Int32: ScalarType {
  @_spi(Internal) public init(_jsonValue value: JSONValue) throws { fatalError() }
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}
extension Bool: ScalarType {
  @_spi(Internal) public init(_jsonValue value: JSONValue) throws { fatalError() }
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}
extension Float: ScalarType {
  @_spi(Internal) public init(_jsonValue value: JSONValue) throws { fatalError() }
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}
extension Double: ScalarType {
  @_spi(Internal) public init(_jsonValue value: JSONValue) throws { fatalError() }
  @_spi(Internal) public var _jsonValue: JSONValue { fatalError() }
}

// MARK: - Operations

public enum GraphQLOperationType: Sendable, Hashable { case query, mutation, subscription }

public protocol Fragment: SelectionSet {
  static var fragmentDefinition: StaticString { get }
}

public struct OperationDefinition: Sendable {
  public init(_ definition: String, fragments: [any Fragment.Type]? = nil) {}
  public var queryDocument: String { fatalError() }
}

public struct OperationDocument: Sendable {
  public let operationIdentifier: String?
  public let definition: OperationDefinition?
  public init(operationIdentifier: String? = nil, definition: OperationDefinition? = nil) { fatalError() }
}

public protocol OperationResponseFormat: Sendable {}
public struct SingleResponseFormat: OperationResponseFormat {}
public struct IncrementalDeferredResponseFormat: OperationResponseFormat {}
public struct SubscriptionResponseFormat: OperationResponseFormat {}

public protocol GraphQLOperation: Sendable, Hashable {
  typealias Variables = [String: any GraphQLOperationVariableValue]

  static var operationName: String { get }
  static var operationType: GraphQLOperationType { get }
  static var operationDocument: OperationDocument { get }
  static var responseFormat: ResponseFormat { get }

  @_spi(Unsafe) var __variables: Variables? { get }

  associatedtype Data: RootSelectionSet
  associatedtype ResponseFormat: OperationResponseFormat = SingleResponseFormat
}

extension GraphQLOperation {
  @_spi(Unsafe) public var __variables: Variables? { fatalError() }
  public static func == (lhs: Self, rhs: Self) -> Bool { fatalError() }
  public func hash(into hasher: inout Hasher) {}
}

extension GraphQLOperation where ResponseFormat == SingleResponseFormat {
  public static var responseFormat: ResponseFormat { fatalError() }
}

public protocol GraphQLQuery: GraphQLOperation {}
extension GraphQLQuery {
  public static var operationType: GraphQLOperationType { .query }
}

public protocol GraphQLMutation: GraphQLOperation {}
extension GraphQLMutation {
  public static var operationType: GraphQLOperationType { .mutation }
}

public protocol GraphQLSubscription: GraphQLOperation where ResponseFormat == SubscriptionResponseFormat {
  associatedtype ResponseFormat: OperationResponseFormat = SubscriptionResponseFormat
}
extension GraphQLSubscription {
  public static var operationType: GraphQLOperationType { .subscription }
  public static var responseFormat: ResponseFormat { fatalError() }
}

public protocol GraphQLOperationVariableValue: Sendable {
  @_spi(Internal) var _jsonEncodableValue: (any JSONEncodable)? { get }
}

public enum GraphQLNullable<Wrapped> { case none, null, some(Wrapped) }

extension GraphQLNullable: Sendable where Wrapped: Sendable {}

extension GraphQLNullable: GraphQLOperationVariableValue where Wrapped: GraphQLOperationVariableValue {
  @_spi(Internal) public var _jsonEncodableValue: (any JSONEncodable)? { fatalError() }
}

extension JSONEncodable where Self: GraphQLOperationVariableValue {
  @_spi(Internal) public var _jsonEncodableValue: (any JSONEncodable)? { fatalError() }
}

// MARK: - Answers

@_spi(Unsafe) public struct DataDict: Hashable, @unchecked Sendable {
  public typealias FieldValue = any Sendable & Hashable
  public var _data: [String: FieldValue] { fatalError() }
  public static func == (lhs: DataDict, rhs: DataDict) -> Bool { fatalError() }
  public func hash(into hasher: inout Hasher) {}
}

public protocol ParentType: Sendable {}

public protocol SelectionSetEntityValue: Sendable, Hashable {}

public protocol SelectionSet: Sendable, Hashable {
  associatedtype Schema: SchemaMetadata
  @_spi(Execution) static var __parentType: any ParentType { get }
  @_spi(Unsafe) var __data: DataDict { get }
  @_spi(Unsafe) init(_dataDict: DataDict)
}

extension SelectionSet {
  public static func == (lhs: Self, rhs: Self) -> Bool { fatalError() }
  public func hash(into hasher: inout Hasher) {}
}

public protocol RootSelectionSet: SelectionSet, SelectionSetEntityValue, OutputTypeConvertible {}

// MARK: - Schema

public struct Interface: Hashable, Sendable {}

public struct Object: Hashable, Sendable, ParentType {
  public let typename: String
  public init(typename: String, implementedInterfaces: [Interface], keyFields: [String]? = nil) { fatalError() }
}

public struct ObjectData {
  public subscript(_ key: String) -> (any ScalarType)? { fatalError() }
}

public struct CacheKeyInfo {
  public let id: String
  public let uniqueKeyGroup: String?
  public init(jsonValue: JSONValue?, uniqueKeyGroup: String? = nil) throws { fatalError() }
  public init(id: String, uniqueKeyGroup: String? = nil) { fatalError() }
}

public protocol SchemaConfiguration {
  static func cacheKeyInfo(for type: Object, object: ObjectData) -> CacheKeyInfo?
}

public protocol SchemaMetadata {
  static var configuration: any SchemaConfiguration.Type { get }
  static func objectType(forTypename typename: String) -> Object?
}
