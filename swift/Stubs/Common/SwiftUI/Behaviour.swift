public struct Animation: Equatable, Sendable {
  public static let `default` = Self(), easeIn = Self(), easeOut = Self(), easeInOut = Self(), linear = Self(), spring = Self(),
    smooth = Self(), snappy = Self(), bouncy = Self()
  public static func easeInOut(duration: TimeInterval) -> Self { Self() }
  public static func easeOut(duration: TimeInterval) -> Self { Self() }
  public static func linear(duration: TimeInterval) -> Self { Self() }
  public func delay(_ delay: TimeInterval) -> Self { self }
  public func repeatForever(autoreverses: Bool = true) -> Self { self }
}
public func withAnimation<Result>(_ animation: Animation? = .default, _ body: () throws -> Result) rethrows -> Result { try body() }
@MainActor @preconcurrency public protocol Transition {}
public struct AnyTransition: Sendable {
  public static let opacity = Self(), slide = Self(), scale = Self(), identity = Self()
  public static func move(edge: Edge) -> Self { Self() }
  public static func push(from edge: Edge) -> Self { Self() }
  public func combined(with other: AnyTransition) -> Self { self }
  public static func asymmetric(insertion: AnyTransition, removal: AnyTransition) -> Self { Self() }
}
public struct ContentTransition: Equatable, Sendable {
  public static let identity = Self(), opacity = Self(), interpolate = Self()
  public static func numericText(countsDown: Bool = false) -> Self { Self() }
  public static func numericText(value: Double) -> Self { Self() }
}
public struct SensoryFeedback: Equatable, Sendable {
  public static let success = Self(), warning = Self(), error = Self(), selection = Self(), increase = Self(), decrease = Self()
  public static let start = Self(), stop = Self(), alignment = Self(), levelChange = Self(), impact = Self()
  public static func impact(weight: Weight = .medium, intensity: Double = 1) -> Self { Self() }
  public struct Weight: Equatable, Sendable { public static let light = Self(), medium = Self(), heavy = Self() }
}
extension View {
  nonisolated public func animation<V: Equatable>(_ animation: Animation?, value: V) -> some View { self }
  nonisolated public func transition(_ t: AnyTransition) -> some View { self }
  nonisolated public func contentTransition(_ transition: ContentTransition) -> some View { self }
  nonisolated public func matchedGeometryEffect<ID: Hashable>(id: ID, in namespace: Namespace.ID) -> some View { self }
  nonisolated public func sensoryFeedback<T: Equatable>(_ feedback: SensoryFeedback, trigger: T) -> some View { self }
  nonisolated public func sensoryFeedback<T: Equatable>(_ feedback: SensoryFeedback, trigger: T, condition: @escaping (T, T) -> Bool)
    -> some View
  { self }
  nonisolated public func sensoryFeedback<T: Equatable>(trigger: T, _ feedback: @escaping (T, T) -> SensoryFeedback?) -> some View { self }

