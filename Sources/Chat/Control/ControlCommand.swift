package import Sockets
internal import Rooms

/// What an operator asks of a running server, in one line.
package enum ControlCommand: Sendable, Equatable {
  /// A client, as the operator names it.
  package enum Who: Sendable, Equatable {
    case nick(String)
    case number(UInt64)
  }

  package enum Target: Sendable, Equatable {
    case network(Network)
    case client(Who)
  }

  case nothing
  case stats
  case clients
  case rooms
  case limits
  case limit(name: String, value: String)
  case kick(Who, words: String)
  case ban(Target, Duration?)
  case unban(Network)
  case bans
  case say(String)
  case reload
  case stop
  case help

  /// The longest line, without its end.
  package static let lineLimit = 4096

  /// What there is to say, in the order of the help.
  private static let usages: [(usage: String, words: String)] = [
    ("stats", "what the server has, and has counted"),
    ("clients", "#NUMBER NICK DOOR ADDRESS ROOMS BYTES-THAT-WAIT"),
    ("rooms", "the rooms, and how many are in each"),
    ("limits", "every limit and its value"),
    ("limit NAME VALUE", "changes one, until the next reload"),
    ("kick WHO [WORDS]", "removes a client, by nick or #NUMBER"),
    ("ban NETWORK|WHO [SECONDS]", "removes all from there and lets nobody in"),
    ("unban NETWORK", "lets them in again"),
    ("bans", "the banned networks and the seconds left, or -"),
    ("say WORDS", "tells everybody"),
    ("reload", "reads the files given at the start again"),
    ("stop", "ends the server in order"),
    ("help", "this list"),
  ]

  package static var helpLines: [String] {
    usages.map { usage, words in
      usage + String(repeating: " ", count: max(2, 28 - usage.utf8.count)) + words
    }
  }

  /// Reads a line without its end; a slash in front is as good as none.
  ///
  /// - Throws: What is wrong with it, in words.
  package init(_ line: [UInt8]) throws(ControlMistake) {
    guard line.count <= ControlCommand.lineLimit else {
      throw ControlMistake("a line has at most \(ControlCommand.lineLimit) bytes")
    }
    var rest = line[...].drop(while: ControlCommand.isBlank)
    if rest.first == UInt8(ascii: "/") {
      rest = rest.dropFirst().drop(while: ControlCommand.isBlank)
    }
    let name = ControlCommand.word(from: &rest).lowercased()
    self = try ControlCommand.read(name, &rest)
    guard rest.isEmpty else {
      throw ControlMistake("'\(String(decoding: rest, as: UTF8.self))' is too much for \(name)")
    }
  }

  private static func read(
    _ name: String, _ rest: inout ArraySlice<UInt8>
  ) throws(ControlMistake) -> ControlCommand {
    switch name {
    case "": return .nothing
    case "stats": return .stats
    case "clients": return .clients
    case "rooms": return .rooms
    case "limits": return .limits
    case "limit":
      let limit = try needed(&rest, name)
      return .limit(name: limit, value: try needed(&rest, name))
    case "kick":
      let who = try who(try needed(&rest, name))
      return .kick(who, words: words(from: &rest))
    case "ban":
      let target = try target(try needed(&rest, name))
      return .ban(target, try seconds(word(from: &rest)))
    case "unban": return .unban(try network(try needed(&rest, name)))
    case "bans": return .bans
    case "say":
      let text = words(from: &rest)
      guard !text.isEmpty else { throw usage(name) }
      return .say(text)
    case "reload": return .reload
    case "stop": return .stop
    case "help", "?": return .help
    default:
      let known = usages.map { String($0.usage.prefix { $0 != " " }) }
      let guess = Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" }
      throw ControlMistake("there is no command '\(name)'\(guess ?? "; help lists them all")")
    }
  }

  // MARK: - Words

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// The next word, and the blanks behind it are gone.
  private static func word(from rest: inout ArraySlice<UInt8>) -> String {
    let word = rest.prefix { !isBlank($0) }
    rest = rest[word.endIndex...].drop(while: isBlank)
    return String(decoding: word, as: UTF8.self)
  }

  /// All that is left, as text.
  private static func words(from rest: inout ArraySlice<UInt8>) -> String {
    defer { rest = rest.suffix(0) }
    var words = rest
    while let last = words.last, isBlank(last) { words.removeLast() }
    return String(decoding: words, as: UTF8.self)
  }

  private static func needed(
    _ rest: inout ArraySlice<UInt8>, _ name: String
  ) throws(ControlMistake) -> String {
    let word = word(from: &rest)
    guard !word.isEmpty else { throw usage(name) }
    return word
  }

  private static func usage(_ name: String) -> ControlMistake {
    let usage = usages.first { $0.usage.utf8.starts(with: "\(name) ".utf8) }?.usage
    return ControlMistake("it is \(usage ?? name)")
  }

  private static func who(_ word: String) throws(ControlMistake) -> Who {
    guard word.utf8.first == UInt8(ascii: "#") else { return .nick(word) }
    guard let number = digits(word.utf8.dropFirst()) else {
      throw ControlMistake("'\(word)' is no number of a client; they look like #12")
    }
    return .number(number)
  }

  /// What reads as a network is one; a client whose nick does has a number as well.
  private static func target(_ word: String) throws(ControlMistake) -> Target {
    if let network = try? Network(word) { return .network(network) }
    // No nick holds these.
    guard word.utf8.contains(UInt8(ascii: "/")) || word.utf8.contains(UInt8(ascii: ":")) else {
      return .client(try who(word))
    }
    return .network(try network(word))
  }

  private static func network(_ word: String) throws(ControlMistake) -> Network {
    do throws(AddressError) {
      return try Network(word)
    } catch {
      throw ControlMistake(error.description)
    }
  }

  private static func seconds(_ word: String) throws(ControlMistake) -> Duration? {
    guard !word.isEmpty else { return nil }
    guard let seconds = digits(word.utf8[...]), seconds > 0 else {
      throw ControlMistake("'\(word)' is no number of seconds")
    }
    return .seconds(Int64(clamping: seconds))
  }

  /// One to nine digits.
  private static func digits(_ text: Substring.UTF8View) -> UInt64? {
    guard (1...9).contains(text.count) else { return nil }
    var value: UInt64 = 0
    for byte in text {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
      value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return value
  }
}

/// A command that is not understood, or cannot be done: why, without a full stop.
package struct ControlMistake: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
