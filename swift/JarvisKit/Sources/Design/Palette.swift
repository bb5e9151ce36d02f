import Features
import SwiftUI

#if canImport(UIKit)
  import UIKit
#else
  import AppKit
#endif

/// The colours of the apps, in light and dark. The numbers, and the tests of their contrast, are `Tones`.
public enum Palette {
  public static let background = Color(Tones.background)
  public static let card = Color(Tones.card)
  public static let inset = Color(Tones.inset)

  public static let primary = Color(Tones.primary)
  public static let secondary = Color(Tones.secondary)
  public static let accent = Color(Tones.accent)
  public static let onAccent = Color(Tones.onAccent)
  public static let good = Color(Tones.good)
  public static let warning = Color(Tones.warning)
  public static let bad = Color(Tones.bad)
  public static let calm = Color(Tones.calm)

  /// The colour of the nth of several series, which begin anew after the last.
  public static func series(_ index: Int) -> Color { Color(Tones.series[abs(index) % Tones.series.count]) }

  /// The colour that a person gave a life area, made legible; the accent when there is none.
  public static func area(_ hex: String?) -> Color { Tone(hex: hex).map(Color.init) ?? accent }
}

extension Color {
  public init(_ shade: Shade) { self.init(.sRGB, red: shade.red, green: shade.green, blue: shade.blue, opacity: 1) }

  /// Follows the surroundings between light and dark.
  public init(_ tone: Tone) {
    #if canImport(UIKit)
      self.init(uiColor: UIColor { $0.userInterfaceStyle == .dark ? UIColor(Color(tone.dark)) : UIColor(Color(tone.light)) })
    #else
      self.init(
        nsColor: NSColor(name: nil) {
          $0.bestMatch(from: [.aqua, .darkAqua]) == .darkAqua ? NSColor(Color(tone.dark)) : NSColor(Color(tone.light))
        })
    #endif
  }
}
