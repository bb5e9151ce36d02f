import Foundation
import Graph
import Models

/// What came of a change that was made for a certain version of an object.
enum Settled<Value: Sendable>: Sendable {
  case saved(Value)
  /// Somebody changed it meanwhile, and nothing was done: this is what it is now.
  case conflict(now: Value)
}

extension Settled: Equatable where Value: Equatable {}

extension GraphClient {
  /// Runs a mutation with an `expectedVersion`.
  /// - Parameter field: the member of the payload that has the object.
  /// - Throws: `UserError` for anything but a conflict, `GraphFault`.
  func settle<Value: Decodable & Sendable>(_ request: Request, _ field: String, as type: Value.Type = Value.self) async throws -> Settled<
    Value
  > {
    let payload = try Payload(try await execute(request))
    let value = payload.value[field]
    if let problem = payload.errors.first {
      guard problem.code == "CONFLICT", let value else { throw problem }
      return .conflict(now: try Answer(data: value).read(as: type))
    }
    guard let value else { throw GraphFault.unreadable("A payload without \(field).") }
    return .saved(try Answer(data: value).read(as: type))
  }
}
