import SwiftUI

@MainActor @preconcurrency public protocol ChartContent {
  associatedtype Body: ChartContent
  @ChartContentBuilder var body: Body { get }
}
extension Never: ChartContent {}

public protocol PrimitiveChartContent: ChartContent where Body == Never {}
extension PrimitiveChartContent { public var body: Never { fatalError() } }
public struct EmptyChartContent: PrimitiveChartContent {}
public struct TupleChartContent<each Content>: PrimitiveChartContent {}
extension Optional: ChartContent where Wrapped: ChartContent { public var body: Never { fatalError() } }
public struct BuilderConditional<A, B>: PrimitiveChartContent {}
extension ForEach: ChartContent where Content: ChartContent {
  public var body: Never { fatalError() }
}
extension ForEach where ID == Data.Element.ID, Content: ChartContent, Data.Element: Identifiable {
  public init(_ data: Data, @ChartContentBuilder content: @escaping (Data.Element) -> Content) { fatalError() }
}
extension ForEach where Content: ChartContent {
  public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ChartContentBuilder content: @escaping (Data.Element) -> Content) {
    fatalError()
  }
}

@resultBuilder public struct ChartContentBuilder {
  public static func buildBlock() -> EmptyChartContent { fatalError() }
  public static func buildBlock<Content: ChartContent>(_ content: Content) -> Content { fatalError() }
  public static func buildBlock<each Content: ChartContent>(_ content: repeat each Content) -> TupleChartContent<repeat each Content> {
    fatalError()
  }
  public static func buildExpression<Content: ChartContent>(_ content: Content) -> Content { fatalError() }
  public static func buildIf<Content: ChartContent>(_ content: Content?) -> Content? { fatalError() }
  public static func buildEither<A: ChartContent, B: ChartContent>(first: A) -> BuilderConditional<A, B> { fatalError() }
  public static func buildEither<A: ChartContent, B: ChartContent>(second: B) -> BuilderConditional<A, B> { fatalError() }
}

public struct LineMark: PrimitiveChartContent {
  public init<X: Plottable, Y: Plottable>(x: PlottableValue<X>, y: PlottableValue<Y>) {}
  public init<X: Plottable, Y: Plottable, S: Plottable>(x: PlottableValue<X>, y: PlottableValue<Y>, series: PlottableValue<S>) {}
}

public struct BarMark: PrimitiveChartContent {
  public init<X: Plottable, Y: Plottable>(
    x: PlottableValue<X>, y: PlottableValue<Y>, width: MarkDimension = .automatic, height: MarkDimension = .automatic,
    stacking: MarkStackingMethod = .standard
  ) {}
}

public struct AreaMark: PrimitiveChartContent {
  public init<X: Plottable, Y: Plottable>(x: PlottableValue<X>, y: PlottableValue<Y>, stacking: MarkStackingMethod = .standard) {}
  public init<X: Plottable, Y: Plottable>(x: PlottableValue<X>, yStart: PlottableValue<Y>, yEnd: PlottableValue<Y>) {}
}

public struct PointMark: PrimitiveChartContent {
  public init<X: Plottable, Y: Plottable>(x: PlottableValue<X>, y: PlottableValue<Y>) {}
}

public struct RuleMark: PrimitiveChartContent {
  public init<X: Plottable>(x: PlottableValue<X>, yStart: CGFloat? = nil, yEnd: CGFloat? = nil) {}
  public init<Y: Plottable>(xStart: CGFloat? = nil, xEnd: CGFloat? = nil, y: PlottableValue<Y>) {}
}

extension ChartContent {
  nonisolated public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some ChartContent { self }
  nonisolated public func foregroundStyle<D: Plottable>(by value: PlottableValue<D>) -> some ChartContent { self }
  nonisolated public func opacity(_ opacity: Double) -> some ChartContent { self }
  nonisolated public func cornerRadius(_ radius: CGFloat, style: RoundedCornerStyle = .continuous) -> some ChartContent { self }
  nonisolated public func lineStyle(_ style: StrokeStyle) -> some ChartContent { self }
  nonisolated public func interpolationMethod(_ method: InterpolationMethod) -> some ChartContent { self }
  nonisolated public func symbolSize(_ area: CGFloat) -> some ChartContent { self }
  nonisolated public func annotation<C: View>(
    position: AnnotationPosition = .automatic, alignment: Alignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> C
  ) -> some ChartContent { self }
  nonisolated public func accessibilityLabel(_ label: Text) -> some ChartContent { self }
  nonisolated public func accessibilityLabel(_ labelKey: LocalizedStringKey) -> some ChartContent { self }
  @_disfavoredOverload nonisolated public func accessibilityLabel<S: StringProtocol>(_ label: S) -> some ChartContent { self }
  nonisolated public func accessibilityValue(_ value: Text) -> some ChartContent { self }
  nonisolated public func accessibilityValue(_ valueKey: LocalizedStringKey) -> some ChartContent { self }
  @_disfavoredOverload nonisolated public func accessibilityValue<S: StringProtocol>(_ value: S) -> some ChartContent { self }
  nonisolated public func accessibilityHidden(_ hidden: Bool) -> some ChartContent { self }
}
