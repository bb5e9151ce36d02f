import Foundation
import Graph
import Models
import Observation
import Persistence

/// Which data becomes a goal's progress.
public struct ProgressMapping: Decodable, Sendable, Equatable, Identifiable {
  public enum Source: String, OpenEnum, CaseIterable {
    case health = "HEALTH"
    case calendar = "CALENDAR"
    case tasks = "TASKS"
    case transactions = "TRANSACTIONS"
    case received = "RECEIVED"
    case unknown

    public static let choices: [Self] = [.health, .calendar, .tasks, .transactions, .received]
  }
  /// How the values of a day become one.
  public enum Aggregation: String, OpenEnum, CaseIterable {
    case sum = "SUM"
    case last = "LAST"
    case least = "MIN"
    case greatest = "MAX"
    case mean = "MEAN"
    case count = "COUNT"
    case unknown

    public static let choices: [Self] = [.sum, .last, .least, .greatest, .mean, .count]
  }
  public struct Goal: Decodable, Sendable, Hashable, Identifiable {
    public let id: ObjectID
    public let title: String
  }
  public let id: ObjectID
  public let goal: Goal
  public let source: Source
  /// Type of the measurements, e.g. `stepCount`.
  public let metric: String?
  public let matching: String?
  public let currency: String?
  public let aggregation: Aggregation
  public let factor: Amount
  /// The first local day that is logged.
  public let since: LocalDate
  public internal(set) var active: Bool
  /// The server's sentence on why nothing could be logged.
  public let problem: String?
  public let version: Int
}

public struct ProgressMappingsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var progressMappings: Connection<ProgressMapping>? }
  public internal(set) var viewer: Viewer?

  var mappings: Connection<ProgressMapping>? {
    get { viewer?.progressMappings }
    set { viewer?.progressMappings = newValue }
  }
}

/// Measurements that the person's devices have sent.
public struct HealthMetric: Decodable, Sendable, Equatable, Identifiable {
  public let type: String
  public let unit: String
  public let aggregation: ProgressMapping.Aggregation
  public var id: String { type }
}

public struct HealthMetricsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public let healthMetrics: [HealthMetric]? }
  public let viewer: Viewer?
}

/// A mapping as the person writes it.
public struct ProgressMappingDraft: Equatable, Sendable {
  public enum Fault: Hashable, Sendable { case goalMissing, metricMissing, currencyMissing, factorOutOfRange, backfillOutOfRange }

  public var goal: ObjectID?
  public var source = ProgressMapping.Source.health
  public var metric: String?
  public var matching = ""
  public var currency = ""
  /// Nil for what fits the source.
  public var aggregation: ProgressMapping.Aggregation?
  public var factor = Amount(1)
  /// How many days before today are logged as well.
  public var backfillDays = 30

  public init() {}

  private var sumsMoney: Bool { source == .transactions && aggregation != .count }
  private var code: String { currency.trimmingCharacters(in: .whitespaces).uppercased() }
  private var match: String { matching.trimmingCharacters(in: .whitespacesAndNewlines) }

  public var faults: Set<Fault> {
    var faults: Set<Fault> = []
    if goal == nil { faults.insert(.goalMissing) }
    if source == .health, metric == nil { faults.insert(.metricMissing) }
    // Amounts of several currencies do not add up.
    if sumsMoney ? code.wholeMatch(of: /[A-Z]{3}/) == nil : !code.isEmpty && code.wholeMatch(of: /[A-Z]{3}/) == nil {
      faults.insert(.currencyMissing)
    }
    if factor == Amount(0) || factor > Amount(1_000_000) || factor < Amount(-1_000_000) { faults.insert(.factorOutOfRange) }
    if !(0...3660).contains(backfillDays) { faults.insert(.backfillOutOfRange) }
    return faults
  }

