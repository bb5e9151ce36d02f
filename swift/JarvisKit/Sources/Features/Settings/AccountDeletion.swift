import Foundation
import Graph
import Models

extension SettingsModel {
  // MARK: Deleting the account

  private static let deletion = ObjectID("deletion")
  public var isDeletionWorking: Bool { work.subjects.contains(Self.deletion) }

  struct Asked: Decodable { let challenge: String }
  struct Confirmed: Decodable { let deletion: AccountDeletion }

  /// First step: nothing is deleted yet. `confirmDeletion` has to follow within ten minutes.
  public func askForDeletion() async {
    await work.run(on: Self.deletion) {
      challenge = try await parts.graph.change(Request(Document.requestAccountDeletion), as: Asked.self).challenge
    }
  }

  /// The person thinks better of it before confirming: the question ends by itself.
  public func dropDeletion() { challenge = nil }

  /// Second step: the account is deleted when its time of grace is over, and every other app is signed out.
  public func confirmDeletion() async {
    guard let challenge else { return }
    await work.run(on: Self.deletion) {
      // It counts once, whatever comes of it.
      self.challenge = nil
      let confirmed = try await parts.graph.change(
        Request(Document.confirmAccountDeletion, ["input": ["challenge": .string(challenge)]]), as: Confirmed.self)
      edit {
        $0.deletion = confirmed.deletion
        $0.sessions?.removeAll { !$0.current }
      }
    }
  }

  /// Keeps the account after all.
  public func keepAccount() async {
    await work.run(on: Self.deletion) {
      try await parts.graph.change(Request(Document.cancelAccountDeletion))
      edit { $0.deletion = nil }
    }
  }
}
