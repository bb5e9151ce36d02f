#if DEBUG
  import Foundation
  import Models

  /// Writes down what is asked of graphs while tests run, a line of JSON for each request, when `JARVIS_RECORDING` names a file:
  /// `npm run test:swift` checks afterwards that the server's schema takes every one. No part of released builds.
  final class Recording: @unchecked Sendable {
    static let current = ProcessInfo.processInfo.environment["JARVIS_RECORDING"].flatMap { Recording(path: $0) }

    private struct Line: Encodable {
      let operation: String
      let hash: String
      let variables: JSONValue
    }

    /// Guards what follows.
    private let lock = NSLock()
    private let file: FileHandle
    private var known: Set<Data> = []

    /// Nil for an empty path, or one that cannot be written to. Goes on where another process stopped.
    init?(path: String) {
      let manager = FileManager.default
      guard !path.isEmpty, manager.fileExists(atPath: path) || manager.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { return nil }
      self.file = file
    }

    /// Writes a request down, once for the same operation and variables.
    func note(_ request: Request) {
      let line = Line(operation: request.operation.name, hash: request.operation.hash, variables: request.variables)
      guard let data = try? JSON.encode(line) else { return }
      lock.withLock {
        guard known.insert(data).inserted, (try? file.seekToEnd()) != nil else { return }
        try? file.write(contentsOf: data + [10])
      }
    }
  }
#endif
