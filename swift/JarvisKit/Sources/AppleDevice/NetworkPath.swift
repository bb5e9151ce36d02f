import Foundation
import Network
import Sync

/// What the system knows of the network.
public struct NetworkPath: Reachability {
  public init() {}

  public func changes() -> AsyncStream<Bool> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let monitor = NWPathMonitor()
      monitor.pathUpdateHandler = { path in continuation.yield(path.status == .satisfied) }
      continuation.onTermination = { _ in monitor.cancel() }
      monitor.start(queue: DispatchQueue(label: "jarvis.network"))
    }
  }
}
