import Features
import Models
import SwiftUI

/// A place of the apps.
public struct PlaceView: View {
  let place: Place
  let account: Account

  public init(_ place: Place, account: Account) {
    self.place = place
    self.account = account
  }

  public var body: some View {
    switch place {
    case .dashboard: DashboardView(account)
    case .chat: ConversationsView(account)
    case .lifeAreas: LifeAreasView(engine: account.engine)
    case .progress: ProgressPlaceView(account)
    case .settings: SettingsScreen(account)
    case .research: ResearchView(account.parts.research())
    case .automations: AutomationsView(account.parts.automations())
    case .notifications: NotificationsScreen(account)
    }
  }
}

/// A screen behind a place.
public struct RouteView: View {
  let route: Route
  let account: Account

  public init(_ route: Route, account: Account) {
    self.route = route
    self.account = account
  }

  public var body: some View {
    switch route {
    case .goal(let id): GoalView(id, engine: account.engine, parts: account.parts, day: account.clock.day).id(id)
    case .lifeArea(let id): LifeAreaView(id, engine: account.engine, day: account.clock.day).id(id)
    case .conversation(let id): ChatView(account, conversation: id).id(id)
    case .researchResult(let id): ResearchResultView(account.parts.researchResult(id)).id(id)
    case .researchCategory(let id): ResearchCategoryView(account.parts.researchCategory(id)).id(id)
    case .automation(let id): AutomationRuleView(account.parts.automationRule(id)).id(id)
    case .researchRun(let id): ResearchRunView(account.parts.researchRun(id)).id(id)
    case .automationRun(let id): AutomationRunView(account.parts.automationRun(id)).id(id)
    case .connection, .connections: ConnectionsScreen(account)
    case .goals: GoalsView(engine: account.engine, day: account.clock.day)
    case .place: PlaceView(route.home, account: account)
    }
  }
}

/// What is done above the screens.
struct SheetView: View {
  let sheet: Sheet
  let account: Account

  var body: some View {
    switch sheet {
    case .logProgress(let goal): LogProgressView(goal: goal, engine: account.engine, day: account.clock.day)
    case .newGoal: GoalFormView(engine: account.engine, day: account.clock.day)
    case .pendingChanges: UnsentView(engine: account.engine)
    }
  }
}
