/// What `parley stream` was asked for.
struct StreamOptions: CommandOptions {
  /// How many texts to send; nil when receiving.
  var number: Int?
  /// To whom, as typed; `Sockets` reads them.
  var targets: [String] = []
  /// Where to receive, as typed.
  var listen: String?
  /// Texts in a second; nil is as fast as it goes.
  var rate: Int?
  /// Bytes of a text; nil is as many as it has.
  var size: Int?
}

extension StreamOptions {
  func run() -> ExitCode { StreamCommand.run(self) }

  static var verb: Verb<StreamOptions> {
    Verb(
      name: "stream",
      summary: "numbered datagrams, to see what is lost on the way",
      operandUsage: "[N HOST:PORT ...]",
      operandCount: 0...257,
      notes: [
        """
        Sends the chat texts 'Number 0' to 'Number N-1' to each HOST:PORT by UDP, without a pause. \
        With --listen it receives them, and counts for each sender what came, what was lost, what came \
        twice, and what came late.
        """,
        """
        Examples:
          parley stream --listen 9000
          parley stream 100000 192.0.2.7:9000
        """,
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value("-l, --listen", "ADDRESS", "receive here instead of sending") {
              $0.listen = $1
            },
            .value("--rate", "N", "texts in a second; as fast as it goes unless said otherwise") {
              (options, text) throws(UsageError) in
              options.rate = try count(text, in: 1...10_000_000)
            },
            .value("--size", "BYTES", "bytes of each datagram, with the time and the name") {
              (options, text) throws(UsageError) in options.size = try count(text, in: 64...65_507)
            },
          ])
      ],
      initial: StreamOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        guard let first = operands.first else { return }
        options.number = try count(first, of: "N", in: 0...999_999_999)
        options.targets = Array(operands.dropFirst())
      },
      validate: { (options) throws(UsageError) in
        switch (options.number, options.listen) {
        case (nil, nil): throw UsageError("N is missing; to receive it is --listen ADDRESS")
        case (.some, .some): throw UsageError("either N HOST:PORT or --listen ADDRESS, not both")
        case (.some, nil) where options.targets.isEmpty:
          throw UsageError("HOST:PORT is missing: to whom?")
        case (nil, .some) where options.rate != nil || options.size != nil:
          throw UsageError("--rate and --size are for sending, not with --listen")
        case (.some, nil), (nil, .some): break
        }
      })
  }
}
