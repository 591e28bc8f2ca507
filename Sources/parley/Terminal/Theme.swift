/// How inks look on this terminal.
///
/// Colours tell nothing that the words do not tell as well.
struct Theme: Equatable {
  /// What is behind the text; the colours of `unknown` can be read on both.
  enum Ground: Equatable { case light, dark, unknown }

  /// nil: no colours.
  var ground: Ground?

  /// The theme that a terminal's own words about itself lead to.
  ///
  /// - Parameters:
  ///   - asked: What the user asks for, which counts more than all the rest.
  ///   - variable: Looks up a variable of the environment.
  init(asked: FaceOptions.ThemeName?, variable: (String) -> String?) {
    switch asked {
    case .light: ground = .light
    case .dark: ground = .dark
    case .none?: ground = nil
    case nil:
      let hasColours = (variable("TERM") ?? "").utf8.starts(with: "vt".utf8) == false
      let isRefused = !(variable("NO_COLOR") ?? "").isEmpty
      ground = hasColours && !isRefused ? Theme.ground(variable("COLORFGBG")) : nil
    }
  }

  init(_ ground: Ground?) { self.ground = ground }

  /// `15;0`: the last number is the background, of the sixteen oldest colours.
  private static func ground(_ text: String?) -> Ground {
    guard let last = text?.utf8.split(separator: UInt8(ascii: ";")).last,
      let number = Int(String(Substring(last)))
    else { return .unknown }
    switch number {
    case 0...6, 8: return .dark
    case 7, 9...15: return .light
    default: return .unknown
    }
  }

  /// The numbers of a style sequence; none for what looks like plain text.
  func style(of ink: Ink) -> String {
    switch ink {
    case .plain: ""
    case .aside: ground.map { "38;5;\($0.grey)" } ?? ""
    case .nick(let hash):
      ground.map { "38;5;\($0.colours[Int(hash % UInt32($0.colours.count))])" } ?? ""
    case .own: ground == nil ? "" : "1"
    case .warning: ground.map { "1;38;5;\($0.colours[0])" } ?? "1"
    case .mention: "1;4"
    case .status: "7"
    }
  }
}

extension Theme.Ground {
  /// Numbers among the 256 colours, all of which stand out well; the first one is red.
  var colours: [Int] {
    switch self {
    case .unknown: [131, 130, 64, 28, 29, 30, 63, 98, 129, 164, 162, 132]
    case .dark: [210, 209, 215, 179, 142, 107, 71, 78, 43, 80, 74, 75, 111, 141, 177, 212]
    case .light: [124, 88, 94, 58, 22, 23, 24, 25, 19, 57, 55, 91, 53, 126, 89, 125]
    }
  }

  var grey: Int {
    switch self {
    case .unknown: 243
    case .dark: 248
    case .light: 241
    }
  }
}
