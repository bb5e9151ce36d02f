import Foundation
import Graph
import Models
import Observation

/// What the person was told: read here, put off, deleted, and kept up with their other devices.
@MainActor @Observable public final class NotificationsModel {
  /// What came on one of the person's days.
  public struct Day: Identifiable, Equatable, Sendable {
    public let date: LocalDate
    /// How many days ago that was; 0 is today.
    public let daysAgo: Int
    public let items: [NotificationItem]
    public var id: LocalDate { date }
  }

  public private(set) var list: QueryModel<NotificationsValue>
  public let work = Work()
  /// Whether only those that are not read are listed.
  public private(set) var showsUnreadOnly = false
  /// How many are not read: what the badge shows. Nil while that is not known.
  public private(set) var unreadCount: Int?

  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private let day: @Sendable () -> DayClock

  /// - Parameter day: the person's clock, which may become another when they change their time zone.
  public init(_ parts: Parts, day: @escaping @Sendable () -> DayClock) {
    self.parts = parts
    self.day = day
    list = parts.notifications()
  }

  public func open() async {
    let list = list
    await list.open()
    counted()
  }

  public func refresh() async {
    let list = list
    await list.refresh()
    counted()
  }

  /// Chooses between all, and those that are not read.
  public func show(unreadOnly: Bool) async {
    guard unreadOnly != showsUnreadOnly else { return }
    showsUnreadOnly = unreadOnly
    list = parts.notifications(unread: unreadOnly)
    await open()
  }

  private func counted() {
    if let count = list.screen.value?.viewer?.unreadNotificationCount { unreadCount = count }
    if case .empty = list.screen { unreadCount = 0 }
  }

  /// What is listed, by the person's days, in the order of the list.
  public var days: [Day] {
    let clock = day()
    let today = clock.today
    var order: [LocalDate] = []
    var items: [LocalDate: [NotificationItem]] = [:]
    for item in nodes {
      let date = LocalDate(item.cameAt, in: clock.timeZone, dayStartMinutes: clock.dayStartMinutes)
      if items[date] == nil { order.append(date) }
      items[date, default: []].append(item)
    }
    return order.map { Day(date: $0, daysAgo: $0.days(to: today), items: items[$0] ?? []) }
  }

  public var snoozes: [Snooze] { Snooze.choices(day()) }

  private var nodes: [NotificationItem] { list.screen.value?.viewer?.notifications?.nodes ?? [] }

  // MARK: What the person does

  struct Read: Decodable { let unreadNotificationCount: Int? }

  /// Marks it as read at once, and takes that back when the server does not have it.
  public func markRead(_ item: NotificationItem) async {
    guard item.isUnread else { return }
    await work.run(on: item.id) {
      set(item.id, readAt: day().now())
      do {
        try await sendRead(["ids": [.string(item.id.rawValue)]])
      } catch {
        set(item.id, readAt: nil)
        throw error
      }
    }
  }

  /// Marks all that are there as read, also those that are not listed yet.
  public func markAllRead() async {
    let unread = nodes.filter(\.isUnread).map(\.id)
    let before = unreadCount
    await work.run(on: Self.all) {
      let now = day().now()
      for id in unread { set(id, readAt: now) }
      unreadCount = 0
      do {
        try await sendRead(["before": .string(JSON.text(of: now))])
      } catch {
        for id in unread { set(id, readAt: nil) }
        unreadCount = before
        throw error
      }
    }
  }

  static let all = ObjectID("notifications")

  private func sendRead(_ input: JSONValue) async throws {
    let read = try await parts.graph.change(Request(Document.markNotificationsRead, ["input": input]), as: Read.self)
    if let count = read.unreadNotificationCount { unreadCount = count }
  }

  /// Puts it off: it leaves the list, and comes back unread.
  public func snooze(_ item: NotificationItem, until: Date) async {
    await takeAway(item, Document.snoozeNotification, ["until": .string(JSON.text(of: until))])
  }

  public func delete(_ item: NotificationItem) async {
    await takeAway(item, Document.deleteNotification)
  }

