import Foundation

// What Apple's Foundation has, and that of Linux has not.
extension FileManager {
  public func containerURL(forSecurityApplicationGroupIdentifier groupIdentifier: String) -> URL? { fatalError() }
}
extension URL {
  public static var applicationSupportDirectory: URL { fatalError() }
}
