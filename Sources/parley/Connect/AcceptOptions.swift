import Sockets

/// What `parley listen` was asked for.
struct AcceptOptions: CommandOptions {
  var listen = ListenOptions()
  /// How long the first client may take to come.
  var timeout = TimeLimit.none
  var session = SessionOptions()
  /// Many clients, one after the other and at the same time.
  var isKeptOpen = false
  /// The answer for each client.
  var reply: String?
  /// The most bytes that are taken of a client that is answered.
  var maxRead: Int?
}

extension AcceptOptions {
  func run() -> ExitCode {
    if session.datagrams.isUDP { return DatagramCommand.listen(self) }
    if let reply { return ListenCommand.answer(self, reply) }
    guard isKeptOpen else { return ListenCommand.once(self) }
    return session.exec.map { ListenCommand.keep(self, $0) } ?? ListenCommand.keep(self)
  }

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
            .value(
              "--reply", "TEXT",
              """
              answer each client, one after the other or at a time: wait for its first bytes, send \
              this as typed (no line end, no escapes), half-close, read on to its end; until a signal
              """
            ) { $0.reply = $1 },
            .value("--max-read", "N", "with --reply, take at most N bytes of each client") {
              (options, text) throws(UsageError) in
              options.maxRead = try count(text, in: 1...(1 << 30))
            },
          ] + SessionOptions.options(\.session)),
        Verb.Group(
          "Who may connect",
          ListenOptions.limits(\.listen) + [
            .flag("-l", "as nc has it; listening is what this does anyway") { _ in }
          ]),
      ] + SessionOptions.groups(\.session),
      initial: AcceptOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.listen.addresses = [SessionOptions.address(operands)]
      },
      validate: { (options) throws(UsageError) in
        try options.session.validate()
        try options.validate()
      })
  }

  private func validate() throws(UsageError) {
    if timeout != .none, isKeptOpen || reply != nil || session.datagrams.isUDP {
      throw UsageError("-w is for one client that has to come: not with -k, -u or --reply")
    }
    guard reply != nil else {
      if maxRead != nil { throw UsageError("--max-read needs --reply") }
      return
    }
    if session.exec != nil { throw UsageError("either --reply or --exec, not both") }
    if session.datagrams.isUDP { throw UsageError("--reply is not for datagrams") }
    if session.transfer.frame != nil {
      throw UsageError("--reply sends bytes: --frame has no meaning")
    }
    let others: [(Bool, String)] = [
      (session.idle != .none, "-i"), (session.quit != .standard, "-q"),
      (session.isSendOnly, "--send-only"), (session.isReceiveOnly, "--recv-only"),
    ]
    if let (_, name) = others.first(where: \.0) {
      throw UsageError("--reply takes what a client sends until it ends: \(name) has no meaning")
    }
  }
}
