/// What `parley talk` was asked for.
struct TalkOptions: CommandOptions {
  enum Framing: String, CaseIterable {
    case u16, u32
  }

  /// As typed, and read by `Sockets`; nil when listening.
  var address: String?
  var listen = ListenOptions()
  /// The encrypted form is not there yet.
  var isPlain = false
  /// nil: it is asked for.
  var nick: String?
  var framing = Framing.u16
  var timeout = TimeLimit.standard
  var face = FaceOptions()
}

extension TalkOptions {
  func run() -> ExitCode { TalkCommand.run(self) }

  static var verb: Verb<TalkOptions> {
    Verb(
      name: "talk",
      summary: "a chat for two",
      operandUsage: "[ADDRESS]",
      operandCount: 0...1,
      notes: [
        """
        Connects to somebody who listens at ADDRESS, or with --listen waits for one who calls. While \
        two talk, a third who calls is told that the line is busy. When the other one has gone the \
        next may call, or you leave with Ctrl-D.
        """,
        """
        --plain speaks the format of simple chat programs: everybody on the way can read and forge \
        what is said. The encrypted form comes in a later version.
        """,
        """
        Examples:
          parley talk --plain --listen 8080 --nick alice
          parley talk --plain 192.0.2.7:8080 --nick bob
        """,
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .flag("--plain", "speak without encryption") { $0.isPlain = true },
            .value("--nick", "NAME", "your name; without it you are asked for it") {
              $0.nick = $1
            },
            .value(
              "--frame", "KIND", "what a message is: u16 (unless said otherwise) or u32",
              value: .choices(Framing.self)
            ) { (options, text) throws(UsageError) in options.framing = try choice(text) },
            .value(
              "--timeout", "S|none", "seconds that connecting may take; 10 unless said otherwise"
            ) { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) },
          ]),
        Verb.Group("Listening", ListenOptions.all(\.listen, isReloaded: false)),
        FaceOptions.group(\.face),
      ],
      initial: TalkOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.address = operands.first
      },
      validate: { (options) throws(UsageError) in
        switch (options.address, options.listen.addresses.isEmpty) {
        case (nil, true): throw UsageError("ADDRESS is missing; to wait for a call it is --listen")
        case (.some, false): throw UsageError("either ADDRESS or --listen ADDRESS, not both")
        case (.some, true) where options.listen != ListenOptions():
          throw UsageError("who may call is for --listen, and ADDRESS is who is called")
        case (nil, false), (.some, true): break
        }
        guard !options.isPlain else { return }
        throw UsageError(
          """
          the encrypted form comes in a later version; until then it is 'parley talk --plain', which \
          everybody on the way can read
          """)
      })
  }
}
