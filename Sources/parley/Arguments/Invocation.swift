/// What one run of the program is to do.
enum Invocation {
  case run(any CommandOptions)
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
    case "help", "--help", "-h":
      self = .show(try Self.page(rest))
    case "version", "--version", "-V":
      self = .show("parley \(version)\n")
    default:
      let command = try Command.named(first)
      self = try command.read(rest).map(Self.run) ?? .show(command.page.text)
    }
  }

  private static func page(_ words: ArraySlice<String>) throws(UsageError) -> String {
    switch words.first {
    case nil, "help": overview
    case "--man": ManPage(Command.all).text
    case .some(let word): try Command.named(word).page.text
    }
  }

  private static var overview: String {
    var page = """
      parley: group chat and sockets

      Usage: parley COMMAND [arguments]

      Commands

      """
    for command in Command.all { page += helpEntry(command.page.name, command.page.summary) }
    page += helpEntry("help COMMAND", "all about one command; help --man is the manual page")
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
