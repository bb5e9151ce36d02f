import Foundation

/// Reads `text/event-stream` as it comes in, in whatever pieces (HTML Living Standard, section 9.2.6).
public struct ServerSentEvents: Sendable {
  public struct Event: Equatable, Sendable {
    public var name = "message"
    public var data = ""
  }

  private var line: [UInt8] = []
  private var name = ""
  private var data: [String] = []
  private var lastWasReturn = false

  public init() {}

  /// The events that these bytes complete.
  public mutating func take(_ bytes: some Sequence<UInt8>) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      defer { lastWasReturn = byte == 13 }
      switch byte {
      case 10 where lastWasReturn: continue
      case 10, 13:
        if let event = endLine() { events.append(event) }
      default: line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() -> Event? {
    let text = String(decoding: line, as: UTF8.self)
    line.removeAll(keepingCapacity: true)
    if text.isEmpty {
      defer {
        data = []
        name = ""
      }
      guard !data.isEmpty || !name.isEmpty else { return nil }
      return Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var value = parts.count > 1 ? parts[1] : ""
    if value.first == " " { value = value.dropFirst() }
    switch parts[0] {
    case "event": name = String(value)
    case "data": data.append(String(value))
    default: break
    }
    return nil
  }
}
