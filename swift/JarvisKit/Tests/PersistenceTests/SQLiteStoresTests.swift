import Foundation
import Models
import Persistence
import PersistenceSQLite
import Testing

@Suite struct StoresOfAccounts {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stores-\(UUID().uuidString)/deep")

  @Test func eachAccountHasItsOwnCopyUntilItIsRemoved() async throws {
    defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
    let stores = SQLiteStores(folder: folder)
    let first = try stores.open("user_1")
    try await first.write([.setNote("a", 1)])
    #expect(try await stores.open("user_2").note("a") == nil)
    #expect(try await stores.open("user_1").note("a") == 1)
    try stores.remove("user_1")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("user_1") })
    #expect(try await stores.open("user_1").note("a") == nil)
    try stores.remove("user_3")
  }

  @Test(arguments: ["", "../user_1", "user/1", "user 1"]) func whatIsNoIDNamesNoFile(userID: String) throws {
    let stores = SQLiteStores(folder: folder)
    #expect(throws: StoreFault.self) { try stores.open(userID) }
    try stores.remove(userID)
  }

  @Test func aFolderThatCannotBeMadeIsAFaultOfTheStore() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("file-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(throws: StoreFault.self) { try SQLiteStores(folder: file).open("user_1") }
  }
}
