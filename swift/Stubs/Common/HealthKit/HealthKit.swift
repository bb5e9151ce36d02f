@_exported import Foundation

open class HKHealthStore: NSObject, @unchecked Sendable {
  open class func isHealthDataAvailable() -> Bool { fatalError() }
  open func statusForAuthorizationRequest(toShare typesToShare: Set<HKSampleType>, read typesToRead: Set<HKObjectType>) async throws
    -> HKAuthorizationRequestStatus
  { fatalError() }
  open func requestAuthorization(toShare typesToShare: Set<HKSampleType>, read typesToRead: Set<HKObjectType>) async throws {}
  open func execute(_ query: HKQuery) {}
  open func stop(_ query: HKQuery) {}
  open func enableBackgroundDelivery(for type: HKObjectType, frequency: HKUpdateFrequency) async throws {}
}

public enum HKAuthorizationRequestStatus: Int, Sendable { case unknown, shouldRequest, unnecessary }
public enum HKUpdateFrequency: Int, Sendable {
  case immediate = 1
  case hourly, daily, weekly
}

open class HKObjectType: NSObject, @unchecked Sendable {
  open var identifier: String { fatalError() }
  open class func quantityType(forIdentifier identifier: HKQuantityTypeIdentifier) -> HKQuantityType? { fatalError() }
  open class func categoryType(forIdentifier identifier: HKCategoryTypeIdentifier) -> HKCategoryType? { fatalError() }
}
open class HKSampleType: HKObjectType, @unchecked Sendable {}
open class HKQuantityType: HKSampleType, @unchecked Sendable {}
open class HKCategoryType: HKSampleType, @unchecked Sendable {}

public struct HKQuantityTypeIdentifier: RawRepresentable, Hashable, Sendable {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}
public struct HKCategoryTypeIdentifier: RawRepresentable, Hashable, Sendable {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

open class HKUnit: NSObject, @unchecked Sendable {
  public convenience init(from string: String) { fatalError() }
  open class func literUnit(with prefix: HKMetricPrefix) -> Self { fatalError() }
  open class func gramUnit(with prefix: HKMetricPrefix) -> Self { fatalError() }
  open class func minute() -> Self { fatalError() }
  open func unitMultiplied(by unit: HKUnit) -> HKUnit { fatalError() }
  open func unitDivided(by unit: HKUnit) -> HKUnit { fatalError() }
}
public enum HKMetricPrefix: Int, Sendable { case none, pico, nano, micro, milli, centi, deci, deca, hecto, kilo, mega, giga, tera, femto }

open class HKQuantity: NSObject, @unchecked Sendable {
  open func doubleValue(for unit: HKUnit) -> Double { fatalError() }
}

open class HKObject: NSObject, @unchecked Sendable {
  open var uuid: UUID { fatalError() }
  open var sourceRevision: HKSourceRevision { fatalError() }
  open var metadata: [String: Any]? { fatalError() }
}
open class HKSample: HKObject, @unchecked Sendable {
  open var sampleType: HKSampleType { fatalError() }
  open var startDate: Date { fatalError() }
  open var endDate: Date { fatalError() }
}
open class HKQuantitySample: HKSample, @unchecked Sendable { open var quantity: HKQuantity { fatalError() } }
open class HKCategorySample: HKSample, @unchecked Sendable { open var value: Int { fatalError() } }
open class HKSourceRevision: NSObject, @unchecked Sendable { open var source: HKSource { fatalError() } }
open class HKSource: NSObject, @unchecked Sendable { open var name: String { fatalError() } }
open class HKDeletedObject: NSObject, @unchecked Sendable { open var uuid: UUID { fatalError() } }

public let HKMetadataKeySyncIdentifier = "HKMetadataKeySyncIdentifier"
public let HKMetadataKeySyncVersion = "HKMetadataKeySyncVersion"
public let HKMetadataKeyTimeZone = "HKTimeZone"

open class HKQueryAnchor: NSObject, NSSecureCoding, @unchecked Sendable {
  public static var supportsSecureCoding: Bool { true }
  public required init?(coder: NSCoder) { fatalError() }
  public func encode(with coder: NSCoder) {}
}

open class HKQuery: NSObject, @unchecked Sendable {
  open class func predicateForSamples(withStart startDate: Date?, end endDate: Date?, options: HKQueryOptions = []) -> NSPredicate {
    fatalError()
  }
}
public struct HKQueryOptions: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
  public static let strictStartDate = Self(rawValue: 1), strictEndDate = Self(rawValue: 2)
}

public struct HKSamplePredicate<Sample: HKSample> {
  public static func sample(type: HKSampleType, predicate: NSPredicate? = nil) -> HKSamplePredicate<HKSample> { fatalError() }
}
public struct HKAnchoredObjectQueryDescriptor<Sample: HKSample> {
  public struct Result: Sendable {
    public let addedSamples: [Sample]
    public let deletedObjects: [HKDeletedObject]
    public let newAnchor: HKQueryAnchor
  }
  public init(predicates: [HKSamplePredicate<Sample>], anchor: HKQueryAnchor?, limit: Int? = nil) {}
  public func result(for healthStore: HKHealthStore) async throws -> Result { fatalError() }
}

open class HKQueryDescriptor: NSObject, @unchecked Sendable {
  public init(sampleType: HKSampleType, predicate: NSPredicate?) {}
}
public typealias HKObserverQueryCompletionHandler = () -> Void
open class HKObserverQuery: HKQuery, @unchecked Sendable {
  public init(
    queryDescriptors: [HKQueryDescriptor],
    updateHandler: @escaping @Sendable (HKObserverQuery, Set<HKSampleType>?, @escaping HKObserverQueryCompletionHandler, (any Error)?) ->
      Void
  ) {}
}

public struct HKError: Error {
  public enum Code: Int, Sendable {
    case noError = 0
    case errorHealthDataUnavailable, errorHealthDataRestricted, errorInvalidArgument, errorAuthorizationDenied,
      errorAuthorizationNotDetermined, errorDatabaseInaccessible, errorUserCanceled
  }
  public var code: Code { fatalError() }
  public var localizedDescription: String { fatalError() }
}
