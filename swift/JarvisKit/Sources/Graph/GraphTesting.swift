import Foundation
import Models

/// A graph that a test, or a preview, writes the answers of; it remembers what it was asked.
public actor ScriptedGraph {
  public private(set) var requests: [Request] = []
  private let answer: @Sendable (Request) async throws -> JSONValue
  private let stream: @Sendable (Request) -> AsyncThrowingStream<Answer, any Error>

  public init(
    stream: @escaping @Sendable (Request) -> AsyncThrowingStream<Answer, any Error> = { _ in AsyncThrowingStream { $0.finish() } },
    answer: @escaping @Sendable (Request) async throws -> JSONValue
  ) {
    self.answer = answer
    self.stream = stream
  }

  private func note(_ request: Request) {
    requests.append(request)
  }

  private func execute(_ request: Request) async throws -> Answer {
    note(request)
    return Answer(data: try await answer(request))
  }

  public nonisolated var client: GraphClient {
    GraphClient(execute: { try await self.execute($0) }, subscribe: { self.stream($0) })
  }
}
