import Wire

/// What `parley echo` was asked for.
struct EchoOptions: CommandOptions {
  /// As typed, for `Sockets` to read; empty when listening.
  var address = ""
  var listening = ListenOptions()
  /// nil: bytes, whatever they mean.
  var framing: FrameFormat?
  var timeout = TimeLimit.standard
  var isVerbose = false
  var logs = false
  /// How many microseconds the server's loop goes on looking before it sleeps.
  var spin: Int?
}

extension EchoOptions {
  func run() -> ExitCode {
    listening.addresses.isEmpty ? EchoClient.run(self) : EchoServer.run(self)
  }

  static var verb: Verb<EchoOptions> {
    Verb(
      name: "echo",
      summary: "send what comes in, and check that it comes back; or send it back",
      operandUsage: "ADDRESS | --listen ADDRESS",
      operandCount: 0...1,
      notes: [
        """
        With an ADDRESS it sends its input to an echo server and writes what comes back, both at the \
        same time, and compares them: the first wrong byte ends it with 1 and is shown. The end of \
        the input ends the sending; when all of it has come back it is done, whether or not the \
        server closes.
        """,
        """
        No more than \(EchoWindow.capacity / 1024) KiB may be under way. A server that answers only \
        after the end of the input cannot be sent more than that.
        """,
        """
        With --listen it sends every client's bytes back at once, and closes after the client's end.
        """,
        """
        ADDRESS is HOST:PORT, [IPV6]:PORT, unix:PATH or unix:@NAME. A PORT alone is on this machine.
        """,
        """
        Examples:
          parley echo --listen 7777
          parley rand | parley echo 127.0.0.1:7777 >/dev/null
        """,
      ],
      groups: [
        Verb.Group("Options", both), Verb.Group("Connecting", connecting),
        Verb.Group("Listening", serving),
      ],
      initial: EchoOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.address = operands.first ?? ""
      },
      validate: { (options) throws(UsageError) in try options.validate() })
  }

  private static var both: [Verb<EchoOptions>.Option] {
    [
      .value(
        "--frame", "KIND",
        """
        messages instead of bytes: line, dec10, u16 or u32. A client sends each line of its input as \
        a message, and writes each echo as a line; a server sends only whole messages back
        """, value: .words(FrameFormat.allCases.map(\.rawValue))
      ) { (options, text) throws(UsageError) in options.framing = try choice(text) },
      .value(
        "--timeout", "S|none",
        """
        seconds that connecting may take, and that nothing may move while bytes wait for their echo \
        and no more can be sent; 10 unless said otherwise. Of a server: that a client may stand \
        still; none unless said otherwise
        """
      ) { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) },
    ]
  }

  private static var connecting: [Verb<EchoOptions>.Option] {
    [.flag("-v, --verbose", "say on standard error what happens") { $0.isVerbose = true }]
  }

  private static var serving: [Verb<EchoOptions>.Option] {
    ListenOptions.all(\.listening) + [
      .flag(
        "--log",
        """
        show who comes and goes, and each chunk that was echoed, on standard error; lines that \
        nobody reads in time are left out and counted
        """
      ) { $0.logs = true },
      .value(
        "--spin", "MICROSECONDS",
        "look for so long before sleeping: faster answers for a whole core"
      ) { (options, text) throws(UsageError) in
        options.spin = try count(text, in: 0...1_000_000)
      },
    ]
  }

  private func validate() throws(UsageError) {
    if listening.addresses.isEmpty {
      guard !address.isEmpty else { throw UsageError("ADDRESS or --listen ADDRESS is missing") }
      if logs { throw UsageError("--log needs --listen") }
      if spin != nil { throw UsageError("--spin needs --listen") }
    } else {
      guard address.isEmpty else { throw UsageError("either ADDRESS or --listen ADDRESS") }
      if isVerbose { throw UsageError("-v is for a client; a server has --log") }
    }
  }
}