  func input(id: ObjectID) -> JSONValue? {
    guard let goal, faults.isEmpty else { return nil }
    var input: [String: JSONValue] = [
      "id": .string(id.rawValue), "goalId": .string(goal.rawValue), "source": .string(source.rawValue),
      "factor": .string(factor.description), "backfillDays": .int(backfillDays),
    ]
    if source == .health, let metric { input["metric"] = .string(metric) }
    if !match.isEmpty { input["matching"] = .string(String(match.prefix(200))) }
    if source == .transactions, !code.isEmpty { input["currency"] = .string(code) }
    if let aggregation { input["aggregation"] = .string(aggregation.rawValue) }
    return .object(input)
  }
}

/// Which data becomes progress of which goal.
@MainActor @Observable public final class ProgressMappingsModel {
  public let query: QueryModel<ProgressMappingsValue>
  /// What can be mapped of the body's measurements.
  public let metrics: QueryModel<HealthMetricsValue>
  public let work = Work()

  @ObservationIgnored private let parts: Parts

  public init(_ parts: Parts) {
    self.parts = parts
    query = parts.model(Document.progressMappings, isEmpty: { $0.mappings?.nodes.isEmpty ?? false }, paging: Paging(\.mappings))
    metrics = parts.model(Document.healthMetrics)
  }

  public var mappings: [ProgressMapping] { query.screen.value?.mappings?.nodes ?? [] }
  public var healthMetrics: [HealthMetric] { metrics.screen.value?.viewer?.healthMetrics ?? [] }

  /// The goals of the offline copy that data can become progress of.
  public func goals() async -> [ProgressMapping.Goal] {
    let objects = (try? await parts.store.objects(StoreQuery(type: "Goal"))) ?? []
    return objects.filter { $0.data["status"] == "ACTIVE" }
      .map { ProgressMapping.Goal(id: $0.id, title: $0.data["title"]?.text ?? "") }
      .sorted { $0.title.localizedStandardCompare($1.title) == .orderedAscending }
  }

  struct Saved: Decodable { let progressMapping: ProgressMapping }

  private static let making = ObjectID("newMapping")
  public var isMaking: Bool { work.subjects.contains(Self.making) }

  @discardableResult
  public func make(_ draft: ProgressMappingDraft) async -> Bool {
    guard let input = draft.input(id: ObjectID("mapping_\(parts.surroundings.makeKey())")) else { return false }
    return await work.run(on: Self.making) {
      put(try await parts.graph.change(Request(Document.createProgressMapping, ["input": input]), as: Saved.self).progressMapping)
    }
  }

  /// Switches it on or off, at once. Switched on again, it makes up for the days that it was off.
  public func setActive(_ mapping: ProgressMapping, _ active: Bool) async {
    await work.run(on: mapping.id) {
      var wanted = mapping
      wanted.active = active
      put(wanted)
      do {
        let input: JSONValue = ["id": .string(mapping.id.rawValue), "active": .bool(active)]
        put(try await parts.graph.change(Request(Document.updateProgressMapping, ["input": input]), as: Saved.self).progressMapping)
      } catch {
        put(mapping)
        throw error
      }
    }
  }

  /// Ends it; what it logged stays.
  @discardableResult
  public func delete(_ mapping: ProgressMapping) async -> Bool {
    await work.run(on: mapping.id) {
      do {
        try await parts.graph.change(Request(Document.deleteProgressMapping, ["input": ["id": .string(mapping.id.rawValue)]]))
      } catch let problem as UserError where problem.code == "NOT_FOUND" {
        // Another device was faster.
      }
      query.edit { $0.mappings?.nodes.removeAll { $0.id == mapping.id } }
    }
  }

  private func put(_ mapping: ProgressMapping) {
    query.edit { value in
      guard var nodes = value.mappings?.nodes else { return }
      if let place = nodes.firstIndex(where: { $0.id == mapping.id }) { nodes[place] = mapping } else { nodes.append(mapping) }
      value.mappings?.nodes = nodes
    }
  }
}

extension Parts {
  @MainActor public func progressMappings() -> ProgressMappingsModel { ProgressMappingsModel(self) }
}
