@MainActor @preconcurrency public protocol App {
  associatedtype Body: Scene
  @SceneBuilder var body: Body { get }
  init()
}
extension App { public static func main() {} }
@MainActor @preconcurrency public protocol Scene {
  associatedtype Body: Scene
  @SceneBuilder var body: Body { get }
}
extension Never: Scene {}
public struct TupleScene<each Content>: Scene { public var body: Never { fatalError() } }
@resultBuilder public struct SceneBuilder {
  public static func buildExpression<C: Scene>(_ content: C) -> C { content }
  public static func buildBlock<C: Scene>(_ content: C) -> C { content }
  public static func buildBlock<each C: Scene>(_ content: repeat each C) -> TupleScene<repeat each C> { fatalError() }
}
public struct WindowGroup<Content: View>: Scene {
  nonisolated public init(@ViewBuilder content: () -> Content) {}
  nonisolated public init(id: String, @ViewBuilder content: () -> Content) {}
  nonisolated public init(_ titleKey: LocalizedStringKey, id: String, @ViewBuilder content: () -> Content) {}
  nonisolated public init<D: Codable & Hashable, C: View>(for type: D.Type, @ViewBuilder content: @escaping (Binding<D?>) -> C)
  where Content == PresentedWindowContent<D, C> {}
  nonisolated public init<D: Codable & Hashable, C: View>(
    id: String, for type: D.Type, @ViewBuilder content: @escaping (Binding<D?>) -> C
  ) where Content == PresentedWindowContent<D, C> {}
  nonisolated public init<D: Codable & Hashable, C: View>(
    _ titleKey: LocalizedStringKey, id: String, for type: D.Type, @ViewBuilder content: @escaping (Binding<D?>) -> C
  ) where Content == PresentedWindowContent<D, C> {}
  public var body: Never { fatalError() }
}
public struct PresentedWindowContent<Data, Content: View>: PrimitiveView {}
extension Scene {
  nonisolated public func commands<Content: Commands>(@CommandsBuilder content: () -> Content) -> some Scene { self }
  nonisolated public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void) -> some Scene {
    self
  }
  nonisolated public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping () -> Void) -> some Scene { self }
  nonisolated public func environment<V>(_ keyPath: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some Scene { self }
  nonisolated public func environment<T: AnyObject & Observable>(_ object: T?) -> some Scene { self }
  nonisolated public func handlesExternalEvents(matching conditions: Set<String>) -> some Scene { self }
  nonisolated public func defaultSize(width: CGFloat, height: CGFloat) -> some Scene { self }
  nonisolated public func windowResizability(_ resizability: WindowResizability) -> some Scene { self }
  nonisolated public func keyboardShortcut(_ key: KeyEquivalent, modifiers: EventModifiers = .command) -> some Scene { self }
  nonisolated public func backgroundTask<D, R>(_ task: BackgroundTask<D, R>, action: @escaping @Sendable (D) async -> R) -> some Scene {
    self
  }
}
public struct WindowResizability: Sendable {
  public static let automatic = Self(), contentSize = Self(), contentMinSize = Self()
}
public struct BackgroundTask<Request, Response>: Sendable {}
extension BackgroundTask {
  public static func appRefresh(_ matching: String) -> BackgroundTask<Void, Void> where Request == Void, Response == Void { .init() }
  public static func urlSession(_ matching: String) -> BackgroundTask<Void, Void> where Request == Void, Response == Void { .init() }
}

@MainActor @preconcurrency public protocol Commands {
  associatedtype Body: Commands
  @CommandsBuilder var body: Body { get }
}
extension Never: Commands {}
public struct TupleCommands<each Content>: Commands { public var body: Never { fatalError() } }
extension Optional: Commands where Wrapped: Commands { public var body: Never { fatalError() } }
@resultBuilder public struct CommandsBuilder {
  public static func buildExpression<C: Commands>(_ content: C) -> C { content }
  public static func buildBlock<C: Commands>(_ content: C) -> C { content }
  public static func buildBlock<each C: Commands>(_ content: repeat each C) -> TupleCommands<repeat each C> { fatalError() }
  public static func buildIf<C: Commands>(_ content: C?) -> C? { content }
}
public struct CommandMenu<Content: View>: Commands {
  nonisolated public init(_ nameKey: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
  public var body: Never { fatalError() }
}
public struct CommandGroup<Content: View>: Commands {
  nonisolated public init(before group: CommandGroupPlacement, @ViewBuilder addition: () -> Content) {}
  nonisolated public init(after group: CommandGroupPlacement, @ViewBuilder addition: () -> Content) {}
  nonisolated public init(replacing group: CommandGroupPlacement, @ViewBuilder addition: () -> Content) {}
  public var body: Never { fatalError() }
}
public struct CommandGroupPlacement: Sendable {
  public static let appInfo = Self(), appSettings = Self(), newItem = Self(), saveItem = Self(), toolbar = Self(), sidebar = Self(),
    help = Self()
  public static let textEditing = Self(), windowList = Self(), windowArrangement = Self(), singleWindowList = Self()
}
public struct SidebarCommands: Commands {
  nonisolated public init() {}
  public var body: Never { fatalError() }
}
public struct TextEditingCommands: Commands {
  nonisolated public init() {}
  public var body: Never { fatalError() }
}
public struct InspectorCommands: Commands {
  nonisolated public init() {}
  public var body: Never { fatalError() }
}
