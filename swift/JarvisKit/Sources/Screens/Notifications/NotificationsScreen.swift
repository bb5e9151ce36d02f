import Design
import Features
import Models
import SwiftUI

/// What the person was told, by days, newest first.
public struct NotificationsScreen: View {
  private let account: Account
  @State private var model: NotificationsModel
  @State private var chosen: NotificationItem?
  @State private var readCount = 0

  public init(_ account: Account) {
    self.account = account
    _model = State(initialValue: account.parts.notificationsModel { account.clock.day })
  }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: model.refresh) { _ in
      list
    } empty: {
      if model.showsUnreadOnly {
        EmptyState("All read", symbol: "checkmark.circle", message: "Nothing new is waiting for you.") {
          Button("Show All") { Task { await model.show(unreadOnly: false) } }
        }
      } else {
        EmptyState(
          "No notifications yet", symbol: "bell", message: "Reminders, achievements and what Jarvis notices in your numbers come here."
        ) {
          NavigationLink("Set a Reminder") { RemindersScreen(account) }
        }
      }
    }
    .navigationTitle("Notifications")
    .toolbar {
      ToolbarItemGroup {
        Button("Mark All as Read", systemImage: "envelope.open") {
          readCount += 1
          Task { await model.markAllRead() }
        }
        .disabled(model.unreadCount ?? 0 == 0)
        Menu("More", systemImage: "ellipsis.circle") {
          Toggle("Unread Only", isOn: isUnreadOnly)
          NavigationLink("Reminders") { RemindersScreen(account) }
          NavigationLink("Notification Settings") { NotificationSettingsScreen(account) }
        }
      }
    }
    .sheet(item: $chosen) { item in NotificationDetailView(item: item, model: model) }
    .sensoryFeedback(.success, trigger: readCount)
    .problemAlert(model.work)
    .task { await model.open() }
    .task { await model.follow(account.live) }
  }

  private var isUnreadOnly: Binding<Bool> {
    Binding(get: { model.showsUnreadOnly }, set: { on in Task { await model.show(unreadOnly: on) } })
  }

  private var list: some View {
    List {
      ForEach(model.days) { day in
        Section {
          ForEach(day.items) { item in row(item) }
        } header: {
          DayTitle(day: day)
        }
      }
      MoreRow(model: model.list)
    }
    .refreshable { await model.refresh() }
  }

  private func row(_ item: NotificationItem) -> some View {
    Button {
      chosen = item
      Task { await model.markRead(item) }
    } label: {
      NotificationRow(item: item)
    }
    .buttonStyle(.plain)
    .swipeActions(edge: .leading) {
      if item.isUnread {
        Button("Mark as Read", systemImage: "envelope.open") { Task { await model.markRead(item) } }.tint(Palette.accent)
      }
    }
    .swipeActions(edge: .trailing) {
      Button("Delete", systemImage: "trash", role: .destructive) { Task { await model.delete(item) } }
      if let first = model.snoozes.first {
        Button("In an Hour", systemImage: "clock") { Task { await model.snooze(item, until: first.until) } }.tint(Palette.warning)
      }
    }
    .contextMenu {
      if item.isUnread { Button("Mark as Read", systemImage: "envelope.open") { Task { await model.markRead(item) } } }
      SnoozeMenu(model: model, item: item) {}
      Button("Delete", systemImage: "trash", role: .destructive) { Task { await model.delete(item) } }
    }
  }
}

private struct DayTitle: View {
  let day: NotificationsModel.Day

  var body: some View {
    switch day.daysAgo {
    case ...0: Text("Today")
    case 1: Text("Yesterday")
    default: Text(verbatim: day.date.words)
    }
  }
}

extension LocalDate {
  /// The day in the person's language, e.g. "Sunday, 1 March".
  var words: String {
    let noon = Calendar(identifier: .gregorian).date(from: DateComponents(year: year, month: month, day: day, hour: 12)) ?? .now
    return noon.formatted(.dateTime.weekday(.wide).day().month(.wide))
  }
}

