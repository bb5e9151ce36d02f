import Features
import SwiftUI

/// A ring that shows how far something has come, with the percentage in it. What goes beyond the whole goes round again.
public struct ProgressRing: View {
  private let figure: RingFigure
  private let percent: Double?
  private let tint: Color
  @ScaledMetric(relativeTo: .body) private var diameter: CGFloat = 52
  @ScaledMetric(relativeTo: .body) private var width: CGFloat = 6
  @Environment(\.accessibilityReduceMotion) private var reduceMotion

  /// - Parameter percent: 100 is the whole; nil when there is nothing to measure against.
  public init(percent: Double?, tint: Color = Palette.accent) {
    figure = RingFigure(percent: percent)
    self.percent = percent
    self.tint = tint
  }

  public var body: some View {
    ZStack {
      Circle().stroke(Palette.inset, lineWidth: width)
      Circle()
        .trim(from: 0, to: figure.filled ?? 0)
        .stroke(tint, style: StrokeStyle(lineWidth: width, lineCap: .round))
        .rotationEffect(.degrees(-90))
      if figure.beyond > 0 {
        Circle()
          .trim(from: 0, to: figure.beyond)
          .stroke(Palette.primary, style: StrokeStyle(lineWidth: width / 3, lineCap: .round))
          .rotationEffect(.degrees(-90))
      }
      Text(verbatim: text).font(Typography.caption).monospacedDigit().foregroundStyle(Palette.primary).minimumScaleFactor(0.6)
        .padding(width)
    }
    .padding(width / 2)
    .frame(width: diameter, height: diameter)
    .animation(reduceMotion ? nil : .default, value: figure)
    .accessibilityElement(children: .ignore)
    .accessibilityLabel("Progress")
    .accessibilityValue(Text(verbatim: text))
  }

  private var text: String { figure.filled == nil ? "–" : percent.map(percentText) ?? "–" }
}

/// A percentage as the person's language writes it, e.g. `45 %`.
public func percentText(_ percent: Double) -> String {
  (Double(shownPercent(percent)) / 100).formatted(.percent.precision(.fractionLength(0)))
}
