#if os(Linux) || os(macOS)
  import Foundation
  import Graph
  import Models
  import Persistence
  import PersistenceSQLite
  import Sync
  import Testing

  @testable import Features

  /// Another process that logs values into a store: see `OutboxProcess`.
  struct Logging {
    let process = Process()
    let input = Pipe()
    let output = Pipe()

    init(_ file: String, goal: String, count: Int) throws {
      process.executableURL = Self.folder.appending(path: "OutboxProcess")
      process.arguments = [file, goal, "\(count)"]
      process.standardInput = input
      process.standardOutput = output
      try process.run()
    }

    /// Where the tests were built: a bundle on a Mac, a file on Linux.
    private static var folder: URL {
      #if os(macOS)
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") { return bundle.bundleURL.deletingLastPathComponent() }
      #endif
      return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    }

    func begin() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

    /// The entries that it says it kept.
    func end() throws -> [String] {
      let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return text.split(separator: "\n").map(String.init)
    }
  }

  /// A server that counts how often it is told of each entry.
  actor Told {
    private(set) var times: [String: Int] = [:]
    private var keys: Set<String> = []

    func answer(_ request: Request) throws -> JSONValue {
      switch request.operation.name {
      case "LogProgress":
        let input = request.variables["input"] ?? .null
        let id = input["id"]?.text ?? ""
        // Under its key it is done once; the answer is the same each time.
        if keys.insert(request.idempotencyKey ?? "").inserted { times[id, default: 0] += 1 }
        let entry = input.merging(["goal": ["id": input["goalId"] ?? .null], "version": 1])
        return ["logProgress": ["entry": entry, "goal": nil, "errors": []]]
      case "Changes": return ["changes": ["changes": [], "cursor": "1", "hasMore": false, "fullSyncNeeded": false]]
      case "OfflineEntries": return ["goal": ["entries": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
      case "OfflineGoals": return ["viewer": ["id": "user_1", "goals": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]
      default: throw GraphFault.offline
      }
    }
  }

  @Suite(.serialized) struct TwoProcesses {
    let file = FileManager.default.temporaryDirectory.appending(path: "two-\(UUID().uuidString).sqlite").path

    @Test func whatAWidgetLogsWhileTheAppSyncsIsSentOnceAndNoneIsLost() async throws {
      defer { remove() }
      let told = Told()
      let app = SyncEngine(
        graph: ScriptedGraph { try await told.answer($0) }.client, store: try SQLiteStore(path: file), owner: "user_1",
        surroundings: surroundings())
      let widgets = try (1...2).map { try Logging(file, goal: "goal_\($0)", count: 20) }
      for widget in widgets { try widget.begin() }
      let reading = Task.detached { try widgets.map { try $0.end() } }
      let waiting = Task {
        while !Task.isCancelled {
          await app.sync()
          try await app.logProgress(today.draft(goal: ObjectID("goal_3"), value: 1))
          await Task.yield()
        }
      }
      let kept = try await reading.value.flatMap { $0 }
      waiting.cancel()
      _ = await waiting.result
      await app.syncAfresh()
      #expect(kept.count == 40)
      #expect(try await app.pending().isEmpty)
      let times = await told.times
      #expect(kept.allSatisfy { times[$0] == 1 })
      #expect(times.values.allSatisfy { $0 == 1 })
    }

    @Test func severalThatOpenANewFileAtOnceAllSucceed() async throws {
      defer { remove() }
      let processes = try (1...6).map { try Logging(file, goal: "goal_\($0)", count: 3) }
      for process in processes { try process.begin() }
      let kept = try await Task.detached { try processes.flatMap { try $0.end() } }.value
      #expect(Set(kept).count == 18)
      #expect(try await SQLiteStore(path: file).changes().count == 18)
    }

    @Test func aProcessThatIsKilledLosesNothingThatItSaidWasKept() async throws {
      defer { remove() }
      let process = try Logging(file, goal: "goal_1", count: 100_000)
      try process.begin()
      var said = Data()
      while said.count(where: { $0 == 10 }) < 20 { said += process.output.fileHandleForReading.availableData }
      kill(process.process.processIdentifier, SIGKILL)
      process.process.waitUntilExit()
      let kept = String(decoding: said, as: UTF8.self).split(separator: "\n").filter { $0.count == 38 }.map(String.init)
      let store = try SQLiteStore(path: file)
      let subjects = Set(try await store.changes().compactMap { $0.data["subject"]?.text })
      #expect(kept.count >= 20)
      #expect(kept.allSatisfy(subjects.contains))
      try await store.write([.setNote("usable", true)])
    }

    private func remove() {
      for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + ending) }
    }
  }
#endif
