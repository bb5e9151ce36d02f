import Foundation

public class UIColor: NSObject, @unchecked Sendable {
  public init(dynamicProvider: @escaping @Sendable (UITraitCollection) -> UIColor) {}
  override init() {}
}
public class UITraitCollection: NSObject, @unchecked Sendable {
  public var userInterfaceStyle: UIUserInterfaceStyle { fatalError() }
}
public enum UIUserInterfaceStyle: Int, Sendable { case unspecified, light, dark }