struct NotificationRow: View {
  let item: NotificationItem

  var body: some View {
    HStack(alignment: .firstTextBaseline, spacing: Spacing.medium) {
      Image(systemName: item.kind.symbol)
        .foregroundStyle(item.isUnread ? Palette.accent : Palette.secondary)
        .accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: item.title).font(Typography.cardTitle).foregroundStyle(Palette.primary)
        if let body = item.body { Text(verbatim: body).font(Typography.detail).foregroundStyle(Palette.secondary).lineLimit(3) }
        HStack(spacing: Spacing.small) {
          Text(item.cameAt, style: .time)
          if item.quiet == true { Label("In your quiet hours", systemImage: "moon") }
        }
        .font(Typography.caption)
        .foregroundStyle(Palette.secondary)
      }
      Spacer(minLength: 0)
      if item.isUnread { Image(systemName: "circle.fill").imageScale(.small).foregroundStyle(Palette.accent).accessibilityLabel("Unread") }
    }
    .contentShape(Rectangle())
    .accessibilityElement(children: .combine)
    .accessibilityAddTraits(.isButton)
  }
}

extension NotificationKind {
  var symbol: String {
    switch self {
    case .reminder: "alarm"
    case .achievement: "trophy"
    case .insight: "lightbulb"
    case .alert: "exclamationmark.triangle"
    case .digest: "newspaper"
    case .unknown: "bell"
    }
  }

  var title: Text {
    switch self {
    case .reminder: Text("Reminders")
    case .achievement: Text("Achievements")
    case .insight: Text("Insights")
    case .alert: Text("Alerts")
    case .digest: Text("Daily Digest")
    case .unknown: Text("Others")
    }
  }
}

/// When to be told again.
struct SnoozeMenu: View {
  let model: NotificationsModel
  let item: NotificationItem
  let done: () -> Void

  var body: some View {
    Menu("Remind Me Later", systemImage: "clock") {
      ForEach(model.snoozes) { snooze in
        Button {
          Task { await model.snooze(item, until: snooze.until) }
          done()
        } label: {
          snooze.choice.title
          Text(verbatim: snooze.until.formatted(date: .abbreviated, time: .shortened))
        }
      }
    }
  }
}

extension Snooze.Choice {
  var title: Text {
    switch self {
    case .inAnHour: Text("In an Hour")
    case .tonight: Text("Tonight")
    case .inTheMorning: Text("In the Morning")
    case .nextWeek: Text("Next Week")
    }
  }
}

/// A notification as a whole, with where it leads.
struct NotificationDetailView: View {
  let item: NotificationItem
  let model: NotificationsModel
  @Environment(Router.self) private var router
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      List {
        Section {
          VStack(alignment: .leading, spacing: Spacing.small) {
            Text(verbatim: item.title).font(Typography.screenTitle)
            if let body = item.body { Text(verbatim: body).font(Typography.body) }
            Text(verbatim: item.cameAt.formatted(date: .long, time: .shortened)).font(Typography.caption).foregroundStyle(Palette.secondary)
          }
          .textSelection(.enabled)
          .accessibilityElement(children: .combine)
        }
        if let subject = item.subject, let route = Route(subject.id) {
          Section("About") {
            Button {
              dismiss()
              router.open(route)
            } label: {
              Label {
                if let title = subject.title ?? subject.name { Text(verbatim: title) } else { Text("Open") }
              } icon: {
                Image(systemName: "arrow.right.circle")
              }
            }
          }
        }
        Section {
          SnoozeMenu(model: model, item: item) { dismiss() }
          Button("Delete", systemImage: "trash", role: .destructive) {
            Task { await model.delete(item) }
            dismiss()
          }
        }
      }
      .navigationTitle(item.kind.title)
      .toolbar { ToolbarItem(placement: .confirmationAction) { Button("Done") { dismiss() } } }
    }
    .presentationDetents([.medium, .large])
  }
}
