import SwiftUI

/// One number with its name, for a grid of them.
public struct StatTile: View {
  private let title: LocalizedStringKey
  private let value: String
  private let symbol: String
  private let tint: Color
  private let detail: Text?

  /// - Parameters:
  ///   - value: formatted.
  ///   - symbol: the name of an SF Symbol.
  ///   - detail: what the number is compared with, or made of.
  public init(_ title: LocalizedStringKey, value: String, symbol: String, tint: Color = Palette.accent, detail: Text? = nil) {
    self.title = title
    self.value = value
    self.symbol = symbol
    self.tint = tint
    self.detail = detail
  }

  public var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Image(systemName: symbol).foregroundStyle(tint).accessibilityHidden(true)
      Text(verbatim: value).font(Typography.figure).foregroundStyle(Palette.primary).minimumScaleFactor(0.7).lineLimit(1)
      Text(title).font(Typography.detail).foregroundStyle(Palette.secondary)
      if let detail { detail.font(Typography.caption).foregroundStyle(Palette.secondary) }
    }
    .card()
    .accessibilityElement(children: .combine)
  }
}

/// Tiles beside each other, as many as there is room for; below each other where letters are large.
public struct TileGrid<Content: View>: View {
  private let content: Content
  @ScaledMetric(relativeTo: .body) private var least: CGFloat = 148

  public init(@ViewBuilder content: () -> Content) { self.content = content() }

  public var body: some View {
    LazyVGrid(columns: [GridItem(.adaptive(minimum: least), spacing: Spacing.small, alignment: .top)], spacing: Spacing.small) { content }
  }
}
