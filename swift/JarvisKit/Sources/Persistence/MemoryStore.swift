import Models

/// A store that ends with the process: for previews, tests, and a device whose disk cannot be used.
public actor MemoryStore: Store {
  private var objects: [ObjectID: StoredObject] = [:]
  private var waiting: [String: StoredChange] = [:]
  private var notes: [String: JSONValue] = [:]

  public init() {}

  public func write(_ writes: [StoreWrite]) {
    for write in writes {
      switch write {
      case .put(let object): objects[object.id] = object
      case .remove(let id):
        objects[id] = nil
        objects = objects.filter { $0.value.parent != id }
      case .sweep(let type, let epoch): objects = objects.filter { $0.value.type != type || $0.value.epoch >= epoch }
      case .putChange(let change): waiting[change.key] = change
      case .removeChange(let key): waiting[key] = nil
      case .setNote(let name, let value): notes[name] = value
      case .removeEverything:
        objects = [:]
        waiting = [:]
        notes = [:]
      }
    }
  }

  public func object(_ id: ObjectID) -> StoredObject? { objects[id] }

  public func objects(_ query: StoreQuery) -> [StoredObject] {
    let found = objects.values.filter { object in
      object.type == query.type && (query.parent == nil || object.parent == query.parent) && object.order >= query.from ?? ""
    }
    return Array(found.sorted { ($0.order, $0.id) > ($1.order, $1.id) }.prefix(query.limit))
  }

  public func count(type: String) -> Int { objects.values.count { $0.type == type } }
  public func changes() -> [StoredChange] { waiting.values.sorted { $0.sequence < $1.sequence } }
  public func note(_ name: String) -> JSONValue? { notes[name] }
}
