import Foundation
import Graph
import Models

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

extension GraphHTTP {
  func subscribe(_ request: Request) -> AsyncThrowingStream<Answer, any Error> {
    AsyncThrowingStream { continuation in
      let opening = Task {
        do {
          let prepared = try await urlRequest(request, accept: "text/event-stream", withBody: true)
          if Task.isCancelled { return continuation.finish() }
          let reader = EventStreamReader(continuation)
          let configuration = session.configuration
          // A stream may say nothing for long; the server sends a comment now and then, and none for this long means that it is gone.
          configuration.timeoutIntervalForRequest = 60
          let connection = URLSession(configuration: configuration, delegate: reader, delegateQueue: nil)
          let task = connection.dataTask(with: prepared)
          continuation.onTermination = { _ in
            task.cancel()
            connection.finishTasksAndInvalidate()
          }
          task.resume()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in opening.cancel() }
    }
  }
}

/// Hands on the answers of one event stream. URLSession calls it on one queue, one call after the other: that guards its state.
private final class EventStreamReader: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  private let continuation: AsyncThrowingStream<Answer, any Error>.Continuation
  private var events = ServerSentEvents()
  private var status = 200
  private var isStream = true
  private var rest = Data()

  init(_ continuation: AsyncThrowingStream<Answer, any Error>.Continuation) {
    self.continuation = continuation
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    if let http = response as? HTTPURLResponse {
      status = http.statusCode
      isStream = http.value(forHTTPHeaderField: "content-type")?.hasPrefix("text/event-stream") ?? false
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard isStream else { return rest.append(data) }
    for event in events.take(data) {
      switch event.name {
      case "complete": continuation.finish()
      case "next":
        do {
          continuation.yield(try Answer(body: Data(event.data.utf8)))
        } catch {
          continuation.finish(throwing: error)
        }
      default: break
      }
    }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    guard !isStream else { return continuation.finish(throwing: GraphFault.offline) }
    do {
      _ = try GraphHTTP.answer(rest, status: status, retryAfter: nil)
      continuation.finish(throwing: GraphFault.unreadable("The answer is not a stream."))
    } catch {
      continuation.finish(throwing: error)
    }
  }
}
