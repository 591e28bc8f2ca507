/// What `parley time` was asked for.
struct TimeOptions: CommandOptions {
  /// As typed, and read by `Sockets`; nil when serving.
  var address: String?
  var listen = ListenOptions()
  var timeout = TimeLimit.standard
}

extension TimeOptions {
  func run() -> ExitCode {
    guard let address else { return TimeServer.run(listen) }
    return TimeClient.run(address, timeout)
  }

  static var verb: Verb<TimeOptions> {
    Verb(
      name: "time",
      summary: "the time of another machine, or a server that tells it",
      operandUsage: "[ADDRESS]",
      operandCount: 0...1,
      notes: [
        """
        Connects to ADDRESS, reads to the end and prints the time that it was told. What is no time \
        is shown as an error, and the exit code is 1.
        """,
        """
        With --listen it serves: each client gets 24 bytes such as 'Sat Nov 21 03:20:21 2026', \
        local time, without a line end, and then the end of the stream.
        """,
        """
        Examples:
          parley time --listen 12345
          parley time 127.0.0.1:12345
        """,
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value(
              "--timeout", "S|none",
              "seconds that connecting, and then the answer, may take; 10 unless said otherwise"
            ) { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) }
          ]),
        Verb.Group("Serving", ListenOptions.all(\.listen)),
      ],
      initial: TimeOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.address = operands.first
      },
      validate: { (options) throws(UsageError) in
        switch (options.address, options.listen.addresses.isEmpty) {
        case (nil, true): throw UsageError("ADDRESS is missing; to serve it is --listen ADDRESS")
        case (.some, false): throw UsageError("either ADDRESS or --listen ADDRESS, not both")
        case (nil, false), (.some, true): break
        }
      })
  }
}
