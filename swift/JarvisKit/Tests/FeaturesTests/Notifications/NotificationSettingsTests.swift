import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@MainActor @Suite struct NotificationSettingsOfThePerson {
  let script = Script()
  let moment = Moment()

  func settings(push: Bool = true, quiet: JSONValue = nil, digestAt: String = "18:00", version: Int = 1) -> JSONValue {
    [
      "preferences": [["kind": "INSIGHT", "inApp": true, "push": .bool(push), "digest": false]], "quietHours": quiet, "pushPreview": true,
      "digestAt": .string(digestAt), "version": .int(version),
    ]
  }

  func opened(_ value: JSONValue? = nil) async -> NotificationSettingsModel {
    await script.set("NotificationSettings", .success(["viewer": ["notificationSettings": value ?? settings()]]))
    let model = Parts(graph: moment.client(script), store: MemoryStore(), surroundings: surroundings()).notificationSettings()
    await model.settings.open()
    return model
  }

  func saves(_ value: JSONValue) async {
    await script.set("UpdateNotificationSettings", .success(["updateNotificationSettings": ["notificationSettings": value, "errors": []]]))
  }

  @Test(arguments: NotificationSettings.Channel.allCases) func aSwitchCountsAtOnceAndGoesBackWhenItFails(
    channel: NotificationSettings.Channel
  ) async {
    let model = await opened()
    let before = model.value?.preferences.first?[channel] ?? false
    var meanwhile: Bool?
    moment.look = { meanwhile = model.value?.preferences.first?[channel] }
    await model.set(.insight, channel, !before)
    #expect(meanwhile == !before)
    #expect(model.value?.preferences.first?[channel] == before)
    #expect(model.work.problem == .offline)
    #expect(
      await script.requests.last?.variables["input"]
        == ["preferences": [["kind": "INSIGHT", .init(channel.rawValue): .bool(!before)]]])
  }

  @Test func whatTheServerAnswersIsShown() async {
    let model = await opened()
    await saves(settings(push: false, version: 2))
    await model.set(.insight, .push, false)
    #expect(model.value?.version == 2)
    #expect(model.work.problem == nil)
    // A kind that is not there is not set.
    await model.set(.alert, .push, false)
    #expect(model.value?.preferences.count == 1)
  }

  @Test func quietHoursAreSetAndTakenAway() async {
    let model = await opened(settings(quiet: ["from": "22:30", "to": "07:00", "exceptKinds": ["ALERT", "HOROSCOPE"]]))
    #expect(model.value?.quietHours?.begin.description == "22:30")
    #expect(model.value?.quietHours?.end.description == "07:00")
    #expect(model.value?.quietHours?.exceptions == [.alert])
    let eleven = TimeOfDay(minutes: 23 * 60)
    await saves(settings(quiet: ["from": "23:00", "to": "06:00", "exceptKinds": ["REMINDER", "ALERT"]], version: 2))
    await model.setQuietHours(.init(from: eleven, to: TimeOfDay(minutes: 360), except: [.alert, .reminder]))
    #expect(
      await script.requests.last?.variables["input"]
        == ["quietHours": ["from": "23:00", "to": "06:00", "exceptKinds": ["REMINDER", "ALERT"]]])
    await saves(settings(version: 3))
    await model.setQuietHours(nil)
    #expect(await script.requests.last?.variables["input"]?.members?["quietHours"] == .null)
    #expect(model.value?.quietHours == nil)
    let before = await script.requests.count
    await model.setQuietHours(.init(from: eleven, to: eleven, except: []))
    #expect(await script.requests.count == before)
  }

  @Test func previewAndDigestAreSet() async {
    let model = await opened(settings(digestAt: "odd"))
    #expect(model.value?.digestTime.description == "18:00")
    await saves(settings(digestAt: "19:15", version: 2))
    await model.setDigestTime(TimeOfDay(minutes: 19 * 60 + 15))
    #expect(model.value?.digestTime.description == "19:15")
    await model.setPushPreview(false)
    #expect(await script.requests.last?.variables["input"] == ["pushPreview": false])
  }

  @Test func whatIsNotLoadedIsNotSet() async {
    let model = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).notificationSettings()
    await model.setPushPreview(false)
    #expect(await script.requests.isEmpty)
  }

  @Test func aTestTellsWhatBecameOfItOnEachDevice() async {
    let model = await opened()
    await model.sendTest()
    #expect(model.work.problem == .offline)
    #expect(model.test == nil)
    await script.set(
      "SendTestNotification",
      .success([
        "sendTestNotification": [
          "devices": [
            ["device": ["id": "device_1", "name": "Phone"], "push": ["state": "SENT"], "explanation": "It was sent."],
            ["device": nil, "push": nil, "explanation": "No address."],
          ], "errors": [],
        ]
      ]))
    var wasTesting = false
    moment.look = { wasTesting = model.isTesting }
    await model.sendTest()
    #expect(wasTesting)
    #expect(model.isTesting == false)
    #expect(model.test?.devices?.map(\.name) == ["Phone", nil])
    #expect(model.test?.devices?.map(\.wasSent) == [true, false])
  }
}
