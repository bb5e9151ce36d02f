import Design
import Features
import Models
import SwiftUI

/// The habits that are being kept up, the longest first.
struct StreaksCard: View {
  let streaks: [StreakRow]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.medium) {
      SectionHeader("Streaks")
      ForEach(streaks.prefix(5)) { streak in
        NavigationLink(value: Route.goal(streak.id)) {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            Text(verbatim: streak.title).font(Typography.body).foregroundStyle(Palette.primary)
            StreakBadge(current: streak.current, best: streak.best, unit: StreakUnit(named: streak.period))
            if let strength = streak.strength { StrengthView(strength) }
          }
          .frame(maxWidth: .infinity, minHeight: Spacing.touch, alignment: .leading)
        }
        .buttonStyle(.plain)
        .accessibilityElement(children: .combine)
      }
    }
    .card()
  }
}

/// How the parts of life stand beside each other: of each, the share of its goals that are where they should be.
struct BalanceCard: View {
  let balances: [AreaBalance]

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.medium) {
      SectionHeader("Balance") { NavigationLink("Life Areas", value: Route.place(.lifeAreas)).font(Typography.detail) }
      ForEach(balances) { balance in
        NavigationLink(value: Route.lifeArea(balance.id)) { BalanceRow(balance: balance) }.buttonStyle(.plain)
      }
    }
    .card()
  }
}

struct BalanceRow: View {
  let balance: AreaBalance
  @ScaledMetric(relativeTo: .body) private var height: CGFloat = 8

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        Label {
          Text(verbatim: balance.name).foregroundStyle(Palette.primary)
        } icon: {
          Image(systemName: balance.icon ?? "circle.fill").foregroundStyle(tint)
        }
        .font(Typography.body)
        Spacer(minLength: Spacing.small)
        words.font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      Capsule().fill(Palette.inset)
        .overlay(alignment: .leading) {
          GeometryReader { space in Capsule().fill(tint).frame(width: space.size.width * (balance.fraction ?? 0)) }
        }
        .frame(height: height)
    }
    .frame(minHeight: Spacing.touch)
    .accessibilityElement(children: .ignore)
    .accessibilityLabel(Text(verbatim: balance.name))
    .accessibilityValue(words)
  }

  private var tint: Color { Palette.area(balance.color) }

  private var words: Text {
    if balance.activeCount == 0 { return Text("No goals yet") }
    if balance.judgedCount == 0 { return Text("\(balance.activeCount) goals") }
    return Text("On pace: \(balance.onPaceCount.formatted()) of \(balance.judgedCount.formatted())")
  }
}
