import ActivityKit
import AppleDevice
import Features
import Foundation
import Models

/// Live Activities of research on the Lock Screen and in the Dynamic Island. `ResearchActivities` says when.
struct ActivityKitDriver: LiveActivityDriver {
  private typealias Shown = Activity<ResearchActivityAttributes>

  func isAllowed() async -> Bool { ActivityAuthorizationInfo().areActivitiesEnabled }

  func shown() async -> [ObjectID] {
    Shown.activities.filter { $0.activityState == .active || $0.activityState == .stale }.map(\.attributes.activity.runID)
  }

  func start(_ activity: ResearchActivity, _ state: ResearchActivityState, staleAt: Date) async throws {
    _ = try Shown.request(
      attributes: ResearchActivityAttributes(activity), content: ActivityContent(state: state, staleDate: staleAt), pushType: nil)
  }

  func update(_ run: ObjectID, _ state: ResearchActivityState, staleAt: Date) async {
    for activity in all(run) { await activity.update(ActivityContent(state: state, staleDate: staleAt)) }
  }

  func end(_ run: ObjectID, _ state: ResearchActivityState?, dismissAt: Date?) async {
    let last = state.map { ActivityContent(state: $0, staleDate: nil) }
    for activity in all(run) { await activity.end(last, dismissalPolicy: dismissAt.map { .after($0) } ?? .immediate) }
  }

  private func all(_ run: ObjectID) -> [Shown] { Shown.activities.filter { $0.attributes.activity.runID == run } }
}
