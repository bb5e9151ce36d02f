import SwiftUI

struct CardModifier: ViewModifier {
  func body(content: Content) -> some View {
    content
      .padding(Spacing.medium)
      .frame(maxWidth: .infinity, alignment: .leading)
      .background(Palette.card, in: RoundedRectangle(cornerRadius: Spacing.medium, style: .continuous))
  }
}

extension View {
  /// Lays it on a card as wide as there is room.
  public func card() -> some View { modifier(CardModifier()) }

  /// The ground of a screen that is made of cards.
  public func cardGround() -> some View { background(Palette.background) }

  /// At least as large as a finger: 44 points each way.
  public func touchTarget() -> some View { frame(minWidth: Spacing.touch, minHeight: Spacing.touch).contentShape(Rectangle()) }
}

/// A few words on a ground of their colour: a state, a kind, how urgent something is.
public struct Badge: View {
  private let text: Text
  private let symbol: String?
  private let tint: Color

  /// - Parameter symbol: the name of an SF Symbol; colour alone says nothing to many.
  public init(_ text: Text, symbol: String? = nil, tint: Color = Palette.calm) {
    self.text = text
    self.symbol = symbol
    self.tint = tint
  }

  public var body: some View {
    HStack(spacing: Spacing.tight) {
      if let symbol { Image(systemName: symbol).accessibilityHidden(true) }
      text
    }
    .font(Typography.caption)
    .foregroundStyle(tint)
    .padding(.horizontal, Spacing.small)
    .padding(.vertical, Spacing.tight)
    .background(Palette.inset, in: Capsule())
    .accessibilityElement(children: .combine)
  }
}
