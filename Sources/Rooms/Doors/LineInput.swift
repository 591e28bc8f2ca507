import Wire

/// What a typed line means.
package enum LineInput: Equatable {
  case nothing
  case request(Request)
  case help
  case quit(String?)
  /// Not understood; the words say what would be.
  case hint(String)

  package static let commands = [
    "nick", "join", "leave", "who", "rooms", "me", "msg", "history", "ignore", "help", "quit",
  ]

  package static let helpLines = [
    "What you type is said to everybody in your room. Commands:",
    "/nick NAME  changes your name         /me DOES THIS  says what you do",
    "/who [ROOM]  shows who is here        /msg NAME TEXT  tells one person alone",
    "/rooms  lists the rooms               /history [N]  shows the last N messages",
    "/join ROOM  goes to another room      /ignore NAME  hides somebody, or not",
    "/leave  leaves the room               /quit [WORDS]  says goodbye",
    "//text  says a line that begins with a slash",
  ]

  /// Whether the line in this place is a text to be said just as it is, if it is UTF-8: as nearly all are.
  @inline(__always)
  static func isText(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
    guard !line.isEmpty else { return false }
    // What begins with a blank may be nothing but blanks.
    switch bytes[line.lowerBound] {
    case UInt8(ascii: "/"), UInt8(ascii: " "), UInt8(ascii: "\t"): return false
    default: return true
    }
  }

  /// Reads a line without its end; bytes that are not UTF-8 become U+FFFD.
  package init(_ line: ArraySlice<UInt8>) {
    let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard !isBlank else {
      self = .nothing
      return
    }
    guard line.first == UInt8(ascii: "/") else {
      self = .say(line)
      return
    }
    guard line.dropFirst().first != UInt8(ascii: "/") else {
      self = .say(line.dropFirst())
      return
    }
    let (word, rest) = LineInput.split(line.dropFirst())
    self.init(command: String(decoding: word, as: UTF8.self), rest)
  }

  private init(command typed: String, _ rest: ArraySlice<UInt8>) {
    let command = typed.lowercased()
    let words = String(decoding: rest, as: UTF8.self)
    let (first, more) = LineInput.split(rest)
    let name = String(decoding: first, as: UTF8.self)
    switch command {
    // A blank in a wished nick is for the server to refuse, with its own words.
    case "nick" where !rest.isEmpty: self = .request(.nick(id: 0, words, nearest: false))
    // Many know rooms as #room.
    case "join" where !rest.isEmpty:
      self = .request(.join(id: 0, words.hasPrefix("#") ? String(words.dropFirst()) : words))
    case "leave": self = .request(.leave(id: 0, rest.isEmpty ? nil : words))
    case "who": self = .request(.who(id: 0, rest.isEmpty ? nil : words))
    case "rooms": self = .request(.rooms(id: 0))
    case "me" where !rest.isEmpty: self = .say(rest, action: true)
    case "msg" where !more.isEmpty:
      self = .request(.whisper(id: 0, to: name, SafeText.repaired(more)))
    case "history":
      guard let count = rest.isEmpty ? Room.lateJoinerEvents : LineInput.count(rest) else {
        fallthrough
      }
      self = .request(.history(id: 0, room: nil, last: count))
    case "nick", "join", "me", "msg": self = .hint("Usage: \(LineInput.usage(of: command))")
    case "ignore": self = .request(.ignore(rest.isEmpty ? nil : words))
    case "help": self = .help
    case "quit": self = .quit(rest.isEmpty ? nil : words)
    default: self = .hint(LineInput.unknown(typed))
    }
  }

  private static func say(_ body: ArraySlice<UInt8>, action: Bool = false) -> LineInput {
    .request(.say(id: 0, room: nil, form: 0, action: action, body: SafeText.repaired(body)))
  }

  /// The first word, and what follows it without the blanks around.
  private static func split(
    _ line: ArraySlice<UInt8>
  ) -> (word: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let word = line.prefix { $0 != UInt8(ascii: " ") }
    var rest = line[word.endIndex...].drop { $0 == UInt8(ascii: " ") }
    while rest.last == UInt8(ascii: " ") { rest.removeLast() }
    return (word, rest)
  }

  /// A number of messages, 1 to as many as an answer can hold.
  private static func count(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.count <= 9 else { return nil }
    var value = 0
    for digit in digits {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value > 0 ? min(value, Journal.answerEvents) : nil
  }

  private static func usage(of command: String) -> String {
    switch command {
    case "nick": "/nick NAME"
    case "join": "/join ROOM"
    case "me": "/me DOES THIS"
    case "msg": "/msg NAME TEXT"
    default: "/history [NUMBER]"
    }
  }

  private static func unknown(_ typed: String) -> String {
    let shown = String(String.UnicodeScalarView(typed.unicodeScalars.prefix(20)))
    let best = Spelling.nearest(to: shown.lowercased(), among: commands)
    let guess = best.map { "; did you mean /\($0)?" } ?? "; /help lists them all."
    return "There is no command /\(shown)\(guess) To say a line that begins with /, type //."
  }
}
