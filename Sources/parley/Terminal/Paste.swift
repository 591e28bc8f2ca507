/// Several lines that were pasted at once, about which a person is asked before they are sent.
///
/// The first line stands in the line being typed, where the paste began; here is the rest.
struct Paste {
  /// What is beyond is lost, and the question says so.
  static let byteLimit = 65_536
  static let lineLimit = 500

  /// How many bytes stand before it in the line being typed.
  let start: Int
  /// What follows the first line, each line with the LF in front of it.
  private(set) var rest = ""
  /// How many line ends there are.
  private(set) var lineEnds = 0
  var isCut = false
  /// Whether there is room for nothing more at all.
  private var isFull = false
  /// Whether this line takes nothing more.
  private var isLineFull = false
  private var lineBytes = 0

  init(start: Int) { self.start = start }

  var hasSeveralLines: Bool { lineEnds > 0 }

  /// Takes the next scalar of a line other than the first, or a line end.
  ///
  /// A line may have `room` bytes.
  ///
  /// - Returns: Whether it fits.
  mutating func append(_ scalar: Unicode.Scalar, room: Int) -> Bool {
    let isEnd = scalar == "\n"
    let width = UTF8.width(scalar)
    isFull =
      isFull || rest.utf8.count + width > Self.byteLimit
      || isEnd && lineEnds == Self.lineLimit - 1
    isLineFull = !isEnd && (isLineFull || lineBytes + width > room)
    guard !isFull, !isLineFull else {
      isCut = true
      return false
    }
    rest.unicodeScalars.append(scalar)
    lineBytes = isEnd ? 0 : lineBytes + width
    if isEnd { lineEnds += 1 }
    return true
  }

  /// Forgets empty lines at the end: whoever copies lines mostly copies the last one's end, too.
  mutating func trim() {
    while rest.utf8.last == 0x0a {
      rest.unicodeScalars.removeLast()
      lineEnds -= 1
    }
  }

  /// What it comes to within a line.
  func lines(before: String, after: String) -> [String] {
    (before + rest + after).utf8
      .split(separator: 0x0a, omittingEmptySubsequences: false).map { String(Substring($0)) }
  }

  /// The question about those lines; what to press comes first, as a narrow terminal cuts the end.
  static func question(about lines: [String], isCut: Bool) -> String {
    let commands = lines.count { $0.hasPrefix("/") && !$0.hasPrefix("//") }
    var remarks: [String] = []
    if isCut { remarks.append("no more fit") }
    if commands > 0 { remarks.append(commands == 1 ? "1 command" : "\(commands) commands") }
    let warning = remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))"
    return "Send \(lines.count) lines? y: yes, n: no, e: edit as one\(warning)"
  }
}
