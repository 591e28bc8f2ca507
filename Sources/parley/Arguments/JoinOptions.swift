/// What `parley join` was asked for.
struct JoinOptions: CommandOptions {
  enum Framing: String, CaseIterable {
    case line, dec10, u16, u32
  }

  /// As typed; `Sockets` reads it.
  var address = ""
  var nick: String?
  var room: String?
  /// nil: Parley's own door.
  var framing: Framing?
  var timeout = TimeLimit.standard
  var face = FaceOptions()
  /// Whether a lost connection is made again.
  var returns = true
}

extension JoinOptions {
  func run() -> ExitCode { Join.run(self) }

  static var verb: Verb<JoinOptions> {
    Verb(
      name: "join",
      summary: "enter a chat from this terminal",
      operandUsage: "ADDRESS",
      operandCount: 1...1,
      notes: [
        """
        ADDRESS is HOST:PORT, [IPV6]:PORT, unix:PATH or unix:@NAME. A PORT alone is on this machine, \
        a HOST alone means its port 7000.
        """,
        """
        Type a line and press Enter to say it; /help lists the commands, Ctrl-D leaves. In a pipe \
        each line of input is said, and what the others say comes out line by line; it ends with 1 \
        when a line was not accepted.
        """,
        """
        A lost connection is made again after a pause, with your name, your rooms and what was said \
        meanwhile, as far as the server still has it. What you type meanwhile waits, and what got no \
        answer is said again when the server cannot have it. The end of the input gives all that 30 \
        seconds. Servers of --frame know no numbers: there one connection is all.
        """,
        """
        Examples:
          parley join 127.0.0.1:7000 --nick alice
          parley join classmate.local:9999 --frame dec10
        """,
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value(
              "--nick", "NAME",
              "your name; without it your login name, or what the server gives you"
            ) {
              $0.nick = $1
            },
            .value("--room", "ROOM", "the room to enter; without it the server's first") {
              $0.room = $1
            },
            .value(
              "--frame", "KIND",
              "enter a server that is not Parley's: line, dec10, u16 or u32 is what a message is there",
              value: .choices(Framing.self)
            ) { (options, text) throws(UsageError) in
              options.framing = try choice(text)
            },
            .value(
              "--timeout", "S|none",
              "seconds that connecting, and then being let in, may take; 10 unless said otherwise"
            ) {
              (options, text) throws(UsageError) in
              options.timeout = try TimeLimit(text)
            },
            .flag("--no-reconnect", "end when the connection is lost, as with --frame") {
              $0.returns = false
            },
          ]),
        FaceOptions.group(\.face),
      ],
      initial: JoinOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.address = operands.first ?? ""
      },
      validate: { (options) throws(UsageError) in
        if let framing = options.framing, options.room != nil {
          throw UsageError("--room needs Parley's own door; \(framing) servers have no rooms")
        }
      })
  }
}
