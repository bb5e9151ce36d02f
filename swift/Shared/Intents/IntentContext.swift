import AppIntents
import AppleDevice
import Features
import Foundation
import Models
import Sync
import WidgetKit

/// What intents work with. The app and its widgets each hand in theirs when they start: the app its own account, so that screens see at once
/// what was said to Siri; a widget one that it opens for itself on the same store.
struct IntentContext: Sendable {
  private let signedIn: @Sendable () async -> Account?
  private let openLink: @Sendable (DeepLink) async -> Void
  /// A widget's process lives for moments: what it logged is sent before it ends, if that goes quickly. The app sends by itself.
  private let sendsItself: Bool

  /// For the app.
  init(_ app: AppModel?) {
    signedIn = {
      await app?.start()
      return await app?.account
    }
    openLink = { link in await app?.open(link) }
    sendsItself = false
  }

  /// For another process.
  init(_ composition: Composition?) {
    signedIn = { await composition?.account() }
    openLink = { _ in }
    sendsItself = true
  }

  /// - Throws: `IntentProblem.signedOut`.
  func account() async throws -> Account {
    guard let account = await signedIn() else { throw IntentProblem.signedOut }
    return account
  }

  func actions() async throws -> Actions { try await account().actions }

  func open(_ link: DeepLink) async { await openLink(link) }

  /// After a change: widgets show it, and the server hears of it.
  func changed() async {
    WidgetCenter.shared.reloadAllTimelines()
    guard sendsItself, let account = try? await account() else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await account.engine.sync() }
      group.addTask { try? await Task.sleep(for: .seconds(5)) }
      await group.next()
      group.cancelAll()
    }
  }
}

/// What a person is told when an intent cannot do what they want.
enum IntentProblem: Error, CustomLocalizedStringResourceConvertible {
  case signedOut, noGoal, nothingToDo, notANumber, needsValue, noAnswer, needsConsent
  case problem(Problem)

  init(_ error: any Error) {
    switch error {
    case let error as IntentProblem: self = error
    case let error as AskFault: self = .problem(error.problem)
    case Actions.Fault.noGoal, Actions.Fault.ambiguous: self = .noGoal
    case Actions.Fault.nothingToDo: self = .nothingToDo
    case Actions.Fault.needsValue: self = .needsValue
    case Actions.Fault.needsConsent: self = .needsConsent
    case is Actions.Fault: self = .noAnswer
    default: self = .problem(Problem(error))
    }
  }

  var localizedStringResource: LocalizedStringResource {
    switch self {
    case .signedOut: "Open Jarvis and sign in first."
    case .noGoal: "There is no such goal that runs."
    case .nothingToDo: "Nothing is due. You have no goal that runs."
    case .notANumber: "That is not a number."
    case .needsValue: "This goal needs a value. Say how much."
    case .noAnswer: "Jarvis did not answer in time. Open the app to go on."
    case .needsConsent: "Open Jarvis first and say what the assistant may know."
    case .problem(.offline): "You are offline."
    case .problem(.signedOut): "Open Jarvis and sign in first."
    case .problem(.busy): "Jarvis has a lot to do right now."
    case .problem(.refused(let message)): "\(message)"
    case .problem: "That did not work. Open the app to see why."
    }
  }
}
