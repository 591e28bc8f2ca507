/// What a command line of one verb asks for, and how it is done.
protocol CommandOptions: Equatable, Sendable {
  static var verb: Verb<Self> { get }

  /// Does it, and tells how it ended; what went wrong has then been said on standard error.
  func run() -> ExitCode
}

/// One verb, whatever its options are.
struct Command {
  let page: HelpPage
  /// Reads what follows the verb; nil when the line asks for help.
  let read: (ArraySlice<String>) throws(UsageError) -> (any CommandOptions)?

  init<Options: CommandOptions>(_ type: Options.Type) {
    let verb = Options.verb
    page = HelpPage(verb)
    read = { (words) throws(UsageError) in try verb.parse(words) }
  }

  /// Every verb, in the order of the help: the one table that the program and its pages are made from.
  static var families: [(title: String, commands: [Command])] {
    [
      (
        "Chat",
        [
          Command(ServeOptions.self), Command(JoinOptions.self), Command(PeersOptions.self),
          Command(TalkOptions.self), Command(ControlOptions.self),
        ]
      ),
      (
        "Sockets",
        [
          Command(ConnectOptions.self), Command(AcceptOptions.self), Command(EchoOptions.self),
          Command(TimeOptions.self), Command(GetOptions.self), Command(StreamOptions.self),
        ]
      ),
      (
        "This machine",
        [
          Command(RandOptions.self), Command(AddressesOptions.self), Command(DoctorOptions.self),
          Command(LabOptions.self), Command(CompletionsOptions.self),
        ]
      ),
    ]
  }

  static var all: [Command] { families.flatMap(\.commands) }

  /// Finds a verb by its name.
  static func named(_ name: String) throws(UsageError) -> Command {
    guard let command = all.first(where: { $0.page.name == name }) else {
      throw unknown(name)
    }
    return command
  }

  private static func unknown(_ word: String) -> UsageError {
    let known = all.map(\.page.name) + ["help", "--help", "--version"]
    let guess = nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
    let kind = word.utf8.starts(with: "-".utf8) ? "option" : "command"
    return UsageError("there is no \(kind) \(word)\(guess)")
  }
}
