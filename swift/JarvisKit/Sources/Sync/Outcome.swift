import Foundation
import Graph
import Models
import Persistence

/// What became of a change that was sent.
enum Outcome: Equatable, Sendable {
  /// Done: the objects of the answer, as they are now, and what is gone.
  case done(put: [JSONValue], removed: ObjectID?)
  /// Somebody else changed other fields: the same change, on this version.
  case again(onVersion: Int)
  /// Some of what was to be put into an order is gone: the same with those that are left.
  case arrangedAnew([ObjectID])
  case conflict(current: JSONValue?)
  case refused([UserError])
  /// The network or the server is away.
  case later(retryAfter: TimeInterval?)
  case signedOut

  /// Reads the payload of the mutation. Pure: all there is to decide about an answer is decided here.
  init(of change: PendingChange, payload: Payload) {
    guard let first = payload.errors.first else {
      let objects = Self.objects(in: payload)
      self = .done(
        put: change.edit == .delete ? objects.filter { $0["id"]?.text != change.subject.rawValue } : objects,
        removed: change.edit == .delete ? change.subject : nil)
      return
    }
    switch first.code {
    case "NOT_FOUND" where change.edit == .delete:
      // Deleted by another device, or by this one before an answer got lost.
      self = .done(put: [], removed: change.subject)
    case "NOT_FOUND" where first.path == ["id"]:
      self = .conflict(current: nil)
    case "NOT_FOUND" where first.path.first == "ids":
      guard case .arrange(_, let ids) = change.edit else { fallthrough }
      let gone = Set(payload.errors.compactMap { $0.path.last.flatMap { Int($0) } })
      self = .arrangedAnew(ids.indices.filter { !gone.contains($0) }.map { ids[$0] })
    case "CONFLICT" where first.path == ["expectedVersion"]:
      let current = Self.objects(in: payload).first { $0["id"]?.text == change.subject.rawValue }
      self = Self.clash(of: change, with: current)
    default:
      self = .refused(payload.errors)
    }
  }

  private static func objects(in payload: Payload) -> [JSONValue] {
    (Kept.all.compactMap { payload.value[$0.member] } + (payload.value["lifeAreas"]?.items ?? [])).map(\.withoutTypeNames)
  }

  init(of change: PendingChange, fault: GraphFault) {
    switch fault {
    case .unauthenticated: self = .signedOut
    case .offline, .rateLimited, .server: self = .later(retryAfter: fault.retryAfter)
    // The first sending of the same key is still under way there.
    case .refused(code: "CONFLICT", _) where change.attempts < 10: self = .later(retryAfter: nil)
    case .refused(let code, let message): self = .refused([UserError(code: code, message: message)])
    case .unreadable(let message): self = .refused([UserError(code: "UNREADABLE", message: message)])
    }
  }

  /// A change that met another version. It is a conflict only where both changed the same field to something else.
  static func clash(of change: PendingChange, with current: JSONValue?) -> Outcome {
    guard let current, let version = current["version"]?.number else { return .conflict(current: nil) }
    guard case .update(let fields, let before) = change.edit else { return .conflict(current: current) }
    let members = current.members ?? [:]
    if fields.allSatisfy({ members[$0.key] ?? .null == $0.value }) { return .done(put: [current], removed: nil) }
    let disputed = before.contains { name, value in
      let now = members[name] ?? .null
      return now != value && now != fields[name]
    }
    return disputed ? .conflict(current: current) : .again(onVersion: version)
  }
}
