import Foundation
import Models
import Persistence
import Sync

/// What a goal probably comes to with what the server does not have yet. The server reckons it anew as soon as it has.
enum Estimate {
  /// - Parameters:
  ///   - data: the goal as the person sees it.
  ///   - changes: the changes that wait, of this goal's group.
  static func card(of data: JSONValue, with changes: [PendingChange], in engine: SyncEngine) async throws -> GoalCard {
    var card = try data.read(as: GoalCard.self)
    let parts = changes.filter { $0.subject != card.id }
    guard !parts.isEmpty else { return card }
    switch card.kind {
    case .milestone:
      let steps = try await engine.objects(StoreQuery(type: "Milestone", parent: card.id))
      let reached = steps.count { $0.data["reached"] == true }
      card.currentValue = Amount(Decimal(reached))
      card.percent = steps.isEmpty ? nil : Double(reached) / Double(steps.count) * 100
    case .numeric, .custom:
      guard let current = try await value(of: card, data, with: parts, in: engine) else { return card }
      card.currentValue = current
      card.percent = percent(at: current, of: card, data) ?? card.percent
    // What a period has depends on the person's week and pauses: the server knows both.
    case .habit, .unknown: break
    }
    return card
  }

  private static func value(
    of card: GoalCard, _ data: JSONValue, with parts: [PendingChange], in engine: SyncEngine
  ) async throws -> Amount? {
    if data["cumulative"] == true {
      var total = card.currentValue ?? data["startValue"]?.amount ?? 0
      for change in parts where change.subject.kind == .entry {
        switch change.edit {
        case .create(_, _, _, let fields): total = total + (fields["value"]?.amount ?? 0)
        case .update(let fields, let before):
          if let new = fields["value"]?.amount { total = total + new - (before["value"]?.amount ?? 0) }
        case .delete: total = total - (try await engine.asTold(change.subject)?.data["value"]?.amount ?? 0)
        case .arrange: continue
        }
      }
      return total
    }
    guard data["aggregation"]?.text ?? DayAggregation.last.rawValue == DayAggregation.last.rawValue else { return nil }
    let latest = try await engine.objects(StoreQuery(type: "ProgressEntry", parent: card.id, limit: 30))
    return latest.first { $0.data["skip"] != true }?.data["value"]?.amount
  }

  /// The share of the way from start to target; nil when it is no way, e.g. a bound to keep.
  private static func percent(at value: Amount, of card: GoalCard, _ data: JSONValue) -> Double? {
    let start = data["startValue"]?.amount ?? 0
    guard let target = card.targetValue, target != start else { return nil }
    guard data["cumulative"] == true || (data["direction"] == "AT_MOST") == (target < start) else { return nil }
    return (value - start).approximation / (target - start).approximation * 100
  }
}

extension JSONValue {
  /// The value of a `Decimal` of the graph.
  var amount: Amount? { text.flatMap(Amount.init(_:)) }
  /// The value of a `LocalDate` of the graph.
  var localDate: LocalDate? { text.flatMap(LocalDate.init(_:)) }
  /// A value of an enumeration, of which there may be more than this version of the app knows.
  func choice<Value: OpenEnum>(_ type: Value.Type = Value.self) -> Value? { text.map { Value(rawValue: $0) ?? .unknown } }
  /// The id of an object that a field names.
  var reference: ObjectID? { self["id"]?.text.map(ObjectID.init(_:)) }
}
