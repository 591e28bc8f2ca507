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
