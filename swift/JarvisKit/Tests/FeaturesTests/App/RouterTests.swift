import Foundation
import Graph
import Models
import Testing

@testable import Features

@Suite @MainActor struct Routing {
  let goal = ObjectID("goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6")
  func id(_ prefix: String) -> ObjectID { ObjectID("\(prefix)_0192f3a1b2c37d4e8f90a1b2c3d4e5f6") }

  @Test func onAPhoneAGoalOpensInTheTabOfProgress() {
    let router = Router(.tabs)
    router.sheet = .newGoal
    #expect(router.follow(.object(goal)))
    #expect(router.place == .progress && router[path: .progress] == [.goal(goal)] && router.top == .goal(goal))
    #expect(router.sheet == nil)
    // Opened again it is one screen, not two.
    router.open(.goal(goal))
    router.push(.goal(goal))
    #expect(router[path: .progress] == [.goal(goal)])
    router.push(.lifeArea(id("area")))
    #expect(router[path: .progress] == [.goal(goal), .lifeArea(id("area"))])
  }

  @Test func whatHasNoTabLiesOnTopOfTheDashboard() {
    let router = Router(.tabs)
    router.open(.researchResult(id("result")))
    #expect(router.place == .dashboard && router[path: .dashboard] == [.place(.research), .researchResult(id("result"))])
    router.place = .chat
    router.place = .notifications
    #expect(router.place == .dashboard && router[path: .dashboard] == [.place(.notifications)])
    // The tab that is shown, tapped once more, goes back to its beginning.
    router.place = .dashboard
    #expect(router.top == .place(.dashboard) && router[path: .dashboard].isEmpty)
  }

  @Test func onAMacEveryPlaceIsInTheSidebar() {
    let router = Router(.sidebar)
    router.open(.researchResult(id("result")))
    #expect(router.place == .research && router[path: .research] == [.researchResult(id("result"))])
    router.place = .automations
    #expect(router.top == .place(.automations))
    router.place = .research
    #expect(router.top == .researchResult(id("result")))
  }

  @Test(
    arguments: [
      ("goal", .progress), ("area", .lifeAreas), ("conversation", .chat), ("result", .research), ("category", .research),
      ("rule", .automations), ("connection", .settings), ("run", .research), ("rulerun", .automations),
    ] as [(String, Place)])
  func objectsHaveTheirScreensAndLinksLeadBack(prefix: String, place: Place) throws {
    let route = try #require(Route(id(prefix)))
    #expect(route.home == place && route.object == id(prefix))
    let url = try #require(route.link)
    #expect(DeepLink(url) == .object(id(prefix)))
  }

  @Test(arguments: Place.allCases) func linksOfPlacesLeadThere(place: Place) throws {
    let router = Router(.sidebar)
    let url = try #require(Route.place(place).link)
    #expect(router.follow(try #require(DeepLink(url))))
    #expect(router.place == place)
    #expect(Place.tabs.contains(place.tab) && place.id == place.rawValue)
  }

  @Test(arguments: [Route.goals, .connections]) func linksOfListsLeadThere(route: Route) throws {
    let router = Router(.tabs)
    let url = try #require(route.link)
    #expect(router.follow(try #require(DeepLink(url))))
    #expect(router.top == route && router.place == route.home && route.object == nil)
  }

  @Test(
    arguments: [
      ("entry", .progress), ("milestone", .progress), ("toolcall", .chat), ("note", .lifeAreas), ("notification", .notifications),
      ("insight", .dashboard), ("export", .settings),
    ] as [(String, Place)])
  func whatHasNoScreenLeadsToItsPlace(prefix: String, place: Place) {
    let router = Router(.sidebar)
    #expect(router.follow(.object(id(prefix))))
    #expect(router.top == .place(place))
  }

  @Test func whatIsUnknownLeadsNowhere() {
    let router = Router(.tabs)
    router.place = .chat
    #expect(!router.follow(.object(id("spaceship"))))
    #expect(router.place == .chat)
  }

  @Test func aLinkForLoggingOpensTheSheetWhereThePersonIs() {
    let router = Router(.tabs)
    router.place = .chat
    #expect(router.follow(.logProgress(goal: goal)))
    #expect(router.place == .chat && router.sheet == .logProgress(goal: goal) && router.sheet?.id == .logProgress(goal: goal))
  }

  @Test func whatAServiceSentBackIsTakenOnce() {
    let router = Router(.tabs)
    router.follow(.connectionReturned(parameters: ["code": "1"]))
    #expect(router.top == .connections && router.place == .settings)
    #expect(router.takeConnectionReturn() == ["code": "1"])
    #expect(router.takeConnectionReturn() == nil)
  }

  @Test func theScreensOfWhatIsDeletedClose() {
    let router = Router(.tabs)
    router.open(.goal(goal))
    router.push(.lifeArea(id("area")))
    router.sheet = .logProgress(goal: goal)
    router.close(goal)
    #expect(router[path: .progress] == [.lifeArea(id("area"))] && router.sheet == nil)
  }

  @Test func thePlaceIsFoundAgainAfterARestart() {
    let before = Router(.tabs)
    before.open(.researchResult(id("result")))
    before.open(.goal(goal))
    before.sheet = .newGoal
    let after = Router(.tabs)
    after.restore(before.state)
    #expect(after.place == .progress && after.top == .goal(goal) && after.sheet == nil)
    #expect(after[path: .dashboard] == [.place(.research), .researchResult(id("result"))])
    after.reset()
    #expect(after.state == Router(.tabs).state)
  }

  @Test(arguments: ["", "{}", #"{"place":"moon","paths":{}}"#, #"{"place":"research","paths":{}}"#])
  func aPlaceThatIsNoneIsNotGoneTo(state: String) {
    let router = Router(.tabs)
    router.place = .chat
    router.restore(state)
    #expect(router.place == .chat)
  }

  @Test func commandsAreHeardByTheScreenThatIsShown() {
    let router = Router(.sidebar)
    router.search()
    router.refresh()
    router.refresh()
    #expect(router.searchRequestCount == 1 && router.refreshRequestCount == 2)
  }
}
