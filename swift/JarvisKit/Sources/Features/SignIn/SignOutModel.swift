import Foundation
import Observation
import Sync

/// Signing out, which deletes the copy on this device: the person is told before what would be lost.
@MainActor @Observable public final class SignOutModel {
  /// What the person is asked.
  public enum Question: Equatable, Sendable {
    /// Everything is at the server.
    case sure
    /// So many changes are on this device only.
    case wouldLose(unsentCount: Int)
  }

  public private(set) var question: Question?
  public private(set) var isWorking = false

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private let signOut: @MainActor () async -> Void

  /// - Parameter signOut: see `AppModel.signOut()`.
  public init(engine: SyncEngine, signOut: @escaping @MainActor () async -> Void) {
    self.engine = engine
    self.signOut = signOut
  }

  /// The person wants to sign out.
  public func ask() async {
    // A copy that cannot be read does not keep anybody in.
    let unsent = (try? await engine.pending().count) ?? 0
    question = unsent == 0 ? .sure : .wouldLose(unsentCount: unsent)
  }

  public func stay() { question = nil }

  /// Sends what waits, and signs out when that worked; otherwise the question is asked again, with what is left.
  public func sendFirst() async {
    guard !isWorking else { return }
    isWorking = true
    let status = await engine.sync()
    isWorking = false
    if status.pending == 0 { await confirm() } else { question = .wouldLose(unsentCount: status.pending) }
  }

  /// Signs out, whatever is lost.
  public func confirm() async {
    guard !isWorking else { return }
    isWorking = true
    defer { isWorking = false }
    question = nil
    await signOut()
  }
}
