@_exported import Foundation
import SwiftUI
// Of Foundation on Apple's systems.
@_exported import struct SwiftUI.LocalizedStringResource

// MARK: Intents

public protocol AppIntent: Sendable {
  associatedtype PerformResult: IntentResult
  associatedtype SummaryContent: ParameterSummary
  static var title: LocalizedStringResource { get }
  static var description: IntentDescription? { get }
  static var openAppWhenRun: Bool { get }
  static var isDiscoverable: Bool { get }
  static var authenticationPolicy: IntentAuthenticationPolicy { get }
  @ParameterSummaryBuilder<Self> static var parameterSummary: SummaryContent { get }
  init()
  func perform() async throws -> PerformResult
  typealias Parameter = IntentParameter
  typealias Dependency = AppDependency
  typealias Summary = IntentParameterSummary<Self>
}
extension AppIntent {
  public static var description: IntentDescription? { nil }
  public static var openAppWhenRun: Bool { false }
  public static var isDiscoverable: Bool { true }
  public static var authenticationPolicy: IntentAuthenticationPolicy { .alwaysAllowed }
  public static var parameterSummary: some ParameterSummary { IntentParameterSummary<Self>("") }
}
public protocol OpenIntent: AppIntent {
  associatedtype Value
  var target: Value { get set }
}
extension OpenIntent { public static var openAppWhenRun: Bool { true } }
public protocol WidgetConfigurationIntent: AppIntent {}
extension WidgetConfigurationIntent {
  public func perform() async throws -> some IntentResult { IntentResultContainer<Never, Never, Never, Never>() }
}
public enum IntentAuthenticationPolicy: Sendable { case alwaysAllowed, requiresAuthentication, requiresLocalDeviceAuthentication }

public struct IntentDescription: ExpressibleByStringLiteral, Sendable {
  public init(
    _ descriptionText: LocalizedStringResource, categoryName: LocalizedStringResource? = nil, searchKeywords: [LocalizedStringResource] = []
  ) {}
  public init(stringLiteral value: StaticString) {}
}
public struct IntentDialog: ExpressibleByStringInterpolation, Sendable {
  public init(_ resource: LocalizedStringResource) {}
  public init(full: LocalizedStringResource, supporting: LocalizedStringResource) {}
  public init(stringLiteral value: String) {}
  public init(stringInterpolation: LocalizedStringResource.StringInterpolation) {}
  public typealias StringInterpolation = LocalizedStringResource.StringInterpolation
}

// MARK: Parameters

public protocol _IntentValue {}
extension String: _IntentValue {}
extension Double: _IntentValue {}
extension Int: _IntentValue {}
extension Bool: _IntentValue {}
extension Array: _IntentValue where Element: _IntentValue {}
extension Optional: _IntentValue where Wrapped: _IntentValue {}

@propertyWrapper public final class IntentParameter<Value: _IntentValue>: @unchecked Sendable {
  public init(
    title: LocalizedStringResource, description: LocalizedStringResource? = nil, requestValueDialog: IntentDialog? = nil
  ) {}
  public var wrappedValue: Value {
    get { fatalError() }
    set {}
  }
  public var projectedValue: IntentParameter<Value> { self }
  public func needsValueError(_ dialog: IntentDialog? = nil) -> Error { fatalError() }
}
@propertyWrapper public final class AppDependency<Value: Sendable>: @unchecked Sendable {
  public init(key: AnyHashable? = nil) {}
  public var wrappedValue: Value { fatalError() }
}
public final class AppDependencyManager: @unchecked Sendable {
  public static let shared = AppDependencyManager()
  public func add<Dependency: Sendable>(
    key: AnyHashable? = nil, dependency dependencyProvider: @autoclosure @escaping @Sendable () -> Dependency
  ) {}
}

public protocol ParameterSummary {}
public struct IntentParameterSummary<Intent: AppIntent>: ParameterSummary {
  public init(_ summaryString: ParameterSummaryString<Intent>) {}
  public init(
    _ summaryString: ParameterSummaryString<Intent>, @ParameterKeyPathsBuilder<Intent> _ parameterKeyPaths: () -> [PartialKeyPath<Intent>]
  ) {}
}
public struct ParameterSummaryString<Intent: AppIntent>: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) {}
  public init(stringInterpolation: StringInterpolation) {}
  public struct StringInterpolation: StringInterpolationProtocol {
    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ literal: String) {}
    public mutating func appendInterpolation<Value>(_ keyPath: KeyPath<Intent, IntentParameter<Value>>) {}
  }
}
@resultBuilder public struct ParameterKeyPathsBuilder<Intent: AppIntent> {
  public static func buildExpression<Value>(_ expression: KeyPath<Intent, IntentParameter<Value>>) -> PartialKeyPath<Intent> { expression }
  public static func buildBlock(_ components: PartialKeyPath<Intent>...) -> [PartialKeyPath<Intent>] { components }
}
@resultBuilder public struct ParameterSummaryBuilder<Intent: AppIntent> {
  public static func buildBlock<Content: ParameterSummary>(_ content: Content) -> Content { content }
}

