import AppIntents
import Features
import Foundation

/// "Ask Jarvis how my week was." What the assistant proposes to change waits in the app.
struct AskJarvisIntent: AppIntent {
  static let title: LocalizedStringResource = "Ask Jarvis"
  static let description: IntentDescription? = IntentDescription("Asks your assistant, and tells the answer.")
  static let authenticationPolicy = IntentAuthenticationPolicy.requiresAuthentication

  /// The system gives an intent about half a minute.
  private static let patience: TimeInterval = 25

  @Parameter(title: "Question", requestValueDialog: "What do you want to know?") var question: String
  @Dependency private var context: IntentContext

  static var parameterSummary: some ParameterSummary { Summary("Ask Jarvis \(\.$question)") }

  func perform() async throws -> some IntentResult & ReturnsValue<String> & ProvidesDialog {
    do {
      let answer = try await context.actions().ask(question, within: Self.patience)
      // What it proposes is not said aloud word by word: it is decided in the app, where it is shown.
      guard !answer.proposals.isEmpty else { return .result(value: answer.text, dialog: IntentDialog("\(answer.text)")) }
      return .result(value: answer.text, dialog: IntentDialog("\(answer.text) Jarvis proposes a change: look at it in the app."))
    } catch { throw IntentProblem(error) }
  }
}

/// The places of the app, as Shortcuts offers them.
enum PlaceChoice: String, AppEnum {
  case dashboard, chat, lifeAreas, progress, settings, research, automations, notifications

  static let typeDisplayRepresentation = TypeDisplayRepresentation(name: "Place")
  static let caseDisplayRepresentations: [PlaceChoice: DisplayRepresentation] = [
    .dashboard: DisplayRepresentation(title: "Dashboard"), .chat: DisplayRepresentation(title: "Chat"),
    .lifeAreas: DisplayRepresentation(title: "Life areas"), .progress: DisplayRepresentation(title: "Progress"),
    .settings: DisplayRepresentation(title: "Settings"), .research: DisplayRepresentation(title: "Research"),
    .automations: DisplayRepresentation(title: "Automations"), .notifications: DisplayRepresentation(title: "Notifications"),
  ]

  var place: Place {
    switch self {
    case .dashboard: .dashboard
    case .chat: .chat
    case .lifeAreas: .lifeAreas
    case .progress: .progress
    case .settings: .settings
    case .research: .research
    case .automations: .automations
    case .notifications: .notifications
    }
  }
}

/// "Open Research in Jarvis."
struct OpenPlaceIntent: AppIntent {
  static let title: LocalizedStringResource = "Open a place in Jarvis"
  static let openAppWhenRun = true

  @Parameter(title: "Place") var place: PlaceChoice
  @Dependency private var context: IntentContext

  static var parameterSummary: some ParameterSummary { Summary("Open \(\.$place)") }

  func perform() async throws -> some IntentResult {
    await context.open(.place(place.place))
    return .result()
  }
}
