import Foundation
import Models
import Persistence

/// The copies of all accounts that were signed in on this device, a file each, in one folder that the app shares with its extensions.
public struct SQLiteStores: Sendable {
  private let folder: URL

  /// - Parameter folder: made when it is absent.
  public init(folder: URL) { self.folder = folder }

  /// Nil for what is no id: it would name a file elsewhere.
  private func file(of userID: String) -> URL? {
    guard userID.wholeMatch(of: /[A-Za-z0-9_]+/) != nil else { return nil }
    return folder.appendingPathComponent("\(userID).sqlite")
  }

  /// Opens the copy of an account, and makes it when there is none.
  /// - Throws: `StoreFault`.
  public func open(_ userID: String) throws -> SQLiteStore {
    guard let file = file(of: userID) else { throw StoreFault.unusable("\"\(userID)\" is no id of a user.") }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw StoreFault.unusable(error.localizedDescription) }
    return try SQLiteStore(path: file.path)
  }

  /// Removes the copy of an account, with SQLite's own files beside it.
  /// - Throws: what the file system says; when there is no copy, nothing.
  public func remove(_ userID: String) throws {
    guard let file = file(of: userID) else { return }
    for path in [file.path, file.path + "-wal", file.path + "-shm"] where FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }
}
