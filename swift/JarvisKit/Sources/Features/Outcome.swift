import Foundation
import Graph
import Models

/// What became of a change: the object as it is now, also when the change was refused, and why it was refused.
struct ChangeOutcome<Value: Sendable>: Sendable {
  let now: Value?
  let refusal: UserError?
}

extension GraphClient {
  /// Runs a mutation whose payload has the object as it is now.
  /// - Parameter field: the member of the payload that has it.
  /// - Throws: `GraphFault`; what the person can mend is in the outcome.
  func outcome<Value: Decodable & Sendable>(
    _ request: Request, _ field: String, as type: Value.Type = Value.self
  ) async throws -> ChangeOutcome<Value> {
    let payload = try Payload(try await execute(request))
    let now = try payload.value[field].map { try Answer(data: $0).read(as: type) }
    return ChangeOutcome(now: now, refusal: payload.errors.first)
  }
}
