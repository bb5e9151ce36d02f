import Foundation
import Models

/// What a stream that is followed over lost connections tells.
public enum Followed<Value: Sendable>: Sendable {
  case value(Value)
  /// The connection is away; the next attempt is in so many seconds.
  case away(retryIn: TimeInterval)
}

extension GraphClient {
  /// Follows a subscription however often the connection is lost, going on after the last event that was seen: nothing is lost, nothing
  /// comes twice. Ends with the task, when the server ends the stream after `isLast`, or throws what does not pass, e.g. `.unauthenticated`.
  /// - Parameters:
  ///   - after: where to begin; put into the variable `after`, as is the place of each event that was seen.
  ///   - place: the place of an event, e.g. its id or number.
  public func following(
    _ request: Request, after: JSONValue? = nil, retry: RetryPolicy = .init(), in surroundings: Surroundings,
    isLast: @escaping @Sendable (JSONValue) -> Bool = { _ in false },
    place: @escaping @Sendable (JSONValue) -> JSONValue?
  ) -> AsyncThrowingStream<Followed<JSONValue>, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        var last = after
        var attempt = 0
        while !Task.isCancelled {
          var fault: GraphFault?
          do {
            var next = request
            if let last { next.variables = request.variables.merging(["after": last]) }
            for try await answer in subscribe(next) {
              let seen = place(answer.data)
              if let seen, seen == last { continue }
              if let seen { last = seen }
              attempt = 0
              continuation.yield(.value(answer.data))
              if isLast(answer.data) { return continuation.finish() }
            }
          } catch let error as GraphFault {
            guard error.passes else { return continuation.finish(throwing: error) }
            fault = error
          } catch {
            return continuation.finish(throwing: error)
          }
          let delay = retry.delay(attempt: attempt, retryAfter: fault?.retryAfter, random: surroundings.random())
          attempt += 1
          continuation.yield(.away(retryIn: delay))
          do { try await surroundings.pause(delay) } catch { break }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
