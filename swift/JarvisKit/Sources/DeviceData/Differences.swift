import Foundation
import Graph
import Models
import Persistence

/// The days of which a device sends appointments, and of which it sends what was completed.
public struct DeviceWindow: Equatable, Sendable {
  public let from: Date
  public let to: Date

  /// 30 days back and 180 ahead.
  public init(around now: Date, daysBack: Int = 30, daysAhead: Int = 180) {
    from = now.addingTimeInterval(-Double(daysBack) * 86_400)
    to = now.addingTimeInterval(Double(daysAhead) * 86_400)
  }
}

/// What tells an item of EventKit apart. Its own ids change; the external one with the occurrence's start does not.
struct ItemKey: Codable, Hashable, Sendable, Comparable {
  let externalId: String
  var occurrenceStart: Date?

  static func < (a: Self, b: Self) -> Bool {
    (a.externalId, a.occurrenceStart ?? .distantPast) < (b.externalId, b.occurrenceStart ?? .distantPast)
  }
}

/// When an item is seen in a window: always, or only when the window has a part of this.
struct Span: Codable, Equatable, Sendable {
  let from: Date
  let to: Date

  func meets(_ window: DeviceWindow) -> Bool { to > window.from && from < window.to }
}

/// An appointment or reminder.
protocol DeviceItem: Sendable {
  var key: ItemKey { get }
  /// Id of the calendar, or list, that it is in.
  var list: String { get }
  var title: String { get }
  var input: JSONValue { get }
  /// Nil for what is seen whatever the window.
  func span(in timeZone: TimeZone) -> Span?
}

/// What is kept of an item that was sent.
struct KnownItem: Codable, Equatable, Sendable {
  let key: ItemKey
  let list: String
  let mark: Int
  var span: Span?
  /// When its deletion was sent. It may come back: an account that is signed in again, a list that is sent again.
  var goneAt: Date?
}

/// EventKit tells that something changed, not what: what is sent is the difference to what the server has.
struct Differences<Item: DeviceItem> {
  /// How long deletions are remembered, in seconds.
  static var memory: TimeInterval { 366 * 86_400 }

  private(set) var changed: [Item] = []
  private(set) var deleted: [ItemKey] = []
  /// What the window has left behind: the server keeps it, and nobody asks any more whether it is there.
  private(set) var left: [ItemKey] = []

  init(of items: [Item], from known: [ItemKey: KnownItem], window: DeviceWindow, now: Date) {
    var present: Set<ItemKey> = []
    // Of several with one key the last one counts.
    for item in items.reversed() where present.insert(item.key).inserted {
      let before = known[item.key]
      if before == nil || before?.goneAt != nil || before?.mark != Self.mark(item) { changed.append(item) }
    }
    changed.reverse()
    for item in known.values.sorted(by: { $0.key < $1.key }) where !present.contains(item.key) {
      if let goneAt = item.goneAt {
        if now.timeIntervalSince(goneAt) > Self.memory { left.append(item.key) }
      } else if let span = item.span, !span.meets(window) {
        if span.to <= window.from { left.append(item.key) }
      } else {
        deleted.append(item.key)
      }
    }
  }

  /// Tells whether an item is as it was sent; the same in every process.
  static func mark(_ item: Item) -> Int {
    let bytes = (try? JSON.encode(item.input)) ?? Data()
    // FNV-1a, 64 bits.
    return Int(truncatingIfNeeded: bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }
}

/// Sends differences, and remembers what the server has of them. After a crash a batch is sent again, which changes nothing there.
struct DifferenceSender<Item: DeviceItem> {
  /// What one request carries.
  struct Batch {
    var items: [JSONValue] = []
    var deleted: [ItemKey] = []
    /// Lists of which everything that came before is void.
    var resets: [String] = []
  }

  static var batch: Int { 500 }

  let graph: GraphClient
  let store: any Store
  /// Under which what the server has is kept.
  let note: String
  let surroundings: Surroundings
  let window: DeviceWindow
  let request: (Batch) throws -> Request

  /// - Parameters:
  ///   - items: all of the window. What is missing of what was sent before counts as deleted.
  ///   - resets: lists whose items are taken back whole, if any of them was sent. All of them are reset for a device that does not know what
  ///     the server has: the app was installed anew, and what the server has from before may be no more.
  ///   - lists: those of the items.
  func send(_ items: [Item], resets: Set<String> = [], lists: [String] = []) async throws -> DeviceSummary {
    let kept: [KnownItem]? = try? await store.note(note)?.read()
    var known = Dictionary((kept ?? []).map { ($0.key, $0) }) { $1 }
    var voided = kept == nil ? lists : []
    for item in known.values where resets.contains(item.list) {
      if item.goneAt == nil, !voided.contains(item.list) { voided.append(item.list) }
      known[item.key] = nil
    }
    let now = surroundings.now()
    let differences = Differences(of: items, from: known, window: window, now: now)
    for key in differences.left { known[key] = nil }
    var summary = DeviceSummary()
    var gone = Batches.cut(differences.deleted, most: Self.batch) { .string($0.externalId) }[...]
    var parts = Batches.cut(differences.changed, most: Self.batch, input: \.input)[...]
    var isFirst = kept == nil || !voided.isEmpty
    while isFirst || !parts.isEmpty || !gone.isEmpty {
      try Task.checkCancellation()
      // Deletions first, alone: an item that comes again under its key is not deleted after it came.
      let deleted = gone.popFirst() ?? []
      let some = deleted.isEmpty ? parts.popFirst() ?? [] : []
      let batch = Batch(items: some.map { input(of: $0, known[$0.key]) }, deleted: deleted, resets: isFirst ? voided.sorted() : [])
      let ingested = try await graph.change(request(batch), as: Ingested.self)
      isFirst = false
      let zone = surroundings.timeZone()
      for item in some {
        known[item.key] = KnownItem(key: item.key, list: item.list, mark: Differences.mark(item), span: item.span(in: zone))
      }
      for key in deleted { known[key]?.goneAt = now }
      try await keep(known)
      summary = summary + DeviceSummary(sent: some.count, deleted: deleted.count, refused: ingested.refusals(some.map(\.title)))
    }
    if summary == DeviceSummary(), !differences.left.isEmpty { try await keep(known) }
    return summary
  }

  /// The server ignores what is older than a deletion, as a batch that came late. What comes back is as old as it was: it goes without its
  /// age.
  private func input(of item: Item, _ known: KnownItem?) -> JSONValue {
    guard known?.goneAt != nil, var members = item.input.members else { return item.input }
    members["lastModifiedAt"] = nil
    return .object(members)
  }

  private func keep(_ known: [ItemKey: KnownItem]) async throws {
    try await store.write([.setNote(note, try JSONValue(known.values.sorted { $0.key < $1.key }))])
  }
}

extension LocalDate {
  /// The beginning of the day in a zone.
  func start(in timeZone: TimeZone) -> Date {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    return calendar.date(from: DateComponents(year: year, month: month, day: day)) ?? .distantPast
  }
}
