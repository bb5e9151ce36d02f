@_exported import Foundation

@MainActor open class UIDevice {
  public static var current: UIDevice { fatalError() }
  public var name: String { fatalError() }
  public var userInterfaceIdiom: UIUserInterfaceIdiom { fatalError() }
}
public enum UIUserInterfaceIdiom: Int, Sendable { case unspecified = -1, phone, pad, tv, carPlay, mac = 5, vision }
