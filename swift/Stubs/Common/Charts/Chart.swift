import SwiftUI

public struct Chart<Content: ChartContent>: View {
  public init(@ChartContentBuilder content: () -> Content) {}
  public init<Data: RandomAccessCollection, C: ChartContent>(_ data: Data, @ChartContentBuilder content: @escaping (Data.Element) -> C)
  where Content == ForEach<Data, Data.Element.ID, C>, Data.Element: Identifiable {}
  public var body: some View { EmptyView() }
}

@MainActor @preconcurrency public protocol AxisContent {}
@MainActor @preconcurrency public protocol AxisMark {}
extension Never: AxisMark {}
public struct TupleAxis<each Content>: AxisContent, AxisMark {}

@resultBuilder public struct AxisContentBuilder {
  public static func buildBlock<Content: AxisContent>(_ content: Content) -> Content { fatalError() }
}
@resultBuilder public struct AxisMarkBuilder {
  public static func buildBlock<each Content: AxisMark>(_ content: repeat each Content) -> TupleAxis<repeat each Content> { fatalError() }
}

public struct AxisMarkPreset: Equatable, Sendable {
  public static let automatic = Self()
  public static let extended = Self()
  public static let aligned = Self()
  public static let inset = Self()
}
public struct AxisMarkPosition: Equatable, Sendable {
  public static let automatic = Self()
  public static let leading = Self()
  public static let trailing = Self()
  public static let top = Self()
  public static let bottom = Self()
}
public struct AxisMarkValues: Sendable {
  public static var automatic: AxisMarkValues { fatalError() }
  public static func automatic(desiredCount: Int? = nil, roundLowerBound: Bool? = nil, roundUpperBound: Bool? = nil) -> AxisMarkValues {
    fatalError()
  }
  public static func stride(
    by component: Calendar.Component, count: Int = 1, roundLowerBound: Bool? = nil, roundUpperBound: Bool? = nil, calendar: Calendar? = nil
  ) -> AxisMarkValues { fatalError() }
}
public struct AxisValue {
  public func `as`<P: Plottable>(_ type: P.Type) -> P? { fatalError() }
  public var index: Int { fatalError() }
  public var count: Int { fatalError() }
}

public struct AxisMarks<Content: AxisMark>: AxisContent {
  public init(
    preset: AxisMarkPreset = .automatic, position: AxisMarkPosition = .automatic, values: AxisMarkValues = .automatic,
    stroke: StrokeStyle? = nil
  ) where Content == Never {}
  public init(
    preset: AxisMarkPreset = .automatic, position: AxisMarkPosition = .automatic, values: AxisMarkValues = .automatic,
    @AxisMarkBuilder content: @escaping (AxisValue) -> Content
  ) {}
}
public struct AxisGridLine: AxisMark {
  public init(centered: Bool? = nil, stroke: StrokeStyle? = nil) {}
  nonisolated public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some AxisMark { self }
}
public struct AxisValueLabel<Content: View>: AxisMark {
  public init<Format: FormatStyle>(format: Format, centered: Bool? = nil)
  where Format.FormatInput: Plottable, Format.FormatOutput == String, Content == Never {}
  public init(centered: Bool? = nil) where Content == Never {}
  public init(centered: Bool? = nil, @ViewBuilder content: () -> Content) {}
}

extension View {
  nonisolated public func chartXAxis(_ visibility: Visibility) -> some View { self }
  nonisolated public func chartYAxis(_ visibility: Visibility) -> some View { self }
  nonisolated public func chartLegend(_ visibility: Visibility) -> some View { self }
  nonisolated public func chartXAxis<Content: AxisContent>(@AxisContentBuilder content: () -> Content) -> some View { self }
  nonisolated public func chartYAxis<Content: AxisContent>(@AxisContentBuilder content: () -> Content) -> some View { self }
  nonisolated public func chartXScale<Domain: ScaleDomain>(domain: Domain, type: ScaleType? = nil) -> some View { self }
  nonisolated public func chartYScale<Domain: ScaleDomain>(domain: Domain, type: ScaleType? = nil) -> some View { self }
}
public protocol ScaleDomain {}
extension ClosedRange: ScaleDomain where Bound: Plottable {}
public struct ScaleType: Sendable {
  public static var linear: ScaleType { fatalError() }
  public static var date: ScaleType { fatalError() }
  public static var category: ScaleType { fatalError() }
}