  nonisolated public func onAppear(perform action: (() -> Void)? = nil) -> some View { self }
  nonisolated public func onDisappear(perform action: (() -> Void)? = nil) -> some View { self }
  @preconcurrency nonisolated public func task(
    priority: TaskPriority = .userInitiated, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
  ) -> some View { self }
  @preconcurrency nonisolated public func task<T: Equatable>(
    id value: T, priority: TaskPriority = .userInitiated, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
  ) -> some View { self }
  nonisolated public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void) -> some View {
    self
  }
  nonisolated public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping () -> Void) -> some View { self }
  nonisolated public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { self }
  nonisolated public func onContinueUserActivity(_ activityType: String, perform action: @escaping (NSUserActivity) -> Void) -> some View {
    self
  }
  nonisolated public func userActivity(_ activityType: String, isActive: Bool = true, _ update: @escaping (NSUserActivity) -> Void)
    -> some View
  { self }
  nonisolated public func userActivity<P>(_ activityType: String, element: P?, _ update: @escaping (P, NSUserActivity) -> Void) -> some View
  { self }
  nonisolated public func handlesExternalEvents(preferring: Set<String>, allowing: Set<String>) -> some View { self }
  nonisolated public func onTapGesture(count: Int = 1, perform action: @escaping () -> Void) -> some View { self }
  nonisolated public func onLongPressGesture(minimumDuration: Double = 0.5, perform action: @escaping () -> Void) -> some View { self }
  nonisolated public func allowsHitTesting(_ enabled: Bool) -> some View { self }
  nonisolated public func hidden() -> some View { self }
  nonisolated public func contextMenu<M: View>(@ViewBuilder menuItems: () -> M) -> some View { self }
  nonisolated public func help(_ textKey: LocalizedStringKey) -> some View { self }
  nonisolated public func help(_ text: Text) -> some View { self }
  nonisolated public func keyboardShortcut(_ key: KeyEquivalent, modifiers: EventModifiers = .command) -> some View { self }
  nonisolated public func keyboardShortcut(_ shortcut: KeyboardShortcut) -> some View { self }
  nonisolated public func keyboardShortcut(_ shortcut: KeyboardShortcut?) -> some View { self }
  nonisolated public func focusedValue<T>(_ keyPath: WritableKeyPath<FocusedValues, T?>, _ value: T) -> some View { self }
  nonisolated public func focusedSceneValue<T>(_ keyPath: WritableKeyPath<FocusedValues, T?>, _ value: T) -> some View { self }
  nonisolated public func focusable(_ isFocusable: Bool = true) -> some View { self }
}
// Of Apple's Foundation, not of the one that Linux has.
open class NSUserActivity {
  public init(activityType: String) {}
  public var title: String?
  public var userInfo: [AnyHashable: Any]?
  public var webpageURL: URL?
  public var isEligibleForHandoff = true
  public var isEligibleForSearch = false
  public var activityType: String { stub() }
}
public struct KeyEquivalent: ExpressibleByExtendedGraphemeClusterLiteral, Hashable, Sendable {
  public init(_ character: Character) {}
  public init(extendedGraphemeClusterLiteral: Character) {}
  init() {}
  public static let upArrow = Self(), downArrow = Self(), leftArrow = Self(), rightArrow = Self(), escape = Self(), delete = Self(),
    tab = Self()
  public static let space = Self(), `return` = Self()
}
public struct EventModifiers: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let command = Self(rawValue: 1), shift = Self(rawValue: 2), option = Self(rawValue: 4), control = Self(rawValue: 8)
}
public struct KeyboardShortcut: Hashable, Sendable {
  public init(_ key: KeyEquivalent, modifiers: EventModifiers = .command) {}
  init() {}
  public static let defaultAction = Self(), cancelAction = Self()
}
public struct FocusedValues {
  public subscript<K: FocusedValueKey>(key: K.Type) -> K.Value? {
    get { fatalError() }
    set {}
  }
}
public protocol FocusedValueKey { associatedtype Value }
@propertyWrapper public struct FocusedValue<Value>: DynamicProperty {
  public init(_ keyPath: KeyPath<FocusedValues, Value?>) { fatalError() }
  public var wrappedValue: Value? { fatalError() }
}

public protocol TimelineSchedule {}
public struct PeriodicTimelineSchedule: TimelineSchedule {}
public struct EveryMinuteTimelineSchedule: TimelineSchedule {}
extension TimelineSchedule where Self == PeriodicTimelineSchedule {
  public static func periodic(from startDate: Date, by interval: TimeInterval) -> Self { Self() }
}
extension TimelineSchedule where Self == EveryMinuteTimelineSchedule { public static var everyMinute: Self { Self() } }
public struct TimelineViewContext { public var date: Date { stub() } }
public struct TimelineView<Schedule, Content> {}
extension TimelineView: View where Content: View { public var body: Never { fatalError() } }
extension TimelineView where Schedule: TimelineSchedule, Content: View {
  public typealias Context = TimelineViewContext
  nonisolated public init(_ schedule: Schedule, @ViewBuilder content: @escaping (TimelineViewContext) -> Content) {}
}
