import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

/// What a test looks at while a request is on its way.
@MainActor final class Moment {
  var look: (@MainActor () -> Void)?
  nonisolated init() {}

  /// The script's client; before each answer the test looks.
  nonisolated func client(_ script: Script) -> GraphClient {
    GraphClient(
      execute: { request in
        if request.operation.kind == .mutation { await MainActor.run { self.look?() } }
        return try await script.answer(request)
      }, subscribe: { _ in .init { $0.finish() } })
  }
}

let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

func clock(_ time: String, in timeZone: TimeZone = .gmt, dayStartMinutes: Int = 0) -> DayClock {
  let now = JSON.date(of: time) ?? .distantPast
  return DayClock(now: { now }, timeZone: timeZone, dayStartMinutes: dayStartMinutes)
}

@MainActor @Suite struct NotificationLists {
  let script = Script()
  let moment = Moment()

  func note(_ number: Int, at time: String = "2026-03-01T07:30:00.000Z", read: Bool = false) -> JSONValue {
    [
      "id": .string("notification_\(number)"), "kind": "ALERT", "title": .string("Title \(number)"), "createdAt": .string(time),
      "readAt": read ? "2026-03-01T08:00:00.000Z" : .null,
    ]
  }

  func listed(_ notes: [JSONValue], unread: Int, next: String? = nil) -> JSONValue {
    [
      "viewer": [
        "unreadNotificationCount": .int(unread),
        "notifications": [
          "nodes": .array(notes), "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map(JSONValue.string) ?? .null],
        ],
      ]
    ]
  }

  func opened(_ notes: [JSONValue], unread: Int, at time: String = "2026-03-01T12:00:00Z", next: String? = nil) async -> NotificationsModel
  {
    await script.set("Notifications", .success(listed(notes, unread: unread, next: next)))
    let parts = Parts(graph: moment.client(script), store: MemoryStore(), surroundings: surroundings())
    let model = parts.notificationsModel { clock(time, in: berlin, dayStartMinutes: 180) }
    await model.open()
    return model
  }

  func ids(_ model: NotificationsModel) -> [String] { model.days.flatMap(\.items).map(\.id.rawValue) }
  let failed = Result<JSONValue, GraphFault>.failure(.offline)
  func done(_ name: String, _ more: [String: JSONValue] = [:]) -> Result<JSONValue, GraphFault> {
    .success([name: .object(more.merging(["errors": []]) { $1 })])
  }

  @Test func itIsGroupedByThePersonsDays() async {
    // In Berlin it is 01:30 of the first of March, which for somebody whose days begin at three is still the last of February.
    let model = await opened(
      [note(1), note(2, at: "2026-03-01T00:30:00.000Z"), note(3, at: "2026-02-20T10:00:00.000Z")], unread: 3)
    #expect(model.days.map(\.date.description) == ["2026-03-01", "2026-02-28", "2026-02-20"])
    #expect(model.days.map(\.daysAgo) == [0, 1, 9])
    #expect(model.unreadCount == 3)
  }

  @Test func whatCameBackIsOfTheDayOnWhichItCameBack() async {
    let back = note(1, at: "2026-02-20T10:00:00.000Z").merging(["snoozedUntil": "2026-03-01T07:00:00.000Z"])
    #expect(await opened([back], unread: 1).days.map(\.daysAgo) == [0])
  }

  @Test func theNextPageIsPutBehindTheFirst() async {
    let model = await opened([note(1)], unread: 2, next: "c1")
    await script.set("Notifications", .success(listed([note(2)], unread: 2)))
    await model.list.more()
    #expect(ids(model) == ["notification_1", "notification_2"])
    #expect(await script.requests.last?.variables["after"] == "c1")
    #expect(model.list.hasMore == false)
  }

  @Test func onlyThoseThatAreNotReadAreListedWhenThePersonWants() async {
    let model = await opened([note(1), note(2, read: true)], unread: 1)
    await script.set("Notifications", .success(listed([], unread: 0)))
    await model.show(unreadOnly: true)
    #expect(await script.requests.last?.variables["filter"] == ["unread": true])
    #expect(model.list.screen == .empty)
    #expect(model.unreadCount == 0)
    let before = await script.requests.count
    await model.show(unreadOnly: true)
    #expect(await script.requests.count == before)
  }

