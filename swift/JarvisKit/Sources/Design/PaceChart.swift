import Charts
import Features
import Models
import SwiftUI

/// A goal's values against the line from start to target. Swift Charts makes the audio graph; the sentence below says the most of it.
public struct PaceChart: View {
  private let series: PaceSeries
  private let unit: String?
  private let tint: Color
  /// Whether more is better. Where less is, being under the line is being ahead.
  private let wantsMore: Bool
  @ScaledMetric(relativeTo: .body) private var height: CGFloat = 200

  public init(_ series: PaceSeries, unit: String? = nil, wantsMore: Bool = true, tint: Color = Palette.accent) {
    self.series = series
    self.unit = unit
    self.wantsMore = wantsMore
    self.tint = tint
  }

  public var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      chart
        .chartXScale(domain: series.days.lowerBound.noon()...series.days.upperBound.noon())
        .chartYScale(domain: series.values)
        .chartXAxis {
          AxisMarks(values: .automatic(desiredCount: 4)) { _ in
            AxisGridLine()
            AxisValueLabel(format: .dateTime.day().month(.abbreviated))
          }
        }
        .chartYAxis { AxisMarks(position: .leading, values: .automatic(desiredCount: 4)) }
        .chartLegend(.hidden)
        .frame(minHeight: height)
        .accessibilityLabel(summary)
      legend
      summary.font(Typography.detail).foregroundStyle(Palette.secondary).accessibilityHidden(true)
    }
  }

  private var chart: some View {
    Chart {
      ForEach(series.plan) { point in
        LineMark(x: .value("Day", point.day.noon()), y: .value("Plan", point.value), series: .value("Line", "plan"))
          .foregroundStyle(Palette.calm)
          .lineStyle(StrokeStyle(lineWidth: 2, dash: [6, 4]))
          .accessibilityLabel(Text("Plan, \(Self.date(point.day))"))
          .accessibilityValue(Text(verbatim: shown(point.value)))
      }
      if series.showsTarget, let target = series.target {
        RuleMark(y: .value("Target", target))
          .foregroundStyle(Palette.good)
          .lineStyle(StrokeStyle(lineWidth: 1, dash: [2, 3]))
          .accessibilityLabel("Target")
          .accessibilityValue(Text(verbatim: shown(target)))
      }
      ForEach(series.actual) { point in
        LineMark(x: .value("Day", point.day.noon()), y: .value("Value", point.value), series: .value("Line", "actual"))
          .foregroundStyle(tint)
          .lineStyle(StrokeStyle(lineWidth: 3, lineCap: .round, lineJoin: .round))
          .interpolationMethod(.monotone)
          .accessibilityLabel(Text(verbatim: Self.date(point.day)))
          .accessibilityValue(Text(verbatim: shown(point.value)))
        if series.actual.count <= 31 {
          PointMark(x: .value("Day", point.day.noon()), y: .value("Value", point.value)).foregroundStyle(tint).symbolSize(28)
            .accessibilityHidden(true)
        }
      }
    }
  }

  private var legend: some View {
    ViewThatFits(in: .horizontal) {
      HStack(spacing: Spacing.medium) { legendItems }
      VStack(alignment: .leading, spacing: Spacing.tight) { legendItems }
    }
    .font(Typography.caption)
    .foregroundStyle(Palette.secondary)
    .accessibilityHidden(true)
  }

  @ViewBuilder private var legendItems: some View {
    LegendItem("Logged", color: tint, isDashed: false)
    if !series.plan.isEmpty { LegendItem("Plan", color: Palette.calm, isDashed: true) }
    if series.showsTarget { LegendItem("Target", color: Palette.good, isDashed: true) }
  }

  /// The chart in a sentence.
  private var summary: Text {
    guard let latest = series.actual.last else { return Text("Nothing is logged yet.") }
    let now = shown(latest.value)
    guard let ahead = series.ahead.map({ wantsMore ? $0 : -$0 }) else { return Text("\(now) on \(Self.date(latest.day)).") }
    let distance = shown(abs(ahead))
    // Less than a hundredth of what is drawn is no distance.
    let least = (series.values.upperBound - series.values.lowerBound) / 100
    if abs(ahead) < least { return Text("\(now): right on the plan.") }
    return ahead > 0 ? Text("\(now): \(distance) ahead of the plan.") : Text("\(now): \(distance) behind the plan.")
  }

  private func shown(_ value: Double) -> String { Amount(Decimal(value)).shown(unit: unit) }

  private static func date(_ day: LocalDate) -> String { day.noon().formatted(.dateTime.day().month(.abbreviated)) }
}

/// What a line of a chart stands for.
struct LegendItem: View {
  let title: LocalizedStringKey
  let color: Color
  let isDashed: Bool
  @ScaledMetric(relativeTo: .caption) private var width: CGFloat = 20

  init(_ title: LocalizedStringKey, color: Color, isDashed: Bool) {
    self.title = title
    self.color = color
    self.isDashed = isDashed
  }

  var body: some View {
    HStack(spacing: Spacing.tight) {
      HStack(spacing: isDashed ? Spacing.tight : 0) {
        Capsule().fill(color)
        Capsule().fill(color)
      }
      .frame(width: width, height: Spacing.tight)
      Text(title)
    }
  }
}
