import Glibc
import Testing

@testable import parley

@Suite("Theme")
struct ThemeTests {
  private func theme(
    _ variables: [String: String], asked: FaceOptions.ThemeName? = nil
  ) -> Theme.Ground? {
    Theme(asked: asked) { variables[$0] }.ground
  }

  @Test("the terminal's words about itself choose, NO_COLOR refuses, and the user decides")
  func choice() {
    #expect(theme(["TERM": "xterm"]) == .unknown)
    #expect(theme(["TERM": "xterm", "COLORFGBG": "15;0"]) == .dark)
    #expect(theme(["TERM": "xterm", "COLORFGBG": "0;default;15"]) == .light)
    #expect(theme(["TERM": "xterm", "COLORFGBG": "0;default"]) == .unknown)
    #expect(theme(["TERM": "vt220"]) == nil)
    #expect(theme(["TERM": "xterm", "NO_COLOR": "1", "COLORFGBG": "15;0"]) == nil)
    #expect(theme(["TERM": "xterm", "NO_COLOR": ""]) == .unknown)
    #expect(theme(["NO_COLOR": "1"], asked: .light) == .light)
    #expect(theme(["COLORFGBG": "15;0"], asked: FaceOptions.ThemeName.none) == nil)
  }

  @Test("without colours there are none, and what matters stands out all the same")
  func withoutColours() {
    let inks: [Ink] = [.plain, .aside, .nick(7), .own, .warning, .mention, .status]
    for ink in inks { #expect(!Theme(nil).style(of: ink).contains("38;")) }
    #expect(!Theme(nil).style(of: .mention).isEmpty && !Theme(nil).style(of: .status).isEmpty)
  }

  @Test("every colour can be read on its ground", arguments: [Theme.Ground.light, .dark, .unknown])
  func contrast(ground: Theme.Ground) {
    let grounds: [Double] =
      switch ground {
      case .light: [1]
      case .dark: [0, 0.013]
      case .unknown: [0, 1]
      }
    for colour in ground.colours + [ground.grey] {
      for behind in grounds {
        let (dark, light) = (min(luminance(colour), behind), max(luminance(colour), behind))
        #expect((light + 0.05) / (dark + 0.05) >= 4.2, "\(colour)")
      }
    }
    #expect(Set(ground.colours).count == ground.colours.count)
  }

  /// Of one of the 256 colours, as WCAG defines it.
  private func luminance(_ colour: Int) -> Double {
    let steps = [0, 95, 135, 175, 215, 255]
    let cube = colour - 16
    let parts =
      colour >= 232
      ? Array(repeating: 8 + 10 * (colour - 232), count: 3)
      : [steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6]]
    let linear = parts.map { part in
      let value = Double(part) / 255
      return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  @Test("a name has one colour for good")
  func stable() {
    #expect(Ink.nick("bob") == Ink.nick("bob"))
    let names = (0..<200).map { "guest\($0)" }
    let styles = Set(names.map { Theme(.dark).style(of: .nick($0)) })
    #expect(styles.count == Theme.Ground.dark.colours.count)
  }
}
