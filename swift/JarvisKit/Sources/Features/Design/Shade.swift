import Foundation

/// A colour of sRGB, each part from 0 to 1.
public struct Shade: Equatable, Hashable, Sendable {
  public let red: Double
  public let green: Double
  public let blue: Double

  /// Parts outside of 0 to 1 are cut off.
  public init(red: Double, green: Double, blue: Double) {
    func within(_ part: Double) -> Double { part.isFinite ? min(1, max(0, part)) : 0 }
    self.red = within(red)
    self.green = within(green)
    self.blue = within(blue)
  }

  /// The colour of 24 bits, e.g. `0x1D4ED8`.
  public init(_ bits: UInt32) {
    func part(_ shift: UInt32) -> Double { Double(bits >> shift & 0xFF) / 255 }
    self.init(red: part(16), green: part(8), blue: part(0))
  }

  /// What the graph writes for a life area: `#1D4ED8`. Nil for everything else.
  public init?(hex: String) {
    guard hex.count == 7, hex.first == "#", hex.dropFirst().allSatisfy({ $0.isASCII && $0.isHexDigit }),
      let bits = UInt32(hex.dropFirst(), radix: 16)
    else { return nil }
    self.init(bits)
  }

  /// As the graph writes it.
  public var hex: String {
    let parts = [red, green, blue].map { Int(($0 * 255).rounded()) }
    return "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }

  /// Relative luminance, 0 to 1, as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance).
  public var luminance: Double {
    func linear(_ part: Double) -> Double { part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Contrast ratio, 1 to 21, as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). Text needs 4.5 (criterion 1.4.3),
  /// what is drawn and has a meaning 3 (criterion 1.4.11).
  public func contrast(with other: Shade) -> Double {
    (max(luminance, other.luminance) + 0.05) / (min(luminance, other.luminance) + 0.05)
  }

  /// This colour mixed with another.
  /// - Parameter share: how much of the other, 0 to 1.
  public func mixed(with other: Shade, _ share: Double) -> Shade {
    func between(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    return Shade(red: between(red, other.red), green: between(green, other.green), blue: between(blue, other.blue))
  }

  /// The nearest mix with black or white that stands out from every one of the backgrounds: a colour that a person chose stays
  /// recognisable, and can be read. Where none does, black or white, whichever does better.
  public func legible(on backgrounds: [Shade], contrast least: Double) -> Shade {
    func worst(_ shade: Shade) -> Double { backgrounds.map(shade.contrast(with:)).min() ?? .infinity }
    for step in 0...50 {
      let share = Double(step) / 50
      let mixes = [mixed(with: .black, share), mixed(with: .white, share)].filter { worst($0) >= least }
      if let best = mixes.max(by: { worst($0) < worst($1) }) { return best }
    }
    return worst(.black) >= worst(.white) ? .black : .white
  }

  public static let black = Shade(0x000000)
  public static let white = Shade(0xFFFFFF)
}

/// A colour for light surroundings, and its counterpart for dark ones.
public struct Tone: Equatable, Hashable, Sendable {
  public let light: Shade
  public let dark: Shade

  public init(light: Shade, dark: Shade) {
    self.light = light
    self.dark = dark
  }

  public init(_ light: UInt32, _ dark: UInt32) { self.init(light: Shade(light), dark: Shade(dark)) }

  /// The colour that a person gave a life area, such that it can be told from the backgrounds. Nil when the text is no colour.
  public init?(hex: String?) {
    guard let chosen = hex.flatMap(Shade.init(hex:)) else { return nil }
    func fitting(_ surface: (Tone) -> Shade) -> Shade {
      chosen.legible(on: Tones.surfaces.map(surface), contrast: Tones.leastForText)
    }
    self.init(light: fitting(\.light), dark: fitting(\.dark))
  }
}

/// The colours of the apps, as numbers. What is written in one of them is legible on each of the surfaces: tests hold them to that.
public enum Tones {
  /// Contrast that text needs, and what is drawn (WCAG 2.2, 1.4.3 and 1.4.11).
  public static let leastForText = 4.5
  public static let leastForDrawing = 3.0

  public static let background = Tone(0xF5F6FA, 0x0E1016)
  public static let card = Tone(0xFFFFFF, 0x1A1D26)
  /// A surface within a card: a field, or the unfilled part of a bar.
  public static let inset = Tone(0xECEEF4, 0x252936)

  public static let primary = Tone(0x14161F, 0xF3F4F8)
  public static let secondary = Tone(0x535A6B, 0xA9B0C2)
  public static let accent = Tone(0x3F46C9, 0x9FA8FF)
  public static let good = Tone(0x17693F, 0x5FD696)
  public static let warning = Tone(0x8A4B00, 0xF5B454)
  public static let bad = Tone(0xB3202E, 0xFF9095)
  /// What is calm: rests, is over, or is not judged.
  public static let calm = Tone(0x4E5D78, 0xA3B3CE)
  /// What is written on a surface of `accent`.
  public static let onAccent = Tone(0xFFFFFF, 0x10121A)

  public static let surfaces = [background, card, inset]
  public static let inks = [primary, secondary, accent, good, warning, bad, calm]
  /// Colours of series that are drawn together, in this order; a legend or label says the same in words.
  public static let series = [accent, Tone(0x0B6A75, 0x5CCFDC), warning, Tone(0x9A2C86, 0xF08CDC), good, calm]
}
