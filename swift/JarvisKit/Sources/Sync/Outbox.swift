import Foundation
import Models

/// Which changes are to be sent, and what their outcomes make of them: plain functions of values.
enum Outbox {
  /// The next change to send: the oldest of the groups in which nothing waits for the person or for its time, that names nothing whose
  /// making waits so.
  /// - Parameter longestWait: seconds; a change that would have to wait longer was put off by a clock that was wrong.
  static func next(_ changes: [PendingChange], now: Date, longestWait: TimeInterval) -> PendingChange? {
    var held: Set<ObjectID> = []
    var unmade: Set<ObjectID> = []
    for change in changes.sorted(by: { $0.sequence < $1.sequence }) {
      let waits =
        change.needsPerson || held.contains(change.group) || !unmade.isDisjoint(with: change.mentions)
        || isPutOff(change, now: now, longestWait: longestWait)
      guard waits else { return change }
      held.insert(change.group)
      if change.isCreation { unmade.insert(change.subject) }
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
      guard !change.isCreation else { return nil }
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
      let given = Kept.of(change.subject)?.input(of: fields.filter { kept[$0.key] == nil }) ?? [:]
      next.input = change.input.filter { given[$0.key] == nil }
    }
    if case .conflict(let current?) = change.state { next.expectedVersion = current["version"]?.number }
    return next
  }

  /// A change that was refused, with other values: it is sent once more.
  static func amended(_ change: PendingChange, _ fields: [String: JSONValue], current: [String: JSONValue], key: String) -> PendingChange {
    var next = retried(change, key: key)
    let kept = Kept.of(change.subject)
    next.input = next.input.merging(kept?.input(of: fields) ?? fields) { $1 }.filter { !change.isCreation || $0.value != .null }
    switch next.edit {
    case .create(let type, let parent, let order, let old):
      let order = kept?.order.flatMap { fields[$0]?.text } ?? order
      next.edit = .create(type: type, parent: parent, order: order, fields: old.merging(fields) { $1 })
    case .update(let old, let before):
      let base = Dictionary(uniqueKeysWithValues: fields.keys.map { ($0, current[$0] ?? .null) })
      next.edit = .update(fields: old.merging(fields) { $1 }, before: base.merging(before) { $1 })
    case .delete, .arrange: break
    }
    return next
  }

  /// What becomes of changes when objects that were made here are given up: their own go with them, others lose their mention.
  static func withdrawing(_ gone: Set<ObjectID>, from changes: [PendingChange]) -> (removed: [PendingChange], changed: [PendingChange]) {
    let removed = changes.filter { gone.contains($0.subject) || gone.contains($0.group) }
    let changed = changes.filter { !removed.contains($0) && !$0.mentions.isDisjoint(with: gone) }.map { change in
      var next = change
      let isGone = { (value: JSONValue) in value.text.map { gone.contains(ObjectID($0)) } ?? false }
      next.input = change.input.filter { !isGone($0.value) }.mapValues { value in
        value.items.map { .array($0.filter { !isGone($0) }) } ?? value
      }
      let isStill = { (field: (key: String, value: JSONValue)) in !(field.value["id"].map(isGone) ?? false) }
      switch change.edit {
      case .create(let type, let parent, let order, let fields):
        next.edit = .create(type: type, parent: parent, order: order, fields: fields.filter(isStill))
      case .update(let fields, let before): next.edit = .update(fields: fields.filter(isStill), before: before)
      case .arrange(let type, let ids): next.edit = .arrange(type: type, ids: ids.filter { !gone.contains($0) })
      case .delete: break
      }
      return next
    }
    let isNothing = { (change: PendingChange) in
      switch change.edit {
      case .update(let fields, _): fields.isEmpty
      case .arrange(_, let ids): ids.isEmpty
      case .create, .delete: false
      }
    }
    return (removed + changed.filter(isNothing), changed.filter { !isNothing($0) })
  }
}
