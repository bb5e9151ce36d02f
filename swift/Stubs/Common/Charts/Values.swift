import SwiftUI

public protocol PrimitivePlottableProtocol {}
extension Int: PrimitivePlottableProtocol {}
extension Double: PrimitivePlottableProtocol {}
extension String: PrimitivePlottableProtocol {}
extension Date: PrimitivePlottableProtocol {}

public protocol Plottable {
  associatedtype PrimitivePlottable: PrimitivePlottableProtocol
  var primitivePlottable: PrimitivePlottable { get }
  init?(primitivePlottable: PrimitivePlottable)
}
extension Int: Plottable {
  public var primitivePlottable: Int { self }
  public init?(primitivePlottable: Int) { self = primitivePlottable }
}
extension Double: Plottable {
  public var primitivePlottable: Double { self }
  public init?(primitivePlottable: Double) { self = primitivePlottable }
}
extension String: Plottable {
  public var primitivePlottable: String { self }
  public init?(primitivePlottable: String) { self = primitivePlottable }
}
extension Date: Plottable {
  public var primitivePlottable: Date { self }
  public init?(primitivePlottable: Date) { self = primitivePlottable }
}

public struct PlottableValue<Value: Plottable> {
  public static func value(_ labelKey: LocalizedStringKey, _ value: Value) -> PlottableValue<Value> { fatalError() }
  @_disfavoredOverload public static func value<S: StringProtocol>(_ label: S, _ value: Value) -> PlottableValue<Value> { fatalError() }
  public static func value(_ label: Text, _ value: Value) -> PlottableValue<Value> { fatalError() }
  public static func value(_ labelKey: LocalizedStringKey, _ date: Date, unit: Calendar.Component, calendar: Calendar? = nil)
    -> PlottableValue<Value> where Value == Date
  { fatalError() }
}

public struct MarkDimension: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, Sendable {
  public static var automatic: MarkDimension { fatalError() }
  public static func ratio(_ value: CGFloat) -> MarkDimension { fatalError() }
  public static func inset(_ value: CGFloat) -> MarkDimension { fatalError() }
  public static func fixed(_ value: CGFloat) -> MarkDimension { fatalError() }
  public init(floatLiteral value: Double) {}
  public init(integerLiteral value: Int) {}
}

public struct MarkStackingMethod: Equatable, Sendable {
  public static var standard: MarkStackingMethod { fatalError() }
  public static var normalized: MarkStackingMethod { fatalError() }
  public static var center: MarkStackingMethod { fatalError() }
  public static var unstacked: MarkStackingMethod { fatalError() }
}

public struct InterpolationMethod: Sendable {
  public static var linear: InterpolationMethod { fatalError() }
  public static var monotone: InterpolationMethod { fatalError() }
  public static var catmullRom: InterpolationMethod { fatalError() }
  public static var stepStart: InterpolationMethod { fatalError() }
  public static var stepCenter: InterpolationMethod { fatalError() }
  public static var stepEnd: InterpolationMethod { fatalError() }
}

public struct AnnotationPosition: Equatable, Sendable {
  public static let automatic = Self()
  public static let overlay = Self()
  public static let top = Self()
  public static let bottom = Self()
  public static let leading = Self()
  public static let trailing = Self()
  public static let topLeading = Self()
  public static let topTrailing = Self()
}
