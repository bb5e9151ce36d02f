import Design
import Features
import SwiftUI

/// A goal as lists show it: how far it has come, and what it asks for.
public struct GoalCardRow: View {
  private let goal: GoalCard

  public init(_ goal: GoalCard) { self.goal = goal }

  public var body: some View {
    HStack(spacing: Spacing.medium) {
      ProgressRing(percent: goal.percent)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: goal.title).font(Typography.cardTitle).foregroundStyle(Palette.primary)
        if let amount = goal.amountText {
          Text(verbatim: amount).font(Typography.detail).monospacedDigit().foregroundStyle(Palette.secondary)
        }
        if let due = goal.pace?.dueText { Text(verbatim: due).font(Typography.detail).foregroundStyle(Palette.secondary) }
      }
      Spacer(minLength: 0)
    }
    .accessibilityElement(children: .combine)
  }
}
