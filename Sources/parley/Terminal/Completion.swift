/// What the end of a line being typed may become: a person, a room or a command.
struct Completion {
  /// What may stand in the place of the last word.
  struct Choice: Equatable {
    /// How many bytes of the line stand before it.
    var start: Int
    /// At least one, the likeliest first; each with what follows it.
    var texts: [String]
  }

  /// The names of the commands here, without the slash.
  var commands: [String] = []
  /// What we are called: nobody speaks to themselves.
  var ownName = ""
  var people = RecentNames()
  var rooms = RecentNames()

  /// No name is longer, and a whole line without a blank is not worth the work.
  private static let longestWord = 256

  /// nil when nothing fits.
  func choice(for line: String) -> Choice? {
    let bytes = line.utf8
    let start = bytes.lastIndex(of: 0x20).map { bytes.index(after: $0) } ?? bytes.startIndex
    guard bytes.distance(from: start, to: bytes.endIndex) <= Self.longestWord else { return nil }
    let texts = texts(for: String(line[start...]), behind: line[..<start])
    guard !texts.isEmpty else { return nil }
    return Choice(start: bytes.distance(from: bytes.startIndex, to: start), texts: texts)
  }

  private func texts(for word: String, behind head: Substring) -> [String] {
    let slash = UInt8(ascii: "/")
    guard !head.isEmpty else {
      guard word.utf8.first == slash else { return people(like: word).map { $0 + ": " } }
      let typed = word.dropFirst().lowercased()
      return commands.filter { $0.hasPrefix(typed) }.sorted().map { "/\($0) " }
    }
    let command = head.utf8.first == slash ? head.utf8.prefix { $0 != 0x20 } : ""[...].utf8
    switch Substring(command).lowercased() {
    case "/join", "/leave", "/who":
      // Many know rooms as #room.
      let mark = word.utf8.first == UInt8(ascii: "#") ? "#" : ""
      let typed = String(word.unicodeScalars.dropFirst(mark.utf8.count))
      return rooms.names(like: typed, except: "").map { mark + $0 + " " }
    default: return people(like: word).map { $0 + " " }
    }
  }

  private func people(like word: String) -> [String] { people.names(like: word, except: ownName) }
}
