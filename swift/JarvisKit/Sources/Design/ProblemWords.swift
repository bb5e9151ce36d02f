import Features
import SwiftUI

/// A problem in words: what is so, and what can be done about it.
extension Problem {
  /// What is so, in one sentence.
  public var sentence: Text {
    switch self {
    case .offline: Text("You are offline.")
    case .signedOut: Text("You are signed out.")
    case .busy: Text("Jarvis has a lot to do right now.")
    case .server: Text("Something went wrong at Jarvis.")
    case .refused(let message): Text(verbatim: message)
    case .outdated: Text("This app is too old for Jarvis.")
    }
  }

  /// What the person can do. Nil when the sentence says so itself.
  public var advice: Text? {
    switch self {
    case .offline: Text("Check your connection and try again. What you log meanwhile is kept on this device.")
    case .signedOut: Text("Sign in again to go on. Nothing on this device is lost.")
    case .busy(let seconds?) where seconds >= 1: Text("Try again in \(Self.words(seconds)).")
    case .busy: Text("Try again in a moment.")
    case .server: Text("It is not your fault. Try again in a few minutes.")
    case .refused: nil
    case .outdated: Text("Update the app, then try again.")
    }
  }

  /// The name of an SF Symbol.
  public var symbol: String {
    switch self {
    case .offline: "wifi.slash"
    case .signedOut: "person.crop.circle.badge.exclamationmark"
    case .busy: "hourglass"
    case .server: "exclamationmark.icloud"
    case .refused: "exclamationmark.triangle"
    case .outdated: "arrow.down.app"
    }
  }

  private static func words(_ seconds: TimeInterval) -> String {
    let duration = Duration.seconds(min(seconds, 86_400).rounded(.up))
    return duration.formatted(.units(allowed: [.hours, .minutes, .seconds], width: .wide, maximumUnitCount: 1))
  }
}

/// A problem within a screen: what is so, what to do, and once more.
public struct ProblemView: View {
  private let problem: Problem
  private let retry: @MainActor () async -> Void
  @State private var isTrying = false

  public init(_ problem: Problem, retry: @escaping @MainActor () async -> Void) {
    self.problem = problem
    self.retry = retry
  }

  public var body: some View {
    ContentUnavailableView {
      Label {
        problem.sentence
      } icon: {
        Image(systemName: problem.symbol)
      }
    } description: {
      problem.advice
    } actions: {
      Button("Try again") {
        isTrying = true
        Task {
          await retry()
          isTrying = false
        }
      }
      .buttonStyle(.borderedProminent)
      .tint(Palette.accent)
      .disabled(isTrying)
    }
  }
}

struct ProblemAlert: ViewModifier {
  let problem: Problem?
  let dismiss: @MainActor () -> Void

  func body(content: Content) -> some View {
    content.alert("That did not work", isPresented: Binding(get: { problem != nil }, set: { if !$0 { dismiss() } }), presenting: problem) {
      _ in
      Button("OK", role: .cancel) {}
    } message: { problem in
      if let advice = problem.advice { problem.sentence + Text(verbatim: " ") + advice } else { problem.sentence }
    }
  }
}

extension View {
  /// Says in an alert what did not work of what the person did.
  public func problemAlert(_ work: Work) -> some View { problemAlert(work.problem) { work.dismissProblem() } }

  /// - Parameter dismiss: called when the person has read it.
  public func problemAlert(_ problem: Problem?, dismiss: @escaping @MainActor () -> Void) -> some View {
    modifier(ProblemAlert(problem: problem, dismiss: dismiss))
  }
}
