import Design
import Features
import Models
import SwiftUI

/// Research that is under way, what it found that nobody has looked at yet, and when it goes on.
struct ResearchCard: View {
  let value: DashboardValue
  let content: DashboardValue.Content

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.medium) {
      SectionHeader("Research") { NavigationLink("All research", value: Route.place(.research)).font(Typography.detail) }
      ForEach(value.runsUnderWay) { run in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: run.category.name).font(Typography.body).foregroundStyle(Palette.primary)
          if run.state == .running {
            ProgressView(value: run.fraction).tint(Palette.accent)
          } else {
            Text("Waits for its turn").font(Typography.detail).foregroundStyle(Palette.secondary)
          }
        }
        .accessibilityElement(children: .combine)
      }
      if let pending = content.pendingResearchResults, pending.count > 0 {
        Text("\(pending.count) results wait for you").font(Typography.detail).foregroundStyle(Palette.secondary)
        ForEach(pending.nodes) { result in
          NavigationLink(value: Route.researchResult(result.id)) {
            Text(verbatim: result.title).font(Typography.body).foregroundStyle(Palette.primary)
              .frame(maxWidth: .infinity, minHeight: Spacing.touch, alignment: .leading)
          }
          .buttonStyle(.plain)
        }
      }
      if let next = content.nextResearchRun {
        Text("Next: \(next.category.name ?? ""), \(next.run.at.formatted(.relative(presentation: .named)))")
          .font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    }
    .card()
  }
}

struct RemindersCard: View {
  let reminders: [DashboardValue.Reminder]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      SectionHeader("Coming up")
      ForEach(reminders) { reminder in
        HStack(alignment: .firstTextBaseline) {
          Text(verbatim: reminder.message ?? reminder.goal?.title ?? "").font(Typography.body).foregroundStyle(Palette.primary)
          Spacer(minLength: Spacing.small)
          if let at = reminder.nextOccurrenceAt {
            Text(verbatim: at.formatted(.relative(presentation: .named))).font(Typography.caption).foregroundStyle(Palette.secondary)
          }
        }
        .accessibilityElement(children: .combine)
      }
    }
    .card()
  }
}

struct EarnedCard: View {
  let achievements: [DashboardValue.Achievement]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      SectionHeader("Earned lately") { NavigationLink("All achievements", value: Route.place(.progress)).font(Typography.detail) }
      ForEach(achievements) { earned in
        Label {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            earned.name.text.font(Typography.body).foregroundStyle(Palette.primary)
            if let title = earned.goal?.title { Text(verbatim: title).font(Typography.detail).foregroundStyle(Palette.secondary) }
          }
        } icon: {
          Image(systemName: earned.name.symbol).foregroundStyle(Palette.warning)
        }
        .accessibilityElement(children: .combine)
      }
    }
    .card()
  }
}

extension AchievementName {
  var text: Text {
    switch self {
    case .firstEntry: Text("First entry")
    case .streak7: Text("Seven in a row")
    case .streak30: Text("Thirty in a row")
    case .streak100: Text("A hundred in a row")
    case .halfway: Text("Halfway there")
    case .goalCompleted: Text("Goal reached")
    case .comeback: Text("Back again")
    case .unknown: Text("Achievement")
    }
  }

  /// The name of an SF Symbol.
  var symbol: String {
    switch self {
    case .firstEntry: "flag"
    case .streak7, .streak30, .streak100: "flame.fill"
    case .halfway: "circle.lefthalf.filled"
    case .goalCompleted: "trophy.fill"
    case .comeback: "arrow.uturn.forward.circle"
    case .unknown: "star.fill"
    }
  }
}

struct ConversationsCard: View {
  let conversations: [DashboardValue.Conversation]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      SectionHeader("Go on talking") { NavigationLink("Chat", value: Route.place(.chat)).font(Typography.detail) }
      ForEach(conversations) { conversation in
        NavigationLink(value: Route.conversation(conversation.id)) {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            if let title = conversation.title { Text(verbatim: title) } else { Text("Untitled conversation") }
            Text(verbatim: conversation.activeAt.formatted(.relative(presentation: .named)))
              .font(Typography.caption).foregroundStyle(Palette.secondary)
          }
          .frame(maxWidth: .infinity, minHeight: Spacing.touch, alignment: .leading)
        }
        .buttonStyle(.plain)
      }
    }
    .card()
  }
}