  @Test func oneIsReadAtOnceAndTheServersCountIsTaken() async throws {
    let model = await opened([note(1), note(2)], unread: 9)
    await script.set("MarkNotificationsRead", done("markNotificationsRead", ["count": 1, "unreadNotificationCount": 7]))
    var meanwhile: (Int?, Bool?)
    moment.look = { meanwhile = (model.unreadCount, model.days.first?.items.first?.isUnread) }
    let item = try #require(model.days.first?.items.first)
    await model.markRead(item)
    #expect(meanwhile == (8, false))
    #expect(model.unreadCount == 7)
    #expect(await script.requests.last?.variables["input"] == ["ids": ["notification_1"]])
    // Read already, it is not sent.
    let before = await script.requests.count
    await model.markRead(try #require(model.days.first?.items.first))
    #expect(await script.requests.count == before)
  }

  @Test func whatTheServerDoesNotHaveIsUnreadAgain() async throws {
    let model = await opened([note(1)], unread: 1)
    await script.set("MarkNotificationsRead", failed)
    await model.markRead(try #require(model.days.first?.items.first))
    #expect(model.unreadCount == 1)
    #expect(model.days.first?.items.first?.isUnread == true)
    #expect(model.work.problem == .offline)
  }

  @Test func allAreReadOrNone() async {
    let model = await opened([note(1), note(2), note(3, read: true)], unread: 40)
    await script.set("MarkNotificationsRead", failed)
    var meanwhile: Int?
    moment.look = { meanwhile = model.unreadCount }
    await model.markAllRead()
    #expect(meanwhile == 0)
    #expect(model.unreadCount == 40)
    #expect(model.days.flatMap(\.items).filter(\.isUnread).count == 2)
    await script.set("MarkNotificationsRead", done("markNotificationsRead", ["count": 40, "unreadNotificationCount": 0]))
    await model.markAllRead()
    #expect(model.unreadCount == 0)
    #expect(model.days.flatMap(\.items).filter(\.isUnread).isEmpty)
    #expect(await script.requests.last?.variables["input"] == ["before": "2026-03-01T12:00:00.000Z"])
  }

  @Test func whatIsPutOffLeavesTheListUntilThen() async throws {
    let model = await opened([note(1), note(2)], unread: 2)
    await script.set("SnoozeNotification", done("snoozeNotification"))
    let item = try #require(model.days.first?.items.first)
    await model.snooze(item, until: Date(timeIntervalSince1970: 1_780_000_000))
    #expect(ids(model) == ["notification_2"])
    #expect(model.unreadCount == 1)
    #expect(
      await script.requests.last?.variables["input"] == ["id": "notification_1", "until": .string("2026-05-28T20:26:40.000Z")])
  }

  @Test func theLastOneThatIsDeletedComesBackToItsPlaceWhenThatFails() async throws {
    let model = await opened([note(1)], unread: 1)
    await script.set("DeleteNotification", failed)
    var meanwhile: Screen<NotificationsValue>?
    moment.look = { meanwhile = model.list.screen }
    await model.delete(try #require(model.days.first?.items.first))
    #expect(meanwhile == .empty)
    #expect(ids(model) == ["notification_1"])
    #expect(model.unreadCount == 1)
    #expect(model.work.problem == .offline)
  }

  @Test func whatIsPutOffComesBackBetweenItsNeighboursWhenThatFails() async throws {
    let model = await opened([note(1), note(2), note(3)], unread: 3)
    await script.set("SnoozeNotification", failed)
    await model.snooze(try #require(model.days.first?.items[1]), until: Date(timeIntervalSince1970: 1_900_000_000))
    #expect(ids(model) == ["notification_1", "notification_2", "notification_3"])
  }

  @Test func whatAnotherDeviceDeletedFirstIsGoneAllTheSame() async throws {
    let model = await opened([note(1), note(2)], unread: 2)
    await script.set(
      "DeleteNotification",
      .success(["deleteNotification": ["errors": [["code": "NOT_FOUND", "message": "There is none.", "path": ["id"]]]]]))
    await model.delete(try #require(model.days.first?.items.first))
    #expect(ids(model) == ["notification_2"])
    #expect(model.work.problem == nil)
  }

  @Test func withoutANetworkTheCountIsTheLatestKnown() async {
    let model = await opened([note(1)], unread: 4)
    await script.set("Notifications", failed)
    await model.refresh()
    #expect(model.unreadCount == 4)
    let fresh = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).notificationsModel { today }
    await fresh.open()
    #expect(fresh.unreadCount == nil)
    #expect(fresh.days.isEmpty)
  }

  // MARK: Live

  func created(_ item: JSONValue) -> LiveUpdates.Event { .happened(.notificationCreated, ["notification": item]) }
  func updated(_ number: Int, _ now: JSONValue, unread: Int) -> LiveUpdates.Event {
    .happened(
      .notificationUpdated,
      ["notificationId": .string("notification_\(number)"), "notification": now, "unreadNotificationCount": .int(unread)])
  }

  @Test func whatArrivesStandsFirstAndIsCounted() async {
    let model = await opened([note(1)], unread: 1)
    await model.take(created(note(2)))
    #expect(ids(model) == ["notification_2", "notification_1"])
    #expect(model.unreadCount == 2)
    // Told again with other words, it is still one.
    await model.take(created(note(1).merging(["title": "Newer"])))
    #expect(model.days.first?.items.first?.title == "Newer")
    #expect(model.unreadCount == 2)
  }

  @Test func theFirstOfAllFillsAnEmptyList() async {
    let model = await opened([], unread: 0)
    #expect(model.list.screen == .empty)
    await model.take(created(note(1)))
    #expect(ids(model) == ["notification_1"])
    #expect(model.unreadCount == 1)
  }

  @Test func aListThatIsNotLoadedIsLoadedWhenOneArrives() async {
    await script.set("Notifications", .success(listed([note(1)], unread: 1)))
    let model = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).notificationsModel { today }
    await model.take(created(note(1)))
    #expect(ids(model) == ["notification_1"])
  }

  @Test func whatAnotherDeviceDidIsSeenHere() async {
    let model = await opened([note(1), note(2), note(3)], unread: 3)
    await model.take(updated(1, ["readAt": "2026-03-01T08:00:00.000Z", "snoozedUntil": nil], unread: 2))
    #expect(model.days.first?.items.first?.isUnread == false)
    await model.take(updated(2, nil, unread: 1))
    #expect(ids(model) == ["notification_1", "notification_3"])
    await model.take(updated(3, ["readAt": nil, "snoozedUntil": "2026-03-02T08:00:00.000Z"], unread: 0))
    #expect(ids(model) == ["notification_1"])
    #expect(model.unreadCount == 0)
    // One that came back is not known here: the list is asked anew.
    await script.set("Notifications", .success(listed([note(3), note(1, read: true)], unread: 1)))
    await model.take(updated(3, ["readAt": nil, "snoozedUntil": "2026-03-01T11:00:00.000Z"], unread: 1))
    #expect(ids(model) == ["notification_3", "notification_1"])
    // One that was read elsewhere and is not listed here changes nothing but the count.
    let before = await script.requests.count
    await model.take(updated(8, ["readAt": "2026-03-01T08:00:00.000Z"], unread: 5))
    #expect(await script.requests.count == before)
    #expect(model.unreadCount == 5)
  }

  @Test func anEventThatCannotBeReadAsksTheServer() async {
    let model = await opened([note(1)], unread: 1)
    await script.set("Notifications", .success(listed([note(2)], unread: 1)))
    await model.take(.happened(.notificationCreated, ["notification": "text"]))
    #expect(ids(model) == ["notification_2"])
    await script.set("Notifications", .success(listed([note(3)], unread: 1)))
    await model.take(.happened(.notificationUpdated, [:]))
    #expect(ids(model) == ["notification_3"])
    await model.take(created(nil))
    await model.take(.away(.notificationCreated))
    await model.take(.happened(.goalCompleted, [:]))
    #expect(ids(model) == ["notification_3"])
  }

  @Test func bothKindsOfEventsAreFollowed() async {
    let model = await opened([note(1)], unread: 1)
    let (two, read) = (note(2), updated(1, ["readAt": "2026-03-01T08:00:00.000Z"], unread: 1))
    guard case .happened(_, let payload) = read else { return }
    let graph = client(
      script,
      stream: { request in
        AsyncThrowingStream { continuation in
          switch request.operation.name {
          case "NotificationCreated":
            continuation.yield(Answer(data: ["notificationCreated": ["event": ["id": "event_1"], "notification": two]]))
          default:
            continuation.yield(Answer(data: ["notificationUpdated": payload.merging(["event": ["id": "event_2"]])]))
          }
          continuation.finish(throwing: GraphFault.unauthenticated)
        }
      })
    await model.follow(LiveUpdates(graph: graph, store: MemoryStore(), surroundings: surroundings()))
    #expect(Set(ids(model)) == ["notification_1", "notification_2"])
    #expect(model.days.flatMap(\.items).filter(\.isUnread).map(\.id.rawValue) == ["notification_2"])
  }

  @Test func aKindThatThisVersionDoesNotKnowIsListedAllTheSame() async {
    let model = await opened([note(1).merging(["kind": "HOROSCOPE"])], unread: 1)
    #expect(model.days.first?.items.first?.kind == .unknown)
  }
}
