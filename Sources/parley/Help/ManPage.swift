/// The manual page `parley.1`, made of the table of commands.
///
/// The markup is that of the `man` macros, see groff_man(7).
struct ManPage {
  private(set) var text = ""

  init(_ commands: [Command]) {
    macro("TH", ["PARLEY", "1", "", "parley \(version)", "User Commands"])
    section("NAME")
    line("parley \\- group chat and sockets")
    section("SYNOPSIS")
    for (index, command) in commands.enumerated() {
      if index > 0 { line(".br") }
      synopsis(command.page)
    }
    section("DESCRIPTION")
    for (index, text) in Self.description.enumerated() { paragraph(text, isFirst: index == 0) }
    section("COMMANDS")
    for command in commands { add(command.page) }
    section("ADDRESSES")
    for (index, text) in Self.addresses.enumerated() { paragraph(text, isFirst: index == 0) }
    section("EXIT STATUS")
    for (code, meaning) in ExitCode.meanings { entry("\(code)", meaning) }
    section("LETTERS OF NC AND NCAT")
    paragraph(Self.lettersNote, isFirst: true)
    for letter in Self.letters {
      entry(
        letter.name, "ncat: \(letter.ncat). OpenBSD nc: \(letter.nc). Here: \(letter.parley).")
    }
    section("SEE ALSO")
    line(".BR nc (1),")
    line(".BR ncat (1),")
    line(".BR socat (1),")
    line(".BR curl (1)")
  }

  private static let description = [
    """
    Parley is a group chat that people enter with any client they already have, and a tool for \
    sockets. `parley VERB ADDRESS` connects; `parley VERB --listen ADDRESS` serves.
    """,
    """
    What is meant for programs goes to standard output, everything else to standard error. \
    `parley help VERB` shows one command on the terminal.
    """,
  ]

  private static let addresses = [
    """
    HOST:PORT, [IPV6]:PORT, unix:PATH, or unix:@NAME for a name in the abstract namespace. A PORT \
    alone means this machine when connecting, and all its addresses, IPv4 and IPv6, when listening; \
    port 0 is any free port. A name is tried at all its addresses, a quarter of a second apart, and \
    the first that answers is taken.
    """
  ]

  private static let lettersNote = """
    Where the two programs that call themselves netcat disagree about a letter, ncat's meaning holds.
    """

  private static let letters: [(name: String, ncat: String, nc: String, parley: String)] = [
    ("-i", "end after so long without data", "pause between lines", "as ncat"),
    ("-w", "how long connecting may take", "connecting, and then silence", "as ncat"),
    ("-N", "does not exist", "half-close at the end of standard input", "as nc, and the default"),
    ("-q", "does not exist", "end so long after the end of standard input", "as nc"),
    ("-k", "listen goes on after a client", "the same, one client at a time", "as ncat"),
    ("-C", "line ends become CRLF", "the same", "the same; a CRLF stays as it is"),
    ("-e", "run a program", "does not exist", "as ncat, and -c for a line of the shell"),
    ("-m", "at most so many connections", "does not exist", "--max-conns"),
    (
      "-o", "hex dump into a file", "does not exist",
      "--hex-dump; -o is where `get` puts what it got"
    ),
    ("-l", "listen", "listen", "`parley listen`, or --listen of other verbs"),
    ("-u", "UDP", "UDP", "UDP"),
    ("-v", "tell what happens", "the same", "the same"),
  ]

  // MARK: - Parts

  private mutating func synopsis(_ page: HelpPage) {
    macro("B", ["parley \(page.name)"])
    line(
      Self.escaped([page.operandUsage, "[options]"].filter { !$0.isEmpty }.joined(separator: " ")))
  }

  private mutating func add(_ page: HelpPage) {
    macro("SS", ["parley \(page.name)"])
    line(Self.escaped("\(page.summary)."))
    for note in page.notes { paragraph(note) }
    for group in page.groups {
      if page.groups.count > 1 {
        line(".PP")
        macro("I", [group.title])
      }
      for option in group.options {
        let names = option.names.joined(separator: ", ")
        entry([names, option.placeholder].compactMap(\.self).joined(separator: " "), option.help)
      }
    }
  }

  /// Running text, with its lines that begin with a blank left as they are.
  private mutating func paragraph(_ note: String, isFirst: Bool = false) {
    if !isFirst { line(".PP") }
    var isPlain = false
    for part in note.split(separator: "\n", omittingEmptySubsequences: false) {
      let isExample = part.utf8.starts(with: " ".utf8)
      if isExample != isPlain { line(isExample ? ".nf" : ".fi") }
      isPlain = isExample
      line(Self.escaped(String(part)))
    }
    if isPlain { line(".fi") }
  }

  private mutating func entry(_ title: String, _ help: String) {
    line(".TP")
    line("\\fB\(Self.escaped(title))\\fR")
    line(Self.escaped(help))
  }

  private mutating func section(_ title: String) { macro("SH", [title]) }

  private mutating func macro(_ name: String, _ arguments: [String]) {
    line(".\(name) " + arguments.map { "\"\(Self.escaped($0))\"" }.joined(separator: " "))
  }

  private mutating func line(_ line: String) { text += line + "\n" }

  /// Text that groff prints as it is: dashes stay dashes, and no line is a request.
  private static func escaped(_ text: String) -> String {
    var result = ""
    var isBold = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "`":
        isBold.toggle()
        result += isBold ? "\\fB" : "\\fR"
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\"": result += "\\(dq"
      case "'" where result.isEmpty, "." where result.isEmpty: result += "\\&\(scalar)"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
