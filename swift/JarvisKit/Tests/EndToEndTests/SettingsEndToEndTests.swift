import Features
import Foundation
import Graph
import Models
import Testing

/// Settings and notifications of one person on two devices.
extension EndToEnd {
  @MainActor @Test func whatIsSetOnOneDeviceIsSeenOnTheOther() async throws {
    let devices = try await pair()
    let (phone, mac) = (parts(devices.0), parts(devices.1))
    let (here, there) = (phone.settings(), mac.settings())
    await here.open()
    await here.setTimeZone("Asia/Tokyo")
    await here.setAppearance(.dark)
    await here.setName("Ada")
    #expect(here.work.problem == nil)
    await there.open()
    #expect(there.profile?.timeZone == "Asia/Tokyo")
    #expect(there.profile?.settings.appearance == .dark)
    #expect(there.profile?.name == "Ada")

    #expect(there.viewer?.sessions?.count == 2)
    await there.revokeOthers()
    #expect(there.revokedCount == 1)
    await here.refresh()
    guard case .content(_, .stale(_, .signedOut)) = here.query.screen else {
      Issue.record("\(here.query.screen)")
      return
    }
    say("mac: signed out everywhere else, and the phone says so")
  }

  @MainActor @Test func whatIsReadOnOneDeviceIsReadOnTheOther() async throws {
    let devices = try await pair()
    let (phone, mac) = (parts(devices.0), parts(devices.1))
    let settings = phone.notificationSettings()
    await settings.settings.open()
    await settings.sendTest()
    #expect(settings.work.problem == nil)
    let day = DayClock(now: { Date() }, timeZone: .gmt)
    let (here, there) = (phone.notificationsModel { day }, mac.notificationsModel { day })
    await here.open()
    await there.open()
    #expect(there.unreadCount == 1)
    await here.markAllRead()
    #expect(here.work.problem == nil)
    await there.refresh()
    #expect(there.unreadCount == 0)
    #expect(there.days.flatMap(\.items).allSatisfy { !$0.isUnread })
    say("phone: read it; mac: has nothing unread")
  }
}
