import AppIntents
import Features
import Foundation
import Models

/// A goal as Shortcuts, Siri and widgets' settings know it.
struct GoalEntity: AppEntity {
  static let typeDisplayRepresentation = TypeDisplayRepresentation(name: "Goal")
  static let defaultQuery = GoalQuery()

  let id: String
  let title: String
  let unit: String?

  init(_ goal: TodayGoal) {
    id = goal.id.rawValue
    title = goal.title
    unit = goal.unit
  }

  var displayRepresentation: DisplayRepresentation {
    if let unit { DisplayRepresentation(title: "\(title)", subtitle: "\(unit)") } else { DisplayRepresentation(title: "\(title)") }
  }

  var objectID: ObjectID { ObjectID(id) }
}

/// Finds goals in the device's own copy: without a network, too.
struct GoalQuery: EntityStringQuery {
  @Dependency private var context: IntentContext

  func entities(for identifiers: [String]) async throws -> [GoalEntity] {
    try await context.actions().goals(identifiers.map(ObjectID.init(_:))).map(GoalEntity.init)
  }

  func entities(matching string: String) async throws -> [GoalEntity] {
    try await context.actions().goals(matching: string).map(GoalEntity.init)
  }

  func suggestedEntities() async throws -> [GoalEntity] {
    // Before somebody signs in there are none; that is no fault of Shortcuts'.
    guard let actions = try? await context.actions() else { return [] }
    return try await actions.suggestedGoals().map(GoalEntity.init)
  }
}
