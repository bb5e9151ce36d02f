import Design
import Features
import Models
import SwiftUI

/// The goals of the day: one tap logs.
struct TodayCard: View {
  let today: DashboardModel.Today
  let model: DashboardModel

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.medium) {
      SectionHeader("Today") {
        if let fraction = today.fraction { ProgressRing(percent: fraction * 100, tint: Palette.good) }
      }
      if today.goals.isEmpty {
        Label("Nothing is due today. Enjoy it.", systemImage: "checkmark.seal").foregroundStyle(Palette.good)
      } else {
        summary.font(Typography.detail).foregroundStyle(Palette.secondary)
        ForEach(today.goals) { goal in TodayGoalRow(goal: goal, model: model) }
      }
    }
    .card()
  }

  private var summary: Text {
    today.openCount == 0 ? Text("All done for today.") : Text("\(today.openCount) goals still want something today.")
  }
}

/// A goal of the day, with what one tap does.
struct TodayGoalRow: View {
  let goal: TodayGoal
  let model: DashboardModel

  var body: some View {
    HStack(spacing: Spacing.medium) {
      NavigationLink(value: Route.goal(goal.id)) {
        HStack(spacing: Spacing.medium) {
          ProgressRing(percent: goal.percent, tint: goal.state == .open ? Palette.accent : Palette.good)
          VStack(alignment: .leading, spacing: Spacing.tight) {
            Text(verbatim: goal.title).font(Typography.body).foregroundStyle(Palette.primary).multilineTextAlignment(.leading)
            goal.stateText.font(Typography.detail).foregroundStyle(Palette.secondary)
          }
          Spacer(minLength: 0)
        }
      }
      .buttonStyle(.plain)
      action
    }
    .contextMenu { menu }
    .accessibilityElement(children: .combine)
    .accessibilityActions { menu }
  }

  private var isBusy: Bool { model.work.subjects.contains(goal.id) }

  @ViewBuilder private var action: some View {
    switch goal.state {
    case .open:
      Button(action: log) {
        Label("Log", systemImage: goal.step == nil ? "square.and.pencil" : "checkmark.circle")
      }
      .labelStyle(.iconOnly)
      .font(Typography.figure)
      .foregroundStyle(Palette.accent)
      .buttonStyle(.plain)
      .touchTarget()
      .disabled(isBusy)
      .help("Log")
    case .done: Image(systemName: "checkmark.circle.fill").font(Typography.figure).foregroundStyle(Palette.good).accessibilityHidden(true)
    case .skipped: Image(systemName: "forward.circle").font(Typography.figure).foregroundStyle(Palette.calm).accessibilityHidden(true)
    }
  }

  @ViewBuilder private var menu: some View {
    if goal.step != nil { Button("Log", systemImage: "checkmark.circle", action: log) }
    Button("Log a value…", systemImage: "square.and.pencil") { model.asking = goal }
    if goal.state == .open { Button("Skip today", systemImage: "forward") { Task { await model.skip(goal) } } }
  }

  private func log() { Task { await model.log(goal) } }
}

extension TodayGoal {
  /// How it stands today, in words.
  var stateText: Text {
    switch state {
    case .skipped: Text("Skipped today")
    case .done:
      if let logged { Text("Done: \(logged.shown(unit: unit))") } else { Text("Done today") }
    case .open:
      if let wanted, let logged {
        Text("\(logged.shown()) of \(wanted.shown(unit: unit))")
      } else if let wanted, unit != nil {
        Text("\(wanted.shown(unit: unit)) to go")
      } else {
        urgency.text
      }
    }
  }
}

extension TodayGoal.Urgency {
  var text: Text {
    switch self {
    case .today: Text("Due today")
    case .tomorrow: Text("Due tomorrow")
    case .soon: Text("Due in two days")
    case .thisWeek: Text("Due this week")
    case .safe: Text("There is time")
    case .none: Text("Nothing due")
    }
  }
}

/// What wants something most.
struct NextStepCard: View {
  let goal: TodayGoal
  let model: DashboardModel

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      SectionHeader("Next step")
      TodayGoalRow(goal: goal, model: model)
    }
    .card()
  }
}
