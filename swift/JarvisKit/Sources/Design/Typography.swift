import SwiftUI

/// The fonts of the apps: text styles only, so that all of them follow the size that the person has set.
public enum Typography {
  public static let screenTitle = Font.title2.weight(.bold)
  public static let cardTitle = Font.headline
  public static let body = Font.body
  public static let detail = Font.subheadline
  public static let caption = Font.caption
  /// A number that is looked at before anything else.
  public static let figure = Font.title.weight(.semibold).monospacedDigit()
  /// A number within text or a row.
  public static let number = Font.body.monospacedDigit()
}

/// The heading of a group of cards, with what leads on from it.
public struct SectionHeader<Accessory: View>: View {
  private let title: LocalizedStringKey
  private let accessory: Accessory

  public init(_ title: LocalizedStringKey, @ViewBuilder accessory: () -> Accessory) {
    self.title = title
    self.accessory = accessory()
  }

  public var body: some View {
    HStack(alignment: .firstTextBaseline) {
      Text(title).font(Typography.cardTitle).foregroundStyle(Palette.primary).accessibilityAddTraits(.isHeader)
      Spacer(minLength: Spacing.small)
      accessory
    }
  }
}

extension SectionHeader where Accessory == EmptyView {
  public init(_ title: LocalizedStringKey) { self.init(title) { EmptyView() } }
}
