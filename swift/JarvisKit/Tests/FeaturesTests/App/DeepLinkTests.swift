import Foundation
import Graph
import Models
import Observation
import Persistence
import Sync
import Testing

@testable import Features

@Suite struct Links {
  let id = "goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6"
  func link(_ text: String, host: String? = "jarvis.example") throws -> DeepLink? {
    DeepLink(try #require(URL(string: text)), webHost: host)
  }

  @Test func linksLeadToObjectsAndSheets() throws {
    #expect(try link("jarvis://goal/\(id)") == .object(ObjectID(id)))
    #expect(try link("jarvis://log/\(id)") == .logProgress(goal: ObjectID(id)))
    #expect(try link("jarvis://dashboard") == .dashboard)
    #expect(try link("https://jarvis.example/goal/\(id)") == .object(ObjectID(id)))
    #expect(try link("https://jarvis.example/") == .dashboard)
    #expect(try link("jarvis://connected?code=1&state=2") == .connectionReturned(parameters: ["code": "1", "state": "2"]))
  }

  @Test(arguments: [
    "https://evil.example/goal/goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "http://jarvis.example/", "jarvis://goal/goal_1",
    "jarvis://area/goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "jarvis://log/area_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "javascript:alert(1)",
    "jarvis://goal/goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6/delete", "file:///etc/passwd",
  ]) func whatOthersMakeUpLeadsNowhere(text: String) throws { #expect(try link(text) == nil) }

  @Test func aPushLeadsToWhatItIsAbout() {
    #expect(
      DeepLink(push: ["notificationId": "notification_0192f3a1b2c37d4e8f90a1b2c3d4e5f6", "subjectId": .string(id)]) == .object(ObjectID(id))
    )
    #expect(
      DeepLink(push: ["notificationId": "notification_0192f3a1b2c37d4e8f90a1b2c3d4e5f6"])
        == .object(ObjectID("notification_0192f3a1b2c37d4e8f90a1b2c3d4e5f6")))
    #expect(DeepLink(push: [:]) == nil)
    #expect(DeepLink(userInfo: ["subjectId": id, "aps": ["alert": "Run"], 5: "x"]) == .object(ObjectID(id)))
    #expect(DeepLink(userInfo: [:]) == nil)
    #expect(DeepLink(push: ["subjectId": "x"]) == nil)
  }
}
