import AppIntents
import DeviceData
import Features
import Foundation
import Models

/// "Log 5 kilometres for Run."
struct LogProgressIntent: AppIntent {
  static let title: LocalizedStringResource = "Log progress"
  static let description: IntentDescription? = IntentDescription("Logs a value for one of your goals. Works without a network.")

  @Parameter(title: "Goal", requestValueDialog: "For which goal?") var goal: GoalEntity
  @Parameter(title: "Value", requestValueDialog: "How much?") var value: Double
  @Parameter(title: "Note") var note: String?
  @Dependency private var context: IntentContext

  static var parameterSummary: some ParameterSummary {
    Summary("Log \(\.$value) for \(\.$goal)") { \.$note }
  }

  func perform() async throws -> some IntentResult & ReturnsValue<GoalEntity> & ProvidesDialog {
    do {
      guard let amount = Amount(measured: value) else { throw IntentProblem.notANumber }
      let logged = try await context.actions().logProgress(amount, goal: goal.objectID, note: note)
      await context.changed()
      let dialog = IntentDialog("Logged \(logged.goal.words(amount)) for \(logged.goal.title).")
      return .result(value: GoalEntity(logged.goal), dialog: dialog)
    } catch { throw IntentProblem(error) }
  }
}

/// What a widget's button does: logs the usual value of a goal.
struct LogStepIntent: AppIntent {
  static let title: LocalizedStringResource = "Log the usual value"
  static let isDiscoverable = false

  @Parameter(title: "Goal") var goal: String
  @Dependency private var context: IntentContext

  init() {}

  init(goal: ObjectID) { self.goal = goal.rawValue }

  func perform() async throws -> some IntentResult {
    do {
      _ = try await context.actions().logProgress(goal: ObjectID(goal))
      await context.changed()
      return .result()
    } catch { throw IntentProblem(error) }
  }
}

/// "Skip Run today."
struct SkipDayIntent: AppIntent {
  static let title: LocalizedStringResource = "Skip today"
  static let description: IntentDescription? = IntentDescription("Leaves a goal out today. A streak is not broken by it.")

  @Parameter(title: "Goal", requestValueDialog: "Which goal?") var goal: GoalEntity
  @Dependency private var context: IntentContext

  static var parameterSummary: some ParameterSummary { Summary("Skip \(\.$goal) today") }

  func perform() async throws -> some IntentResult & ProvidesDialog {
    do {
      let skipped = try await context.actions().skipToday(goal: goal.objectID)
      await context.changed()
      return .result(dialog: IntentDialog("\(skipped.goal.title) is left out today."))
    } catch { throw IntentProblem(error) }
  }
}

/// "What should I do next?"
struct NextStepIntent: AppIntent {
  static let title: LocalizedStringResource = "Next step"
  static let description: IntentDescription? = IntentDescription("Tells which of your goals wants something most.")

  @Dependency private var context: IntentContext

  func perform() async throws -> some IntentResult & ReturnsValue<GoalEntity> & ProvidesDialog {
    do {
      guard let goal = try await context.actions().suggestedGoals().first else { throw IntentProblem.nothingToDo }
      return .result(value: GoalEntity(goal), dialog: goal.nextStep)
    } catch { throw IntentProblem(error) }
  }
}

/// Opens a goal in the app.
struct OpenGoalIntent: OpenIntent {
  static let title: LocalizedStringResource = "Open goal"

  @Parameter(title: "Goal") var target: GoalEntity
  @Dependency private var context: IntentContext

  static var parameterSummary: some ParameterSummary { Summary("Open \(\.$target)") }

  func perform() async throws -> some IntentResult {
    await context.open(.object(target.objectID))
    return .result()
  }
}

extension TodayGoal {
  /// An amount with the goal's unit, as it is said.
  func words(_ amount: Amount) -> String {
    let number = amount.value.formatted()
    return unit.map { "\(number) \($0)" } ?? number
  }

  /// What is said of the goal that wants something most.
  var nextStep: IntentDialog {
    if state != .open { return IntentDialog("Everything is done for today.") }
    return switch urgency {
    case .today: IntentDialog("\(title) is due today.")
    case .tomorrow: IntentDialog("\(title) is due tomorrow.")
    default: IntentDialog("Nothing is urgent. \(title) comes next.")
    }
  }
}
