import Foundation
import Graph
import Models
import Observation

/// What the person does on a screen, beside loading it: what is under way, and what did not work.
@MainActor @Observable public final class Work {
  /// The objects that something is being done to.
  public private(set) var subjects: Set<ObjectID> = []
  /// Why the latest one did not work; nil when it did, or when the person has read it.
  public private(set) var problem: Problem?

  public init() {}

  public func dismissProblem() { problem = nil }

  /// Does it, unless something is being done to the same object already: two taps are one.
  /// - Returns: whether it worked.
  @discardableResult
  func run(on subject: ObjectID, _ operation: () async throws -> Void) async -> Bool {
    guard subjects.insert(subject).inserted else { return false }
    defer { subjects.remove(subject) }
    do {
      try await operation()
      problem = nil
      return true
    } catch is CancellationError {
      return false
    } catch {
      problem = Problem(error)
      return false
    }
  }
}