// MARK: Results

public protocol IntentResult: Sendable {}
public protocol ReturnsValue<Value>: IntentResult { associatedtype Value }
public protocol ProvidesDialog: IntentResult {}
public struct IntentResultContainer<Value, OpensIntent, Snippet, Dialog>: IntentResult, @unchecked Sendable {}
extension IntentResultContainer: ReturnsValue where Value: _IntentValue {}
extension IntentResultContainer: ProvidesDialog where Dialog == IntentDialog {}
extension IntentResult where Self == IntentResultContainer<Never, Never, Never, Never> {
  public static func result() -> Self { fatalError() }
}
extension IntentResult where Self == IntentResultContainer<Never, Never, Never, IntentDialog> {
  public static func result(dialog: IntentDialog) -> Self { fatalError() }
}
extension IntentResult {
  public static func result<Value: _IntentValue>(value: Value, dialog: IntentDialog) -> Self
  where Self == IntentResultContainer<Value, Never, Never, IntentDialog> { fatalError() }
}

// MARK: Entities

public struct TypeDisplayRepresentation: ExpressibleByStringLiteral, Sendable {
  public init(name: LocalizedStringResource, numericFormat: LocalizedStringResource? = nil) {}
  public init(stringLiteral value: StaticString) {}
}
public struct DisplayRepresentation: ExpressibleByStringInterpolation, Sendable {
  public struct Image: Sendable { public init(systemName: String, isTemplate: Bool? = nil) {} }
  public init(title: LocalizedStringResource, subtitle: LocalizedStringResource? = nil, image: Image? = nil) {}
  public init(stringLiteral value: String) {}
  public init(stringInterpolation: LocalizedStringResource.StringInterpolation) {}
  public typealias StringInterpolation = LocalizedStringResource.StringInterpolation
}
public protocol TypeDisplayRepresentable { static var typeDisplayRepresentation: TypeDisplayRepresentation { get } }
public protocol InstanceDisplayRepresentable { var displayRepresentation: DisplayRepresentation { get } }
public protocol EntityIdentifierConvertible: Sendable {}
extension String: EntityIdentifierConvertible {}
public protocol AppEntity: Identifiable, TypeDisplayRepresentable, InstanceDisplayRepresentable, _IntentValue, Sendable
where ID: EntityIdentifierConvertible {
  associatedtype DefaultQuery: EntityQuery where DefaultQuery.Entity == Self
  static var defaultQuery: DefaultQuery { get }
}
public protocol AppEnum: RawRepresentable, CaseIterable, Hashable, TypeDisplayRepresentable, _IntentValue, Sendable
where RawValue: LosslessStringConvertible {
  static var caseDisplayRepresentations: [Self: DisplayRepresentation] { get }
}
public protocol EntityQuery: Sendable {
  associatedtype Entity: AppEntity
  init()
  func entities(for identifiers: [Entity.ID]) async throws -> [Entity]
  func suggestedEntities() async throws -> [Entity]
  func defaultResult() async -> Entity?
  typealias Dependency = AppDependency
}
extension EntityQuery {
  public func suggestedEntities() async throws -> [Entity] { [] }
  public func defaultResult() async -> Entity? { nil }
}
public protocol EntityStringQuery: EntityQuery { func entities(matching string: String) async throws -> [Entity] }

public protocol CustomLocalizedStringResourceConvertible { var localizedStringResource: LocalizedStringResource { get } }

// MARK: Shortcuts

public protocol AppShortcutsProvider {
  @AppShortcutsBuilder static var appShortcuts: [AppShortcut] { get }
  static var shortcutTileColor: ShortcutTileColor { get }
}
extension AppShortcutsProvider {
  public static var shortcutTileColor: ShortcutTileColor { .blue }
  public static func updateAppShortcutParameters() {}
}
public enum ShortcutTileColor: Sendable {
  case blue, grape, grayBlue, grayBrown, grayGreen, lightBlue, lime, navy, orange, pink, purple, red, tangerine, teal, yellow
}
public struct AppShortcut {
  public init<Intent: AppIntent>(
    intent: Intent, phrases: [AppShortcutPhrase<Intent>], shortTitle: LocalizedStringResource, systemImageName: String
  ) {}
}
public struct AppShortcutPhrase<Intent: AppIntent>: ExpressibleByStringInterpolation {
  public enum Token { case applicationName }
  public init(stringLiteral value: String) {}
  public init(stringInterpolation: StringInterpolation) {}
  public struct StringInterpolation: StringInterpolationProtocol {
    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ literal: String) {}
    public mutating func appendInterpolation(_ token: Token) {}
    public mutating func appendInterpolation<Value>(_ keyPath: KeyPath<Intent, IntentParameter<Value>>) {}
  }
}
@resultBuilder public struct AppShortcutsBuilder {
  public static func buildBlock(_ components: AppShortcut...) -> [AppShortcut] { components }
}

// MARK: In views

extension Button {
  public init<I: AppIntent>(intent: I, @ViewBuilder label: () -> Label) { fatalError() }
}
