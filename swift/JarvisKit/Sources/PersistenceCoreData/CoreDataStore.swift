import CoreData
import Foundation
import Models
import Persistence

/// A store in Core Data, with an optional mirror in the person's private CloudKit database.
///
/// The server is the truth, and each device syncs with it by itself: so what a device knows of its own place in that (cursor, loadings) and the
/// changes that wait never leave it, for another one that sent them, or went on from such a cursor, would be wrong. Nor is a copy that the
/// server told replaced by one out of the mirror. What is mirrored is what a new device shows first: goals and life areas. It is written as
/// the server tells it, and read once, by a device that has nothing yet; its first loading then replaces it, or takes it away.
///
/// Written to Apple's documentation and type-checked against a stand-in for it; the contract of all stores runs over it on a Mac.
public final class CoreDataStore: Store, @unchecked Sendable {
  /// Types whose objects are mirrored.
  static let mirrored: Set<String> = ["Goal", "LifeArea"]

  private let container: NSPersistentContainer
  /// Used on its own queue only; that is what makes this class safe to share.
  private let context: NSManagedObjectContext
  private let owner: String
  private let isMirroring: Bool

  /// - Parameters:
  ///   - folder: where the files of this account lie, e.g. in the app's group, so that widgets see them.
  ///   - owner: the account. One iCloud may have the mirrors of several.
  ///   - cloudContainer: e.g. `iCloud.com.example.jarvis`; nil mirrors nothing.
  /// - Throws: `StoreFault`.
  public init(folder: URL, owner: String, cloudContainer: String? = nil) throws {
    self.owner = owner
    isMirroring = cloudContainer != nil
    let model = Model.make()
    container =
      isMirroring
      ? NSPersistentCloudKitContainer(name: "Jarvis", managedObjectModel: model)
      : NSPersistentContainer(name: "Jarvis", managedObjectModel: model)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw StoreFault.unusable(error.localizedDescription)
    }
    var descriptions = [try Self.description(of: Model.local, in: folder)]
    if let cloudContainer {
      let mirror = try Self.description(of: Model.mirror, in: folder)
      mirror.cloudKitContainerOptions = NSPersistentCloudKitContainerOptions(containerIdentifier: cloudContainer)
      descriptions.append(mirror)
    }
    container.persistentStoreDescriptions = descriptions
    // Stores are added before this returns.
    nonisolated(unsafe) var failure: (any Error)?
    container.loadPersistentStores { _, error in failure = failure ?? error }
    if let failure { throw StoreFault.unusable(failure.localizedDescription) }
    for store in container.persistentStoreCoordinator.persistentStores {
      var metadata = container.persistentStoreCoordinator.metadata(for: store)
      metadata[Model.versionKey] = Model.version
      container.persistentStoreCoordinator.setMetadata(metadata, for: store)
    }
    context = container.newBackgroundContext()
    // Another process, a widget, may write in between: what is written here wins field by field, and what is read is read anew.
    context.mergePolicy = NSMergePolicy(merge: .mergeByPropertyObjectTrumpMergePolicyType)
    context.stalenessInterval = 0
    context.undoManager = nil
    context.transactionAuthor = "app"
    try context.performAndWait {
      do {
        // Other processes have read what is older; CloudKit looks after its own store.
        let old = NSPersistentHistoryChangeRequest.deleteHistory(before: Date(timeIntervalSinceNow: -7 * 86_400))
        old.affectedStores = container.persistentStoreCoordinator.persistentStores.filter { $0.configurationName == Model.local }
        try context.execute(old)
        try fill()
        try context.save()
      } catch {
        throw StoreFault.unusable(error.localizedDescription)
      }
      context.reset()
    }
  }

  private static func description(of configuration: String, in folder: URL) throws -> NSPersistentStoreDescription {
    let url = folder.appendingPathComponent("\(configuration).sqlite")
    if FileManager.default.fileExists(atPath: url.path) {
      let metadata = try? NSPersistentStoreCoordinator.metadataForPersistentStore(type: .sqlite, at: url)
      if let found = metadata?[Model.versionKey] as? Int, found > Model.version { throw StoreFault.tooNew(version: found) }
    }
    let description = NSPersistentStoreDescription(url: url)
    description.configuration = configuration
    description.setOption(true as NSNumber, forKey: NSPersistentHistoryTrackingKey)
    description.setOption(true as NSNumber, forKey: NSPersistentStoreRemoteChangeNotificationPostOptionKey)
    return description
  }

  /// Says so whenever another process, or CloudKit, wrote to the store.
  public var changesElsewhere: AsyncStream<Void> {
    AsyncStream { continuation in
      let observer = NotificationCenter.default.addObserver(
        forName: .NSPersistentStoreRemoteChange, object: container.persistentStoreCoordinator, queue: nil
      ) { _ in continuation.yield() }
      nonisolated(unsafe) let token = observer
      continuation.onTermination = { _ in NotificationCenter.default.removeObserver(token) }
    }
  }

  // MARK: - Writing

  public func write(_ writes: [StoreWrite]) async throws {
    try await onQueue {
      for write in writes { try self.apply(write) }
      if self.context.hasChanges { try self.context.save() }
    }
  }

  private func apply(_ write: StoreWrite) throws {
    switch write {
    case .put(let object):
      let row = try found("Item", "id == %@", [object.id.rawValue]).first ?? made("Item")
      row.set([
        "id": object.id.rawValue, "type": object.type, "parent": object.parent?.rawValue, "position": object.order,
        "version": object.version, "json": try JSON.encode(object.data), "epoch": object.epoch,
      ])
      if isMirroring, Self.mirrored.contains(object.type) { try mirror(object) }
    case .remove(let id):
      try delete("Item", "id == %@ OR parent == %@", [id.rawValue, id.rawValue])
      if isMirroring { try delete("Mirrored", "owner == %@ AND id == %@", [owner, id.rawValue]) }
    case .sweep(let type, let epoch): try delete("Item", "type == %@ AND epoch < %@", [type, epoch])
    case .putChange(let change):
      let row = try found("Waiting", "key == %@", [change.key]).first ?? made("Waiting")
      row.set(["key": change.key, "sequence": change.sequence, "json": try JSON.encode(change.data)])
    case .removeChange(let key): try delete("Waiting", "key == %@", [key])
    case .setNote(let name, let value?):
      let row = try found("Note", "name == %@", [name]).first ?? made("Note")
      row.set(["name": name, "json": try JSON.encode(value)])
    case .setNote(let name, nil): try delete("Note", "name == %@", [name])
    case .removeEverything:
      // Of this device: other devices of the person still have the mirror.
      for entity in ["Item", "Waiting", "Note"] { try delete(entity, "TRUEPREDICATE", []) }
    }
  }

  /// Takes the mirror out of the person's iCloud: the account was deleted, or they want none.
  public func removeMirror() async throws {
    guard isMirroring else { return }
    try await onQueue {
      try self.delete("Mirrored", "owner == %@", [self.owner])
      try self.context.save()
    }
  }

  /// Mirrors an object unless what is there is as new: not every device need write what all of them are told.
  private func mirror(_ object: StoredObject) throws {
    let rows = try found("Mirrored", "owner == %@ AND id == %@", [owner, object.id.rawValue])
    if let newest = rows.compactMap({ $0.number("version") }).max(), newest >= object.version ?? 0 { return }
    let row = rows.first ?? made("Mirrored")
    row.set([
      "owner": owner, "id": object.id.rawValue, "type": object.type, "position": object.order, "version": object.version ?? 0,
      "json": try JSON.encode(object.data),
    ])
    // Two devices may have mirrored the same at the same time.
    for other in rows.dropFirst() { context.delete(other) }
  }

  /// Takes up the mirror where this device has nothing yet. Epoch 0: what the first loading does not see goes at its end.
  private func fill() throws {
    guard isMirroring, try found("Item", "TRUEPREDICATE", [], limit: 1).isEmpty, try found("Note", "TRUEPREDICATE", [], limit: 1).isEmpty
    else { return }
    var newest: [String: NSManagedObject] = [:]
    for row in try found("Mirrored", "owner == %@", [owner]) {
      guard let id = row.text("id") else { continue }
      if let known = newest[id], known.number("version") ?? 0 >= row.number("version") ?? 0 { continue }
      newest[id] = row
    }
    for (id, row) in newest {
      guard let type = row.text("type"), let data = row.json else { continue }
      let object = StoredObject(
        id: ObjectID(id), type: type, order: row.text("position") ?? "", version: row.number("version"), data: data)
      try apply(.put(object))
    }
  }

  // MARK: - Reading

  public func object(_ id: ObjectID) async throws -> StoredObject? {
    try await onQueue { try self.found("Item", "id == %@", [id.rawValue]).first?.object }
  }

  public func objects(_ query: StoreQuery) async throws -> [StoredObject] {
    try await onQueue {
      var format = "type == %@"
      var values: [Any] = [query.type]
      if let parent = query.parent {
        format += " AND parent == %@"
        values.append(parent.rawValue)
      }
      if let from = query.from {
        format += " AND position >= %@"
        values.append(from)
      }
      let order = ["position", "id"].map { NSSortDescriptor(key: $0, ascending: false) }
      return try self.found("Item", format, values, order: order, limit: query.limit == .max ? 0 : query.limit).compactMap(\.object)
    }
  }

  public func count(type: String) async throws -> Int {
    try await onQueue { try self.context.count(for: self.request("Item", "type == %@", [type])) }
  }

  public func changes() async throws -> [StoredChange] {
    try await onQueue {
      let order = ["sequence", "key"].map { NSSortDescriptor(key: $0, ascending: true) }
      return try self.found("Waiting", "TRUEPREDICATE", [], order: order).compactMap { row in
        guard let key = row.text("key"), let sequence = row.number("sequence") else { return nil }
        // One that cannot be read stays, without its data: it is the person's to give up, not ours.
        return StoredChange(key: key, sequence: sequence, data: row.json ?? .null)
      }
    }
  }

  public func note(_ name: String) async throws -> JSONValue? {
    try await onQueue { try self.found("Note", "name == %@", [name]).first?.json }
  }

  // MARK: - Core Data

  /// Runs on the context's queue, with nothing left of what was read or written before.
  /// - Throws: `StoreFault.unusable`; then nothing of it was written.
  private func onQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await context.perform {
      defer { self.context.reset() }
      do {
        return try body()
      } catch {
        self.context.rollback()
        throw StoreFault.unusable(error.localizedDescription)
      }
    }
  }

  private func request(_ entity: String, _ format: String, _ values: [Any]) -> NSFetchRequest<NSManagedObject> {
    let request = NSFetchRequest<NSManagedObject>(entityName: entity)
    request.predicate = NSPredicate(format: format, argumentArray: values)
    return request
  }

  private func found(
    _ entity: String, _ format: String, _ values: [Any], order: [NSSortDescriptor]? = nil, limit: Int = 0
  ) throws -> [NSManagedObject] {
    let request = request(entity, format, values)
    request.sortDescriptors = order
    request.fetchLimit = limit
    return try context.fetch(request)
  }

  private func made(_ entity: String) -> NSManagedObject {
    NSEntityDescription.insertNewObject(forEntityName: entity, into: context)
  }

  private func delete(_ entity: String, _ format: String, _ values: [Any]) throws {
    for row in try found(entity, format, values) { context.delete(row) }
  }
}

extension NSManagedObject {
  func set(_ values: [String: Any?]) {
    for (name, value) in values { setValue(value, forKey: name) }
  }

  func text(_ name: String) -> String? { value(forKey: name) as? String }
  func number(_ name: String) -> Int? { (value(forKey: name) as? NSNumber)?.intValue }
  var json: JSONValue? { (value(forKey: "json") as? Data).flatMap { try? JSON.decode(JSONValue.self, from: $0) } }

  /// Nil for a row that cannot be read: the server has it, and the next loading brings it.
  var object: StoredObject? {
    guard let id = text("id"), let type = text("type"), let order = text("position"), let data = json else { return nil }
    return StoredObject(
      id: ObjectID(id), type: type, parent: text("parent").map(ObjectID.init(_:)), order: order, version: number("version"), data: data,
      epoch: number("epoch") ?? 0)
  }
}
