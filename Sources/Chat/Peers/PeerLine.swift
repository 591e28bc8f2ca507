internal import Rooms

/// What a line means that somebody typed in a chat without a server.
///
/// Works on bytes; blanks around a line do not count.
package enum PeerLine: Equatable, Sendable {
  /// Words to be said, in UTF-8.
  case say([UInt8])
  /// Nothing but blanks.
  case nothing
  case who
  case stats
  /// Where somebody else is, as typed.
  case add(String)
  case quit
  case help
  /// Not understood; the words say what would be.
  case unknown(String)

  package static let commands = ["who", "stats", "add", "ignore", "quit", "help"]

  package static let helpLines = [
    "/who            who is here, and where",
    "/stats          what came and went, in numbers",
    "/add HOST:PORT  speaks to one more from now on",
    "/ignore NAME    hides somebody, or shows them again",
    "/quit           leaves; Ctrl-D does the same",
    "//text          says a line that begins with a slash",
  ]

  /// What to say of an address behind `/add` that leaves out where on its machine somebody is.
  static func withoutPort(_ text: String) -> MemberEvent {
    .hint("/add takes HOST:PORT, and \(text) has no port.")
  }

  /// Reads a line without its end; bytes that are not UTF-8 become U+FFFD.
  package init(_ line: [UInt8]) {
    let text = SafeText.repaired(PeerLine.trimmed(line[...]))
    guard let first = text.first else {
      self = .nothing
      return
    }
    let slash = UInt8(ascii: "/")
    guard first == slash else {
      self = .say(text)
      return
    }
    guard text.dropFirst().first != slash else {
      self = .say(Array(text.dropFirst()))
      return
    }
    let end = text.firstIndex(where: PeerLine.isBlank) ?? text.endIndex
    let word = String(decoding: text[..<end], as: UTF8.self)
    let rest = String(decoding: PeerLine.trimmed(text[end...]), as: UTF8.self)
    self = PeerLine.command(word, rest)
  }

  private static func command(_ word: String, _ rest: String) -> PeerLine {
    switch (word, rest.isEmpty) {
    case ("/who", true): .who
    case ("/stats", true): .stats
    case ("/add", false): .add(rest)
    case ("/add", true): .unknown("/add takes HOST:PORT.")
    case ("/quit", true): .quit
    case ("/help", true): .help
    case ("/who", _), ("/stats", _), ("/quit", _), ("/help", _):
      .unknown("\(word) takes nothing behind it.")
    default:
      .unknown(
        "There is no command \(word); \(guess(word)). To say a line that begins with /, type //.")
    }
  }

  private static func guess(_ word: String) -> String {
    let typed = String(word.unicodeScalars.dropFirst().prefix(20)).lowercased()
    return Spelling.nearest(to: typed, among: commands).map { "did you mean /\($0)?" }
      ?? "/help lists them"
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = bytes.firstIndex(where: { !isBlank($0) }),
      let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return [] }
    return bytes[first...last]
  }
}
