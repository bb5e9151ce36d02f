import Models
import Persistence

/// What is kept of the server's objects, with the changes that wait laid over it: what the person sees.
public enum Overlay {
  /// An object as the person sees it; nil when they deleted it.
  public static func apply(_ changes: [PendingChange], to object: StoredObject) -> StoredObject? {
    var data = object.data
    for change in changes {
      switch change.edit {
      case .arrange(object.type, let ids):
        // Those left out keep their order behind the others.
        let position = ids.firstIndex(of: object.id) ?? ids.count + (data["position"]?.number ?? 0)
        data = data.merging(["position": .int(position)])
      case .update(let fields, _) where change.subject == object.id && !isOver(change): data = data.merging(fields)
      case .delete where change.subject == object.id && !isOver(change): return nil
      case .create, .update, .delete, .arrange: continue
      }
    }
    let order = Kept.of(object.id)?.order(of: data, id: object.id) ?? object.order
    return StoredObject(
      id: object.id, type: object.type, parent: object.parent, order: order, version: object.version, data: data, epoch: object.epoch)
  }

  /// Objects as the person sees them, with those they made. Latest first, as the store gives them.
  public static func apply(_ changes: [PendingChange], to objects: [StoredObject], matching query: StoreQuery) -> [StoredObject] {
    guard !changes.isEmpty else { return objects }
    let known = Set(objects.map(\.id))
    let made = changes.compactMap { change -> StoredObject? in
      guard case .create(let type, let parent, let order, let fields) = change.edit, type == query.type, !known.contains(change.subject)
      else { return nil }
      let data = JSONValue.object(fields).merging(["id": .string(change.subject.rawValue)])
      return StoredObject(id: change.subject, type: type, parent: parent, order: order, version: nil, data: data)
    }
    let bySubject = Dictionary(grouping: changes, by: \.subject)
    let arrangements = changes.filter { if case .arrange(query.type, _) = $0.edit { true } else { false } }
    let all = (objects + made).compactMap { object -> StoredObject? in
      let own = (bySubject[object.id] ?? []) + arrangements
      return own.isEmpty ? object : apply(own, to: object)
    }.filter { (query.parent == nil || $0.parent == query.parent) && $0.order >= query.from ?? "" }
    return Array(all.sorted { ($0.order, $0.id) > ($1.order, $1.id) }.prefix(query.limit))
  }

  /// A change that clashed with a deletion has nothing to lie over.
  private static func isOver(_ change: PendingChange) -> Bool { change.state == .conflict(current: nil) }
}
