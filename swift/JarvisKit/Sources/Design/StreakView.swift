import Features
import Models
import SwiftUI

/// Units in which a habit's streak is counted, as the graph names them.
public enum StreakUnit: String, Sendable {
  case day = "DAY"
  case week = "WEEK"
  case month = "MONTH"
  case year = "YEAR"

  /// - Parameter name: the graph's `PeriodUnit`; a day for one that is not known.
  public init(named name: String?) { self = name.flatMap(Self.init(rawValue:)) ?? .day }

  /// So many of them.
  public func text(_ count: Int) -> Text {
    switch self {
    case .day: Text("\(count) days")
    case .week: Text("\(count) weeks")
    case .month: Text("\(count) months")
    case .year: Text("\(count) years")
    }
  }
}

/// How long a habit has been kept up, beside the best.
public struct StreakBadge: View {
  private let current: Int
  private let best: Int
  private let unit: StreakUnit

  public init(current: Int, best: Int, unit: StreakUnit = .day) {
    self.current = current
    self.best = best
    self.unit = unit
  }

  public var body: some View {
    HStack(spacing: Spacing.tight) {
      Image(systemName: current > 0 ? "flame.fill" : "flame").foregroundStyle(current > 0 ? Palette.warning : Palette.calm)
        .accessibilityHidden(true)
      unit.text(current).foregroundStyle(Palette.primary)
      if best > current {
        Text(verbatim: "·").foregroundStyle(Palette.secondary).accessibilityHidden(true)
        HStack(spacing: Spacing.tight) {
          Text("Best:")
          unit.text(best)
        }
        .foregroundStyle(Palette.secondary)
      } else if current > 0 {
        Text("Best ever").foregroundStyle(Palette.good)
      }
    }
    .font(Typography.detail)
    .accessibilityElement(children: .combine)
    .accessibilityLabel(Text("Streak"))
    .accessibilityValue(unit.text(current))
  }
}

/// The latest weeks of a habit, a column each. What is done is full, what is skipped is dashed, today is framed: not by colour alone.
public struct StreakView: View {
  private let grid: StreakGrid
  private let tint: Color
  @ScaledMetric(relativeTo: .caption) private var side: CGFloat = 16

  public init(_ grid: StreakGrid, tint: Color = Palette.good) {
    self.grid = grid
    self.tint = tint
  }

  public var body: some View {
    ViewThatFits(in: .horizontal) {
      columns
      ScrollView(.horizontal, showsIndicators: false) { columns }.defaultScrollAnchor(.trailing)
    }
    .accessibilityElement(children: .ignore)
    .accessibilityLabel(Text("The last \(grid.weeks.count) weeks"))
    .accessibilityValue(Text("Done: \(grid.doneCount.formatted()) of \(grid.judgedCount.formatted())"))
  }

  private var columns: some View {
    HStack(spacing: Spacing.tight) {
      ForEach(grid.weeks, id: \.first?.day) { week in
        VStack(spacing: Spacing.tight) {
          ForEach(week) { cell in square(cell.state).frame(width: side, height: side) }
        }
      }
    }
  }

  @ViewBuilder private func square(_ state: StreakGrid.Cell.State) -> some View {
    let shape = RoundedRectangle(cornerRadius: Spacing.tight, style: .continuous)
    switch state {
    case .outside: shape.fill(Color.clear)
    case .empty: shape.fill(Palette.inset)
    case .open: shape.strokeBorder(Palette.accent, lineWidth: 2)
    case .skipped: shape.strokeBorder(Palette.calm, style: StrokeStyle(lineWidth: 1, dash: [2, 2]))
    case .done(let share): shape.fill(tint.opacity(0.35 + 0.65 * share))
    }
  }
}
