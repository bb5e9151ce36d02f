import Design
import Features
import Models
import SwiftUI

/// A goal in the list of goals: its card, where it belongs, how it stands, and whether the server has it.
struct GoalRow: View {
  let goal: GoalsModel.Goal
  let area: GoalsModel.Area?

  var body: some View {
    HStack(spacing: Spacing.medium) {
      ProgressRing(percent: goal.card.percent, tint: Palette.area(area?.color))
      VStack(alignment: .leading, spacing: Spacing.tight) {
        HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
          Text(verbatim: goal.title).font(Typography.cardTitle).foregroundStyle(Palette.primary)
          PendingMark(isPending: goal.isPending, needsPerson: goal.needsPerson)
        }
        if let amount = goal.card.amountText {
          Text(verbatim: amount).font(Typography.detail).monospacedDigit().foregroundStyle(Palette.secondary)
        }
        if goal.status == .active {
          if let due = goal.card.pace?.dueText { Text(verbatim: due).font(Typography.detail).foregroundStyle(Palette.secondary) }
        } else {
          goal.status.text.font(Typography.detail).foregroundStyle(Palette.secondary)
        }
        if let streak = goal.card.streak, streak.current > 0 {
          StreakBadge(current: streak.current, best: streak.best, unit: StreakUnit(named: streak.period?.rawValue))
        }
      }
      Spacer(minLength: 0)
      if goal.status == .active, let pace = goal.card.pace, pace.status == .behind || pace.status == .missed {
        Badge(pace.status.text, symbol: pace.status.symbol, tint: pace.status.tint)
      }
    }
    .accessibilityElement(children: .combine)
  }
}

extension GoalCard {
  /// `12 / 30 km`, or the value alone.
  var amountText: String? {
    guard let current = currentValue else { return nil }
    guard let target = targetValue else { return current.shown(unit: unit) }
    return "\(current.shown()) / \(target.shown(unit: unit))"
  }
}
