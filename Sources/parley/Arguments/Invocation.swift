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
      try Self.end(rest)
      self = .show("parley \(version)\n")
    default:
      let command = try Command.named(first)
      self = try command.read(rest).map(Self.run) ?? .show(command.page.text)
    }
  }

  private static func page(_ words: ArraySlice<String>) throws(UsageError) -> String {
    try end(words.dropFirst())
    return switch words.first {
    case nil, "help": overview
    case "--man": ManPage(Command.all).text
    case .some(let word): try Command.named(word).page.text
    }
  }

  /// Checks that nothing more was typed.
  private static func end(_ words: ArraySlice<String>) throws(UsageError) {
    if let word = words.first { throw UsageError("'\(word)' is one argument too many") }
  }

  private static var overview: String {
    var page = """
      parley: group chat and sockets

      Usage: parley COMMAND [arguments]

      """
    for (title, commands) in Command.families {
      page += "\n\(title)\n"
      for command in commands { page += helpEntry(command.page.name, command.page.summary) }
    }
    page += "\nHelp\n"
    page += helpEntry("help COMMAND", "all about one command; help --man is the manual page")
    page += helpEntry("--version", "which version this is")
    let codes = ExitCode.meanings.map { "\($0.code) \($0.text)" }.joined(separator: "; ")
    return page + """

      'parley COMMAND ADDRESS' connects, 'parley COMMAND --listen ADDRESS' serves.
      Start with 'parley serve' in one terminal and 'parley join 127.0.0.1:7000' in another.


      """ + wrapped("Exit codes: \(codes).", indent: 0)
  }
}

/// What `parley --version` prints.
let version = "0.1.0"
