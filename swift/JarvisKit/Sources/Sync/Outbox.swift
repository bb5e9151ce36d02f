import Foundation
import Models

/// Which changes are to be sent, and what their outcomes make of them: plain functions of values.
enum Outbox {
  /// The next change to send: the oldest of the groups in which nothing waits for the person or for its time.
  /// - Parameter longestWait: seconds; a change that would have to wait longer was put off by a clock that was wrong.
  static func next(_ changes: [PendingChange], now: Date, longestWait: TimeInterval) -> PendingChange? {
    var held: Set<ObjectID> = []
    for change in changes.sorted(by: { $0.sequence < $1.sequence }) where !held.contains(change.group) {
      if change.needsPerson || isPutOff(change, now: now, longestWait: longestWait) {
        held.insert(change.group)
      } else {
        return change
      }
    }
    return nil
  }

  static func isPutOff(_ change: PendingChange, now: Date, longestWait: TimeInterval) -> Bool {
    guard let notBefore = change.notBefore else { return false }
    return notBefore > now && notBefore.timeIntervalSince(now) <= longestWait
  }

  /// When the first of those that are put off is due; nil when none is.
  static func due(_ changes: [PendingChange]) -> Date? {
    changes.filter { !$0.needsPerson }.compactMap(\.notBefore).min()
  }

  /// The later changes of an object whose change is done are on its new version now, if they were made on top of that change. One that was
  /// sent stays as it was sent.
  static func rebased(_ changes: [PendingChange], after done: PendingChange, version: Int?) -> [PendingChange] {
    guard let version else { return [] }
    return changes.compactMap { change in
      guard change.subject == done.subject, change.sequence > done.sequence, change.state == .waiting,
        change.expectedVersion == done.expectedVersion
      else { return nil }
      if case .create = change.edit { return nil }
      var moved = change
      moved.expectedVersion = version
      return moved
    }
  }

  /// What the person may choose about a change that waits for them.
  static func choices(for change: PendingChange) -> [Choice] {
    switch change.state {
    case .waiting, .sent: return []
    case .refused: return [.keepMine, .keepTheirs]
    // What is gone cannot be changed.
    case .conflict(current: nil): return [.keepTheirs]
    case .conflict:
      guard case .update(let fields, _) = change.edit, fields.count > 1 else { return [.keepMine, .keepTheirs] }
      return [.keepMine, .keepTheirs] + fields.keys.sorted().map { .keepMineOnly(fields: [$0]) }
    }
  }

  /// The change as it is sent once more after the person's choice. It gets a new key, for it is another input.
  static func retried(_ change: PendingChange, key: String, fields chosen: Set<String>? = nil) -> PendingChange {
    var next = change
    next.key = key
    next.state = .waiting
    next.attempts = 0
    next.notBefore = nil
    if case .update(let fields, let before) = change.edit {
      let kept = fields.filter { chosen?.contains($0.key) ?? true }
      var base = before.filter { kept[$0.key] != nil }
      if case .conflict(let current?) = change.state {
        for name in kept.keys { base[name] = current.members?[name] ?? .null }
      }
      next.edit = .update(fields: kept, before: base)
      next.input = change.input.filter { fields[$0.key] == nil || kept[$0.key] != nil }
    }
    if case .conflict(let current?) = change.state { next.expectedVersion = current["version"]?.number }
    return next
  }
}
