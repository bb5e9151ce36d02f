import AppIntents
import Design
import Features
import SwiftUI
import WidgetKit

/// Today's goals at a glance.
struct TodayWidgetView: View {
  let today: TodayEntry
  @Environment(\.widgetFamily) private var family

  var body: some View {
    content
      .containerBackground(for: .widget) { Palette.card }
      .widgetURL(link)
  }

  /// Where a tap beside the buttons leads.
  private var link: URL? {
    if case .goals(let goals, _) = today.content, goals.count == 1, let goal = goals.first { return Route.goal(goal.id).link }
    return Route.place(.dashboard).link
  }

  @ViewBuilder private var content: some View {
    switch today.content {
    case .signedOut: message("Open Jarvis and sign in.", symbol: "person.crop.circle")
    case .notLoaded: message("Open Jarvis once to load your goals.", symbol: "arrow.down.circle")
    case .empty: message("No goals yet. Add your first one in Jarvis.", symbol: "target")
    case .unusable: message("Your goals cannot be read. Open Jarvis.", symbol: "exclamationmark.triangle")
    case .goals(let goals, let more): list(goals, more)
    }
  }

  private func message(_ words: LocalizedStringKey, symbol: String) -> some View {
    Label(words, systemImage: symbol).font(Typography.detail).foregroundStyle(Palette.secondary)
  }

  @ViewBuilder private func list(_ goals: [TodayGoal], _ more: Int) -> some View {
    switch family {
    case .accessoryInline: if let goal = goals.first { Label(goal.title, systemImage: goal.symbol) }
    case .accessoryCircular: if let goal = goals.first { circle(goal) }
    case .accessoryRectangular:
      VStack(alignment: .leading, spacing: Spacing.tight) {
        ForEach(goals) { goal in Label(goal.title, systemImage: goal.symbol).font(Typography.caption).lineLimit(1) }
      }
      .frame(maxWidth: .infinity, alignment: .leading)
      .privacySensitive()
    default:
      VStack(alignment: .leading, spacing: Spacing.small) {
        ForEach(goals) { goal in TodayGoalRow(goal: goal, isWide: family != .systemSmall) }
        Spacer(minLength: 0)
        footer(more)
      }
      .privacySensitive()
    }
  }

  private func circle(_ goal: TodayGoal) -> some View {
    Gauge(value: goal.fraction) {
      Image(systemName: goal.symbol)
    } currentValueLabel: {
      Text(verbatim: goal.fraction.formatted(.percent.precision(.fractionLength(0))))
    }
    .gaugeStyle(.accessoryCircularCapacity)
    .accessibilityLabel(Text(verbatim: goal.title))
    .privacySensitive()
  }

  @ViewBuilder private func footer(_ more: Int) -> some View {
    HStack(spacing: Spacing.small) {
      if let since = today.staleSince {
        Label("As of \(since.formatted(.relative(presentation: .named)))", systemImage: "clock.arrow.circlepath")
      } else if today.pendingCount > 0 {
        Label("\(today.pendingCount) not sent yet", systemImage: "arrow.up.circle")
      }
      Spacer(minLength: 0)
      if more > 0, family != .systemSmall {
        let moreCount = more
        Text("\(moreCount) more")
      }
    }
    .font(Typography.caption)
    .foregroundStyle(Palette.secondary)
    .lineLimit(1)
  }
}

/// A goal of the day with its button.
private struct TodayGoalRow: View {
  let goal: TodayGoal
  let isWide: Bool

  var body: some View {
    HStack(spacing: Spacing.small) {
      VStack(alignment: .leading, spacing: 0) {
        Text(verbatim: goal.title).font(Typography.detail).lineLimit(isWide ? 1 : 2)
        standing.font(Typography.caption).foregroundStyle(goal.isPressing ? Palette.warning : Palette.secondary).lineLimit(1)
          .invalidatableContent()
        if isWide, goal.percent != nil { ProgressView(value: goal.fraction).tint(Palette.accent).accessibilityHidden(true) }
      }
      .accessibilityElement(children: .combine)
      Spacer(minLength: 0)
      action
    }
  }

  @ViewBuilder private var standing: some View {
    switch goal.state {
    case .skipped: Text("Skipped today")
    case .done: if let logged = goal.logged { Text("Done: \(goal.words(logged))") } else { Text("Done") }
    case .open:
      if let logged = goal.logged, let wanted = goal.wanted {
        Text("\(logged.value.formatted()) of \(goal.words(wanted))")
      } else {
        switch goal.urgency {
        case .today: Text("Due today")
        case .tomorrow: Text("Due tomorrow")
        default: Text("On track")
        }
      }
    }
  }

  @ViewBuilder private var action: some View {
    switch goal.state {
    case .skipped: Image(systemName: goal.symbol).foregroundStyle(Palette.secondary).accessibilityHidden(true)
    case .done, .open:
      if let step = goal.step {
        Button(intent: LogStepIntent(goal: goal.id)) {
          Image(systemName: goal.state == .done ? "checkmark.circle.fill" : "plus.circle.fill").font(.title2)
            .foregroundStyle(goal.state == .done ? Palette.good : Palette.accent)
        }
        .buttonStyle(.plain)
        .accessibilityLabel("Log \(goal.words(step)) for \(goal.title)")
      } else if let url = URL(string: "jarvis://log/\(goal.id.rawValue)") {
        Link(destination: url) { Image(systemName: "square.and.pencil").font(.title2).foregroundStyle(Palette.accent) }
          .accessibilityLabel("Log a value for \(goal.title)")
      }
    }
  }
}

extension TodayGoal {
  /// How far it has come, 0 to 1, for drawing.
  fileprivate var fraction: Double { min(1, max(0, (percent ?? 0) / 100)) }
  fileprivate var isPressing: Bool { state == .open && urgency == .today }

  fileprivate var symbol: String {
    switch state {
    case .done: "checkmark.circle.fill"
    case .skipped: "forward.circle"
    case .open: isPressing ? "exclamationmark.circle" : "circle"
    }
  }
}
