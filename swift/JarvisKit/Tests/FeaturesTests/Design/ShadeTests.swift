import Testing

@testable import Features

@Suite struct Shades {
  @Test func luminanceAndContrastAreThoseOfTheGuidelines() {
    #expect(abs(Shade.white.contrast(with: .black) - 21) < 1e-9)
    #expect(Shade(0x777777).contrast(with: Shade(0x777777)) == 1)
    // The grey that is known for just not being enough on white, and the next one that is.
    #expect(abs(Shade(0x777777).contrast(with: .white) - 4.478) < 0.001)
    #expect(abs(Shade(0x767676).contrast(with: .white) - 4.542) < 0.001)
    #expect(abs(Shade(0xFF0000).luminance - 0.2126) < 1e-9)
    #expect(abs(Shade(0x0A0A0A).luminance - 10.0 / 255 / 12.92) < 1e-9)
  }

  @Test(arguments: [false, true]) func everyInkIsLegibleOnEverySurface(dark: Bool) {
    func shade(_ tone: Tone) -> Shade { dark ? tone.dark : tone.light }
    for surface in Tones.surfaces.map(shade) {
      for ink in (Tones.inks + Tones.series).map(shade) {
        #expect(ink.contrast(with: surface) >= Tones.leastForText, "\(ink.hex) on \(surface.hex)")
      }
    }
    #expect(shade(Tones.onAccent).contrast(with: shade(Tones.accent)) >= Tones.leastForText)
  }

  @Test(arguments: [false, true]) func seriesCanBeToldApart(dark: Bool) {
    let shades = Tones.series.map { dark ? $0.dark : $0.light }
    for (i, a) in shades.enumerated() {
      for b in shades.dropFirst(i + 1) {
        let distance = abs(a.red - b.red) + abs(a.green - b.green) + abs(a.blue - b.blue)
        #expect(distance > 0.25, "\(a.hex) and \(b.hex)")
      }
    }
  }

  @Test func aColourIsReadAndWrittenAsTheGraphHasIt() {
    #expect(Shade(hex: "#1d4ED8")?.hex == "#1D4ED8")
    #expect(Shade(hex: "#00000F")?.hex == "#00000F")
    for text in ["1D4ED8", "#1D4ED", "#1D4ED8F", "#1D4EDG", "#+12345", "", "#１D4ED8"] { #expect(Shade(hex: text) == nil, "\(text)") }
    #expect(Shade(red: 2, green: -1, blue: .nan) == Shade(0xFF0000))
  }

  @Test func aPersonsColourStaysWhereItIsLegible() {
    let blue = Shade(0x1D4ED8)
    #expect(blue.legible(on: [.white], contrast: 4.5) == blue)
    #expect(Tone(hex: "#1D4ED8")?.light == blue)
  }

  @Test(arguments: ["#FFFF00", "#000000", "#FFFFFF", "#7F7F7F", "#FF0000", "#00FF00", "#1D4ED8"])
  func anyColourOfAPersonsCanBeReadInLightAndDark(hex: String) throws {
    let tone = try #require(Tone(hex: hex))
    for surface in Tones.surfaces {
      #expect(tone.light.contrast(with: surface.light) >= Tones.leastForText)
      #expect(tone.dark.contrast(with: surface.dark) >= Tones.leastForText)
    }
  }

  @Test func whatNothingStandsOutFromGetsTheBest() {
    #expect(Shade(0x00FF00).legible(on: [.black, .white], contrast: 4.6) == Shade(0x00FF00).legible(on: [.white, .black], contrast: 4.6))
    #expect(Shade(0x808080).legible(on: [.white, .black], contrast: 20) == .black)
    #expect(Tone(hex: nil) == nil)
    #expect(Tone(hex: "blue") == nil)
  }
}
