#if canImport(UIKit)
  import UIKit

  extension Color {
    public init(uiColor: UIColor) { self = stub() }
  }
  extension UIColor {
    public convenience init(_ color: Color) { self.init(dynamicProvider: { _ in fatalError() }) }
  }
#elseif canImport(AppKit)
  import AppKit

  extension Color {
    public init(nsColor: NSColor) { self = stub() }
  }
  extension NSColor {
    public convenience init(_ color: Color) { self.init(name: nil, dynamicProvider: { _ in fatalError() }) }
  }
#endif
