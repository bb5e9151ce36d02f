public protocol DynamicProperty {}
extension State: DynamicProperty {}
extension Binding: DynamicProperty {}

@propertyWrapper public struct Environment<Value>: DynamicProperty {
  public init(_ keyPath: KeyPath<EnvironmentValues, Value>) {}
  public init(_ objectType: Value.Type) where Value: AnyObject, Value: Observable {}
  public var wrappedValue: Value { fatalError() }
}
extension View {
  nonisolated public func environment<V>(_ keyPath: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View { self }
  nonisolated public func environment<T: AnyObject & Observable>(_ object: T?) -> some View { self }
}
public struct EnvironmentValues: Sendable {
  public init() {}
}
extension EnvironmentValues {
  public var scenePhase: ScenePhase {
    get { fatalError() }
    set {}
  }
  public var openURL: OpenURLAction { fatalError() }
  public var openWindow: OpenWindowAction { fatalError() }
  public var dismiss: DismissAction { fatalError() }
}
@MainActor @preconcurrency public struct OpenURLAction {
  public func callAsFunction(_ url: URL) {}
}
@MainActor @preconcurrency public struct OpenWindowAction {
  public func callAsFunction(id: String) {}
  public func callAsFunction<D: Decodable & Encodable & Hashable>(value: D) {}
  public func callAsFunction<D: Decodable & Encodable & Hashable>(id: String, value: D) {}
}
@MainActor @preconcurrency public struct DismissAction {
  public func callAsFunction() {}
}

@propertyWrapper @dynamicMemberLookup public struct Bindable<Value> {
  public init(wrappedValue: Value) where Value: AnyObject, Value: Observable { fatalError() }
  public init(_ wrappedValue: Value) where Value: AnyObject, Value: Observable { fatalError() }
  public var wrappedValue: Value {
    get { fatalError() }
    set {}
  }
  public var projectedValue: Bindable<Value> { self }
  public subscript<Subject>(dynamicMember keyPath: ReferenceWritableKeyPath<Value, Subject>) -> Binding<Subject> where Value: AnyObject {
    fatalError()
  }
}