  private func takeAway(_ item: NotificationItem, _ document: Document, _ more: [String: JSONValue] = [:]) async {
    await work.run(on: item.id) {
      let place = nodes.firstIndex { $0.id == item.id }
      remove(item.id)
      do {
        let input = JSONValue.object(more).merging(["id": .string(item.id.rawValue)])
        try await parts.graph.change(Request(document, ["input": input]))
      } catch let problem as UserError where problem.code == "NOT_FOUND" {
        // Another device was faster.
      } catch {
        if let place { insert(item, at: place) }
        throw error
      }
    }
  }

  // MARK: What happens elsewhere

  /// Keeps the list and the count as they are at the server, until the task is cancelled or the person is signed out.
  public func follow(_ live: LiveUpdates) async {
    await withTaskGroup(of: Void.self) { group in
      for kind in [LiveUpdates.Kind.notificationCreated, .notificationUpdated] {
        group.addTask {
          do {
            for try await event in live.events(kind) { await self.take(event) }
          } catch {}  // What does not pass, e.g. a session that ended, the next request tells, too.
        }
      }
    }
  }

  struct Created: Decodable { let notification: NotificationItem? }
  struct Updated: Decodable {
    struct Now: Decodable {
      let readAt: Date?
      let snoozedUntil: Date?
    }
    let notificationId: ObjectID
    let notification: Now?
    let unreadNotificationCount: Int?
  }

  /// Lays what happened over the list. What it cannot be told from is asked of the server.
  public func take(_ event: LiveUpdates.Event) async {
    switch event {
    case .happened(.notificationCreated, let payload):
      guard let created = try? payload.read(as: Created.self) else { return await refresh() }
      if let item = created.notification { await arrived(item) }  // else it is no more
    case .happened(.notificationUpdated, let payload):
      guard let updated = try? payload.read(as: Updated.self) else { return await refresh() }
      await changed(updated)
    default: break
    }
  }

  private func arrived(_ item: NotificationItem) async {
    // While it is unread it may be told again, with other words: it is still one.
    let known = nodes.contains { $0.id == item.id }
    guard list.screen.value?.viewer?.notifications != nil || list.screen == .empty else { return await refresh() }
    if known { remove(item.id) }
    insert(item, at: 0)
  }

  private func changed(_ updated: Updated) async {
    let isPutOff = updated.notification?.snoozedUntil.map { $0 > day().now() } ?? false
    let isKnown = nodes.contains { $0.id == updated.notificationId }
    if let now = updated.notification, !isPutOff {
      if isKnown { set(updated.notificationId, readAt: now.readAt) } else if now.readAt == nil { await refresh() }
    } else {
      remove(updated.notificationId)
    }
    if let count = updated.unreadNotificationCount { unreadCount = count }
  }

  // MARK: The list

  private func edit(_ change: (inout [NotificationItem]) -> Void) {
    list.edit { value in
      guard var nodes = value.viewer?.notifications?.nodes else { return }
      change(&nodes)
      value.viewer?.notifications?.nodes = nodes
    }
  }

  private func count(_ difference: Int) {
    if let unreadCount { self.unreadCount = max(0, unreadCount + difference) }
  }

  private func set(_ id: ObjectID, readAt: Date?) {
    edit { nodes in
      guard let place = nodes.firstIndex(where: { $0.id == id }), nodes[place].isUnread != (readAt == nil) else { return }
      nodes[place].readAt = readAt
      count(readAt == nil ? 1 : -1)
    }
  }

  private func remove(_ id: ObjectID) {
    edit { nodes in
      guard let place = nodes.firstIndex(where: { $0.id == id }) else { return }
      if nodes.remove(at: place).isUnread { count(-1) }
    }
  }

  private func insert(_ item: NotificationItem, at place: Int) {
    edit { nodes in
      // A refresh may have brought it back meanwhile.
      guard !nodes.contains(where: { $0.id == item.id }) else { return }
      nodes.insert(item, at: min(place, nodes.count))
      if item.isUnread { count(1) }
    }
  }
}

extension Parts {
  @MainActor public func notificationsModel(day: @escaping @Sendable () -> DayClock) -> NotificationsModel {
    NotificationsModel(self, day: day)
  }
}
