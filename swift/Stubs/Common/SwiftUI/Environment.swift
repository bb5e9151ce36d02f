@propertyWrapper public struct Environment<Value>: DynamicProperty {
  public init(_ keyPath: KeyPath<EnvironmentValues, Value>) { fatalError() }
  public var wrappedValue: Value { fatalError() }
}
extension Environment: Sendable where Value: Sendable {}
extension Environment {
  public init(_ objectType: Value.Type) where Value: AnyObject, Value: Observable { fatalError() }
  public init<T: AnyObject>(_ objectType: T.Type) where Value == T?, T: Observable { fatalError() }
}

public protocol EnvironmentKey {
  associatedtype Value
  static var defaultValue: Value { get }
}

public struct EnvironmentValues {
  public init() {}
  public subscript<K: EnvironmentKey>(key: K.Type) -> K.Value {
    get { fatalError() }
    set {}
  }
}
extension EnvironmentValues {
  public var accessibilityReduceMotion: Bool { stub() }
  public var accessibilityReduceTransparency: Bool { stub() }
  public var accessibilityDifferentiateWithoutColor: Bool { stub() }
  public var accessibilityVoiceOverEnabled: Bool { stub() }
  public var colorSchemeContrast: ColorSchemeContrast { stub() }
  public var scenePhase: ScenePhase {
    get { stub() }
    set {}
  }
  public var colorScheme: ColorScheme {
    get { stub() }
    set {}
  }
  public var dynamicTypeSize: DynamicTypeSize {
    get { stub() }
    set {}
  }
  public var locale: Locale {
    get { stub() }
    set {}
  }
  public var calendar: Calendar {
    get { stub() }
    set {}
  }
  public var timeZone: TimeZone {
    get { stub() }
    set {}
  }
  public var layoutDirection: LayoutDirection {
    get { stub() }
    set {}
  }
  public var openURL: OpenURLAction {
    get { stub() }
    set {}
  }
  public var dismiss: DismissAction { stub() }
  public var isPresented: Bool { stub() }
  public var isSearching: Bool { stub() }
  public var dismissSearch: DismissSearchAction { stub() }
  public var openWindow: OpenWindowAction { stub() }
  public var refresh: RefreshAction? { stub() }
  public var isEnabled: Bool {
    get { stub() }
    set {}
  }
  public var redactionReasons: RedactionReasons {
    get { stub() }
    set {}
  }
  public var horizontalSizeClass: UserInterfaceSizeClass? {
    get { stub() }
    set {}
  }
  public var verticalSizeClass: UserInterfaceSizeClass? {
    get { stub() }
    set {}
  }
  public var displayScale: CGFloat {
    get { stub() }
    set {}
  }
}

public enum UserInterfaceSizeClass: Sendable { case compact, regular }
public enum ScenePhase: Comparable, Sendable { case background, inactive, active }
public enum ColorScheme: CaseIterable, Sendable { case light, dark }
public enum ColorSchemeContrast: CaseIterable, Sendable { case standard, increased }
public enum LayoutDirection: Hashable, CaseIterable, Sendable { case leftToRight, rightToLeft }
public enum DynamicTypeSize: Hashable, Comparable, CaseIterable, Sendable {
  case xSmall, small, medium, large, xLarge, xxLarge, xxxLarge
  case accessibility1, accessibility2, accessibility3, accessibility4, accessibility5
  public var isAccessibilitySize: Bool { stub() }
}
public struct RedactionReasons: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let placeholder = Self(rawValue: 1), privacy = Self(rawValue: 2), invalidated = Self(rawValue: 4)
}

@MainActor public struct OpenURLAction {
  public struct Result: Sendable {
    public static let handled = Result(), discarded = Result(), systemAction = Result()
    public static func systemAction(_ url: URL) -> Result { Result() }
  }
  nonisolated public init(handler: @escaping (URL) -> Result) {}
  public func callAsFunction(_ url: URL) {}
  public func callAsFunction(_ url: URL, completion: @escaping (Bool) -> Void) {}
}
@MainActor public struct DismissAction { public func callAsFunction() {} }
@MainActor public struct DismissSearchAction { public func callAsFunction() {} }
@MainActor public struct OpenWindowAction {
  public func callAsFunction(id: String) {}
  public func callAsFunction<D: Codable & Hashable>(value: D) {}
  public func callAsFunction<D: Codable & Hashable>(id: String, value: D) {}
}
public struct RefreshAction: Sendable { public func callAsFunction() async {} }

extension View {
  nonisolated public func environment<V>(_ keyPath: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View { self }
  nonisolated public func environment<T: AnyObject & Observable>(_ object: T?) -> some View { self }
  nonisolated public func transformEnvironment<V>(_ keyPath: WritableKeyPath<EnvironmentValues, V>, transform: @escaping (inout V) -> Void)
    -> some View
  {
    self
  }
  nonisolated public func preferredColorScheme(_ colorScheme: ColorScheme?) -> some View { self }
  nonisolated public func dynamicTypeSize(_ size: DynamicTypeSize) -> some View { self }
  nonisolated public func dynamicTypeSize<T: RangeExpression>(_ range: T) -> some View where T.Bound == DynamicTypeSize { self }
  nonisolated public func redacted(reason: RedactionReasons) -> some View { self }
  nonisolated public func unredacted() -> some View { self }
  nonisolated public func privacySensitive(_ sensitive: Bool = true) -> some View { self }
}
