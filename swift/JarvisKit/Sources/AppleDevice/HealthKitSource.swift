import DeviceData
import Foundation
import HealthKit
import Models

/// Apple Health. Which kinds are read, and what is made of them, is decided in `DeviceData`.
public struct HealthKitSource: HealthSource {
  private let store = HKHealthStore()

  public init() {}

  public func permission() async -> DevicePermission {
    guard HKHealthStore.isHealthDataAvailable() else { return .unavailable }
    // It tells whether there is something to ask, not what was answered: that is nobody's business.
    let status = try? await store.statusForAuthorizationRequest(toShare: [], read: types)
    return status == .unnecessary ? .asked : .notAsked
  }

  public func requestPermission() async throws -> DevicePermission {
    guard HKHealthStore.isHealthDataAvailable() else { return .unavailable }
    try await store.requestAuthorization(toShare: [], read: types)
    return .asked
  }

  private var types: Set<HKObjectType> { Set(HealthCatalogue.kinds.compactMap(type)) }

  private func type(_ kind: HealthKind) -> HKSampleType? {
    kind.isCategory
      ? HKObjectType.categoryType(forIdentifier: HKCategoryTypeIdentifier(rawValue: kind.identifier))
      : HKObjectType.quantityType(forIdentifier: HKQuantityTypeIdentifier(rawValue: kind.identifier))
  }

  private func unit(_ kind: HealthKind) -> HKUnit {
    // The one unit that HealthKit writes in another way than it reads.
    guard kind.unit == "mL/min·kg" else { return HKUnit(from: kind.unit) }
    return HKUnit.literUnit(with: .milli).unitDivided(by: HKUnit.gramUnit(with: .kilo).unitMultiplied(by: HKUnit.minute()))
  }

  public func page(of kind: HealthKind, since: Date, after anchor: String?, limit: Int) async throws -> HealthPage {
    guard let type = type(kind) else { throw DeviceFault.failed("This system does not know \(kind.type).") }
    let from = try anchor.map(Self.anchor)
    let predicate = HKQuery.predicateForSamples(withStart: since, end: nil)
    let query = HKAnchoredObjectQueryDescriptor(predicates: [.sample(type: type, predicate: predicate)], anchor: from, limit: limit)
    do {
      let result = try await query.result(for: store)
      let unit = unit(kind)
      return HealthPage(
        samples: result.addedSamples.compactMap { Self.sample($0, unit) }, deleted: result.deletedObjects.map(\.uuid.uuidString),
        anchor: try Self.text(of: result.newAnchor), hasMore: result.addedSamples.count + result.deletedObjects.count >= limit)
    } catch let error as HKError {
      switch error.code {
      case .errorDatabaseInaccessible: throw DeviceFault.locked
      case .errorAuthorizationDenied, .errorAuthorizationNotDetermined, .errorHealthDataRestricted: throw DeviceFault.noAccess
      default: throw DeviceFault.failed(error.localizedDescription)
      }
    }
  }

  private static func sample(_ sample: HKSample, _ unit: HKUnit) -> HealthSample? {
    var value: Amount?
    switch sample {
    case let sample as HKQuantitySample:
      guard let measured = Amount(measured: sample.quantity.doubleValue(for: unit)) else { return nil }
      value = measured
    case let sample as HKCategorySample where sample.isSleep && !HealthCatalogue.isAsleep(sample.value): return nil
    default: break
    }
    let metadata = sample.metadata ?? [:]
    return HealthSample(
      uuid: sample.uuid.uuidString, start: sample.startDate, end: sample.endDate, value: value, source: sample.sourceRevision.source.name,
      syncIdentifier: metadata[HKMetadataKeySyncIdentifier] as? String,
      syncVersion: (metadata[HKMetadataKeySyncVersion] as? NSNumber)?.intValue ?? 0,
      timeZone: metadata[HKMetadataKeyTimeZone] as? String)
  }

  private static func text(of anchor: HKQueryAnchor) throws -> String {
    try NSKeyedArchiver.archivedData(withRootObject: anchor, requiringSecureCoding: true).base64EncodedString()
  }

  private static func anchor(of text: String) throws -> HKQueryAnchor {
    guard let data = Data(base64Encoded: text),
      let anchor = try? NSKeyedUnarchiver.unarchivedObject(ofClass: HKQueryAnchor.self, from: data)
    else { throw DeviceFault.anchorUnusable }
    return anchor
  }

  public func changes() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      guard
        let query = observer({ done in
          continuation.yield()
          done()
        })
      else { return continuation.finish() }
      continuation.onTermination = { [store] _ in store.stop(query) }
      store.execute(query)
    }
  }

  /// Has the system wake the app when there is something new, at most each hour. To be called at each start of the app: what the system
  /// tells before somebody observes is lost.
  /// - Parameter handle: sends it; when it returns, the app may be put to sleep again.
  public func deliverInBackground(_ handle: @escaping @Sendable () async -> Void) async {
    guard await permission() == .asked else { return }
    let query = observer { done in
      Task {
        await handle()
        done()
      }
    }
    guard let query else { return }
    store.execute(query)
    for type in types { try? await store.enableBackgroundDelivery(for: type, frequency: .hourly) }
  }

  /// - Parameter handle: gets what it has to call when it is done: otherwise the system stops telling.
  private func observer(_ handle: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) -> HKObserverQuery? {
    guard HKHealthStore.isHealthDataAvailable() else { return nil }
    let descriptors = HealthCatalogue.kinds.compactMap(type).map { HKQueryDescriptor(sampleType: $0, predicate: nil) }
    return HKObserverQuery(queryDescriptors: descriptors) { _, _, completion, error in
      let done = Completion(call: completion)
      if error == nil { handle { done.call() } } else { completion() }
    }
  }
}

/// HealthKit's completion handlers may be called on any thread; their type does not say so.
private struct Completion: @unchecked Sendable {
  let call: () -> Void
}

extension HKCategorySample {
  fileprivate var isSleep: Bool { sampleType.identifier == HealthCatalogue.sleep.identifier }
}
