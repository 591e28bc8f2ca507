import Sockets

/// What `parley listen` was asked for.
struct AcceptOptions: CommandOptions {
  var listen = ListenOptions()
  /// How long the first client may take to come.
  var timeout = TimeLimit.none
  var session = SessionOptions()
  /// Many clients, one after the other and at the same time.
  var isKeptOpen = false
}

extension AcceptOptions {
  func run() -> ExitCode { isKeptOpen ? ListenCommand.keep(self) : ListenCommand.once(self) }

  static var verb: Verb<AcceptOptions> {
    Verb(
      name: "listen",
      summary: "wait for a client and join it to standard input and output",
      operandUsage: "ADDRESS",
      operandCount: 1...2,
      notes: [
        """
        Listens on ADDRESS, which is a PORT (all addresses of this machine), HOST:PORT, \
        [IPV6]:PORT, unix:PATH, or HOST PORT in two words. Its first client is sent what comes in, \
        and what it sends goes out; further clients are refused.
        """,
        """
        With -k it serves all who come: what comes in goes to everybody, and what any of them sends \
        goes out.
        """,
      ] + SessionOptions.notes + [
        """
        Examples:
          parley listen 9000 > received
          parley listen -k unix:/tmp/sink --recv-only >> log
        """
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .flag("-k, --keep-open", "serve many clients, until a signal") { $0.isKeptOpen = true },
            .value("-w, --wait, --timeout", "S|none", "seconds until the first client has to come")
            { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) },
          ] + SessionOptions.options(\.session)),
        Verb.Group(
          "Who may connect",
          ListenOptions.limits(\.listen) + [
            .flag("-l", "as nc has it; listening is what this does anyway") { _ in }
          ]),
      ],
      initial: AcceptOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.listen.addresses = [SessionOptions.address(operands)]
      },
      validate: { (options) throws(UsageError) in try options.session.validate() })
  }
}
