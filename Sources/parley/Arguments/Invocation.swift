/// What one run of the program is to do.
enum Invocation: Equatable {
  case serve(ServeOptions)
  case join(JoinOptions)
  /// A page for standard output.
  case show(String)

  /// Reads the command line, without the program's own name.
  init(_ arguments: [String]) throws(UsageError) {
    guard let first = arguments.first else {
      self = .show(Self.overview)
      return
    }
    let rest = arguments.dropFirst()
    switch first {
    case "serve":
      let verb = ServeOptions.verb
      self = try verb.parse(rest).map(Self.serve) ?? .show(verb.help)
    case "join":
      let verb = JoinOptions.verb
      self = try verb.parse(rest).map(Self.join) ?? .show(verb.help)
    case "help", "--help", "-h":
      self = .show(try Self.page(rest))
    case "version", "--version", "-V":
      self = .show("parley \(version)\n")
    default:
      throw Self.unknown(first)
    }
  }

  private static func page(_ words: ArraySlice<String>) throws(UsageError) -> String {
    switch words.first {
    case nil, "help": overview
    case "serve": ServeOptions.verb.help
    case "join": JoinOptions.verb.help
    case .some(let word): throw unknown(word)
    }
  }

  private static func unknown(_ word: String) -> UsageError {
    let known = verbs.map(\.name) + ["help", "--help", "--version"]
    let guess = nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
    let kind = word.utf8.starts(with: "-".utf8) ? "option" : "command"
    return UsageError("there is no \(kind) \(word)\(guess)")
  }

  private static let verbs: [(name: String, summary: String)] = [
    ("serve", "a chat server for every kind of client"),
    ("join", "enter a chat from this terminal"),
  ]

  private static var overview: String {
    var page = """
      parley: group chat and sockets

      Usage: parley COMMAND [arguments]

      Commands

      """
    for verb in verbs { page += helpEntry(verb.name, verb.summary) }
    page += helpEntry("help COMMAND", "all about one command")
    page += helpEntry("--version", "which version this is")
    return page + """

      Start with 'parley serve' in one terminal and 'parley join 127.0.0.1:7000' in another.

      Exit codes: 0 done, 1 the peer or its data was wrong, 2 usage, 3 trust refused,
      4 something on this machine, 10 refused, 11 name does not resolve, 12 unreachable,
      13 timed out, 14 connection reset, 130 and 143 ended by a signal.

      """
  }
}

/// What `parley --version` prints.
let version = "0.1.0"
