import Features
import SwiftUI

/// How firm a habit is: five bars and a word.
public struct StrengthView: View {
  private let figure: StrengthFigure
  @ScaledMetric(relativeTo: .caption) private var height: CGFloat = 8

  public init(_ figure: StrengthFigure) { self.figure = figure }

  public var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(spacing: Spacing.tight) {
        ForEach(0..<figure.bars.count, id: \.self) { index in
          Capsule().fill(Palette.inset).overlay(alignment: .leading) {
            GeometryReader { space in
              Capsule().fill(Palette.good).frame(width: space.size.width * figure.bars[index])
            }
          }
        }
      }
      .frame(height: height)
      figure.level.text.font(Typography.caption).foregroundStyle(Palette.secondary)
    }
    .accessibilityElement(children: .ignore)
    .accessibilityLabel("Strength of the habit")
    .accessibilityValue(figure.level.text)
  }
}

extension StrengthFigure.Level {
  public var text: Text {
    switch self {
    case .starting: Text("Just starting")
    case .forming: Text("Forming")
    case .growing: Text("Getting stronger")
    case .firm: Text("Firm")
    case .rooted: Text("Second nature")
    }
  }
}
