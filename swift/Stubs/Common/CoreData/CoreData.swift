import Foundation

public let NSPersistentHistoryTrackingKey = ""
public let NSPersistentStoreRemoteChangeNotificationPostOptionKey = ""

extension NSNotification.Name {
  public static let NSPersistentStoreRemoteChange = NSNotification.Name("")
}

// On Apple's systems these two are Foundation's, and take optional values; here Foundation has them marked as unavailable.
extension NSPredicate {
  public convenience init(format predicateFormat: String, argumentArray arguments: [Any]) { fatalError() }
}

extension NSSortDescriptor {
  public convenience init(key: String, ascending: Bool) { fatalError() }
}

// MARK: - Model

open class NSPropertyDescription: NSObject {
  open var name: String = ""
  open var isOptional = true
}

public enum NSAttributeType: UInt, Sendable { case integer64AttributeType = 300, stringAttributeType = 700, binaryDataAttributeType = 1000 }

open class NSAttributeDescription: NSPropertyDescription {
  open var attributeType = NSAttributeType.stringAttributeType
}

public enum NSFetchIndexElementType: UInt, Sendable { case binary, rTree }

open class NSFetchIndexElementDescription: NSObject {
  public init(property: NSPropertyDescription, collationType: NSFetchIndexElementType) {}
}

open class NSFetchIndexDescription: NSObject {
  public init(name: String, elements: [NSFetchIndexElementDescription]?) {}
}

open class NSEntityDescription: NSObject {
  open var name: String?
  open var properties: [NSPropertyDescription] = []
  open var uniquenessConstraints: [[Any]] = []
  open var indexes: [NSFetchIndexDescription] = []
  open class func insertNewObject(forEntityName entityName: String, into context: NSManagedObjectContext) -> NSManagedObject {
    fatalError()
  }
}

open class NSManagedObjectModel: NSObject {
  open var entities: [NSEntityDescription] = []
  open func setEntities(_ entities: [NSEntityDescription], forConfigurationName configuration: String) {}
}

// MARK: - Objects

public protocol NSFetchRequestResult: NSObjectProtocol {}

open class NSManagedObject: NSObject, NSFetchRequestResult {
  open func value(forKey key: String) -> Any? { fatalError() }
  open func setValue(_ value: Any?, forKey key: String) {}
}

open class NSPersistentStoreRequest: NSObject {
  open var affectedStores: [NSPersistentStore]?
}
open class NSPersistentStoreResult: NSObject {}

open class NSFetchRequest<ResultType: NSFetchRequestResult>: NSPersistentStoreRequest {
  public convenience init(entityName: String) { self.init() }
  open var predicate: NSPredicate?
  open var sortDescriptors: [NSSortDescriptor]?
  open var fetchLimit = 0
}

open class NSPersistentHistoryChangeRequest: NSPersistentStoreRequest {
  open class func deleteHistory(before date: Date) -> Self { fatalError() }
}

public enum NSMergePolicyType: UInt, Sendable { case mergeByPropertyObjectTrumpMergePolicyType = 2 }

open class NSMergePolicy: NSObject {
  public init(merge ty: NSMergePolicyType) {}
}

open class NSManagedObjectContext: NSObject {
  public enum ScheduledTaskType { case immediate, enqueued }
  open var mergePolicy: Any = 0
  open var stalenessInterval: TimeInterval = 0
  open var undoManager: UndoManager?
  open var transactionAuthor: String?
  open var hasChanges: Bool { fatalError() }
  open func save() throws {}
  open func reset() {}
  open func rollback() {}
  open func delete(_ object: NSManagedObject) {}
  public func fetch<T: NSFetchRequestResult>(_ request: NSFetchRequest<T>) throws -> [T] { fatalError() }
  public func count<T: NSFetchRequestResult>(for request: NSFetchRequest<T>) throws -> Int { fatalError() }
  @discardableResult open func execute(_ request: NSPersistentStoreRequest) throws -> NSPersistentStoreResult { fatalError() }
  @preconcurrency public nonisolated func perform<T>(
    schedule: ScheduledTaskType = .immediate, _ block: @escaping @Sendable () throws -> T
  ) async rethrows -> T { fatalError() }
  @preconcurrency public nonisolated func performAndWait<T>(_ block: @Sendable () throws -> T) rethrows -> T { fatalError() }
}

open class UndoManager: NSObject {}

// MARK: - Stores

open class NSPersistentStore: NSObject {
  public struct StoreType: Sendable { public static let sqlite = StoreType() }
  open var configurationName: String { fatalError() }
}

open class NSPersistentCloudKitContainerOptions: NSObject {
  public init(containerIdentifier: String) {}
}

open class NSPersistentStoreDescription: NSObject {
  public init(url: URL) {}
  open var configuration: String?
  open var cloudKitContainerOptions: NSPersistentCloudKitContainerOptions?
  open func setOption(_ option: NSObject?, forKey key: String) {}
}

open class NSPersistentStoreCoordinator: NSObject {
  open var persistentStores: [NSPersistentStore] { fatalError() }
  open func setMetadata(_ metadata: [String: Any]?, for store: NSPersistentStore) {}
  open func metadata(for store: NSPersistentStore) -> [String: Any] { fatalError() }
  public class func metadataForPersistentStore(
    type: NSPersistentStore.StoreType, at storeURL: URL, options: [AnyHashable: Any]? = nil
  ) throws -> [String: Any] { fatalError() }
}

open class NSPersistentContainer: NSObject {
  public init(name: String, managedObjectModel model: NSManagedObjectModel) {}
  open var persistentStoreDescriptions: [NSPersistentStoreDescription] = []
  open var persistentStoreCoordinator: NSPersistentStoreCoordinator { fatalError() }
  open func loadPersistentStores(completionHandler block: @escaping (NSPersistentStoreDescription, (any Error)?) -> Void) {}
  open func newBackgroundContext() -> NSManagedObjectContext { fatalError() }
}

open class NSPersistentCloudKitContainer: NSPersistentContainer {}
