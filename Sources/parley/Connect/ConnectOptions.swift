import Sockets

/// What `parley connect` was asked for.
struct ConnectOptions: CommandOptions {
  /// As typed, and read by `Sockets`.
  var address = ""
  var timeout = TimeLimit.standard
  var session = SessionOptions()
  /// What is sent in place of standard input.
  var text: String?
}

extension ConnectOptions {
  func run() -> ExitCode {
    session.datagrams.isUDP ? DatagramCommand.connect(self) : ConnectCommand.run(self)
  }

  static var verb: Verb<ConnectOptions> {
    Verb(
      name: "connect",
      summary: "join standard input and output to a server",
      operandUsage: "ADDRESS",
      operandCount: 1...2,
      notes: [
        """
        Connects to ADDRESS and sends it what comes in, while what it sends goes out. ADDRESS is \
        HOST:PORT, [IPV6]:PORT, a PORT of this machine, unix:PATH, or HOST PORT in two words.
        """
      ] + SessionOptions.notes + [
        """
        Examples:
          parley connect 127.0.0.1:9000 < request > answer
          parley connect -v example.org 80
        """
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value(
              "-w, --wait, --timeout", "S|none",
              "seconds that connecting may take; 10 unless said otherwise"
            ) { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) },
            .value(
              "--send", "TEXT",
              "send this and no more, in place of input: as typed, without a line end or escapes"
            ) { $0.text = $1 },
          ] + SessionOptions.options(\.session)),
        Verb.Group(
          "Elsewhere",
          [
            .elsewhere("-l, --listen", "to serve, it is 'parley listen ADDRESS'"),
            .elsewhere(
              "-k, --keep-open", "to serve many clients, it is 'parley listen -k ADDRESS'"),
          ]),
      ] + SessionOptions.groups(\.session),
      initial: ConnectOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.address = SessionOptions.address(operands)
      },
      validate: { (options) throws(UsageError) in
        try options.session.validate()
        guard options.text != nil else { return }
        if options.session.exec != nil { throw UsageError("either --send or --exec, not both") }
        if options.session.isReceiveOnly {
          throw UsageError("--recv-only sends nothing, so --send has no meaning")
        }
      })
  }
}

extension Verb.Option {
  /// An option that another verb has: giving it here is answered with the help.
  static func elsewhere(_ names: String, _ help: String) -> Self {
    Self(
      words: OptionWords(names, placeholder: nil, isRepeatable: true, help: help),
      apply: { (_, _) throws(UsageError) in throw UsageError(help) })
  }
}
