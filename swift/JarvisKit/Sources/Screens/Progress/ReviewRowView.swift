import Charts
import Design
import Features
import Models
import SwiftUI

/// What one goal came to in a time, with its bars and how that compares.
struct ReviewRowView: View {
  let row: Review.Row
  let days: ClosedRange<LocalDate>
  @ScaledMetric(relativeTo: .body) private var height: CGFloat = 72

  var body: some View {
    NavigationLink(value: Route.goal(row.id)) {
      VStack(alignment: .leading, spacing: Spacing.small) {
        HStack(alignment: .firstTextBaseline) {
          Text(verbatim: row.title).font(Typography.cardTitle).foregroundStyle(Palette.primary).multilineTextAlignment(.leading)
          Spacer(minLength: Spacing.small)
          Text(verbatim: value).font(Typography.number).foregroundStyle(Palette.primary)
        }
        bars
        HStack {
          if let change = row.change { ChangeBadge(change: change) }
          if let trend = row.trend, trend != .unknown { Badge(trend.text, symbol: trend.symbol) }
        }
      }
      .card()
    }
    .buttonStyle(.plain)
    .accessibilityElement(children: .combine)
  }

  private var value: String { row.isSum ? row.value.shown(unit: row.unit) : "⌀ \(row.value.shown(unit: row.unit))" }

  private var bars: some View {
    Chart(row.bars) { bar in
      BarMark(x: .value("Day", bar.start.noon()), y: .value("Value", bar.value), width: .fixed(Spacing.small))
        .foregroundStyle(Palette.accent)
        .cornerRadius(Spacing.tight / 2)
        .accessibilityLabel(Text(verbatim: bar.start.noon().formatted(date: .abbreviated, time: .omitted)))
        .accessibilityValue(Text(verbatim: Amount(Decimal(bar.value)).shown(unit: row.unit)))
    }
    .chartXScale(domain: days.lowerBound.noon().addingTimeInterval(-43_200)...days.upperBound.noon().addingTimeInterval(43_200))
    .chartXAxis(.hidden)
    .chartYAxis { AxisMarks(position: .trailing, values: .automatic(desiredCount: 2)) }
    .frame(minHeight: height)
  }
}

/// How a time compares with the one before, in words, a sign and a colour.
struct ChangeBadge: View {
  let change: Review.Row.Change

  var body: some View {
    switch change {
    case .better(let percent): Badge(Text("\(percentText(percent)) better"), symbol: "hand.thumbsup", tint: Palette.good)
    case .worse(let percent): Badge(Text("\(percentText(percent)) worse"), symbol: "exclamationmark.triangle", tint: Palette.warning)
    case .same: Badge(Text("As before"), symbol: "equal")
    }
  }
}

extension TrendDirection {
  var text: Text {
    switch self {
    case .rising: Text("Rising")
    case .falling: Text("Falling")
    case .steady, .unknown: Text("Steady")
    }
  }

  /// The name of an SF Symbol.
  var symbol: String {
    switch self {
    case .rising: "arrow.up.right"
    case .falling: "arrow.down.right"
    case .steady, .unknown: "arrow.right"
    }
  }
}
