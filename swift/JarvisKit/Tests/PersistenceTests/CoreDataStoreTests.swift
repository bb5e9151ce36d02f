#if canImport(CoreData)
  import Foundation
  import Models
  import Persistence
  import PersistenceCoreData
  import Testing

  /// What only a store in Core Data has; it runs on a Mac.
  @Suite struct CoreDataFiles {
    let folder = URL(fileURLWithPath: temporaryFile())
    let change = StoredChange(key: "k1", sequence: 1, data: ["operation": "LogProgress"])

    @Test func whatWasWrittenIsThereAfterOpeningAgain() async throws {
      do {
        let store = try CoreDataStore(folder: folder, owner: "user_1")
        try await store.write([.putChange(change), .setNote("cursor", "c")])
      }
      let again = try CoreDataStore(folder: folder, owner: "user_1")
      #expect(try await again.changes() == [change])
      #expect(try await again.note("cursor") == "c")
    }

    @Test func twoProcessesSeeWhatTheOtherWrote() async throws {
      let app = try CoreDataStore(folder: folder, owner: "user_1")
      let widget = try CoreDataStore(folder: folder, owner: "user_1")
      #expect(try await app.changes().isEmpty)
      try await widget.write([.putChange(change)])
      #expect(try await app.changes() == [change])
      try await app.write([.removeChange(key: "k1")])
      #expect(try await widget.changes().isEmpty)
    }

    @Test func aFolderThatCannotBeMadeIsSaidSo() throws {
      #expect(throws: StoreFault.self) {
        try CoreDataStore(folder: URL(fileURLWithPath: "/dev/null/at/all"), owner: "user_1")
      }
    }
  }
#endif
