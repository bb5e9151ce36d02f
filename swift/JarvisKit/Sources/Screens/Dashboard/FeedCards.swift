import Design
import Features
import Models
import SwiftUI

/// What the server tells: what needs the person, news, insights, research, what was earned, and what comes next. Parts that are away are
/// left out.
struct FeedCards: View {
  let value: DashboardValue
  let model: DashboardModel

  var body: some View {
    if let content = value.content {
      if let broken = content.connectionsNeedingAttention, !broken.isEmpty { AttentionCard(connections: broken) }
      if let insights = content.insights, !insights.isEmpty { InsightsCard(insights: insights, model: model) }
      if !value.runsUnderWay.isEmpty || (content.pendingResearchResults?.count ?? 0) > 0 || content.nextResearchRun != nil {
        ResearchCard(value: value, content: content)
      }
      if let news = content.notifications, !news.isEmpty { NewsCard(news: news, unreadCount: content.unreadNotificationCount ?? 0) }
      if let reminders = content.upcomingReminders, !reminders.isEmpty { RemindersCard(reminders: reminders) }
      if let earned = content.recentAchievements, !earned.isEmpty { EarnedCard(achievements: earned) }
      if let talks = content.recentConversations, !talks.isEmpty { ConversationsCard(conversations: talks) }
    }
  }
}

struct AttentionCard: View {
  let connections: [DashboardValue.Connection]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      SectionHeader("Needs your attention")
      ForEach(connections) { connection in
        NavigationLink(value: Route.connection(connection.id)) {
          Label {
            VStack(alignment: .leading, spacing: Spacing.tight) {
              Text(verbatim: connection.label ?? "").font(Typography.body).foregroundStyle(Palette.primary)
              words(connection.status).font(Typography.detail).foregroundStyle(Palette.secondary)
            }
          } icon: {
            Image(systemName: "exclamationmark.triangle").foregroundStyle(Palette.warning)
          }
          .frame(minHeight: Spacing.touch)
        }
        .buttonStyle(.plain)
        .accessibilityElement(children: .combine)
      }
    }
    .card()
  }

  private func words(_ status: DashboardValue.Connection.Status) -> Text {
    status == .needsReauth ? Text("Sign in there again.") : Text("It fails again and again.")
  }
}

struct InsightsCard: View {
  let insights: [DashboardValue.Insight]
  let model: DashboardModel

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.medium) {
      SectionHeader("Noticed") { NavigationLink("All insights", value: Route.place(.progress)).font(Typography.detail) }
      ForEach(insights) { insight in
        HStack(alignment: .top, spacing: Spacing.small) {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            Text(verbatim: insight.title).font(Typography.body).foregroundStyle(Palette.primary)
            Text(verbatim: insight.text).font(Typography.detail).foregroundStyle(Palette.secondary)
          }
          .accessibilityElement(children: .combine)
          Spacer(minLength: 0)
          Button("Dismiss", systemImage: "xmark") { Task { await model.dismiss(insight) } }
            .labelStyle(.iconOnly)
            .buttonStyle(.plain)
            .foregroundStyle(Palette.secondary)
            .touchTarget()
            .disabled(model.work.subjects.contains(insight.id))
        }
      }
    }
    .card()
  }
}

struct NewsCard: View {
  let news: [NotificationItem]
  let unreadCount: Int

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      SectionHeader("News") {
        NavigationLink(value: Route.place(.notifications)) {
          if unreadCount > 0 { Text("\(unreadCount) unread") } else { Text("All news") }
        }
        .font(Typography.detail)
      }
      ForEach(news) { item in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          HStack(alignment: .firstTextBaseline, spacing: Spacing.tight) {
            if item.isUnread {
              Image(systemName: "circle.fill").imageScale(.small).foregroundStyle(Palette.accent).accessibilityLabel("Unread")
            }
            Text(verbatim: item.title).font(Typography.body).foregroundStyle(Palette.primary)
          }
          Text(verbatim: item.cameAt.formatted(.relative(presentation: .named))).font(Typography.caption).foregroundStyle(Palette.secondary)
        }
        .accessibilityElement(children: .combine)
      }
    }
    .card()
  }
}
