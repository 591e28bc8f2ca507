import Sockets

/// What `parley rand` was asked for.
struct RandOptions: CommandOptions {
  /// nil: another one each time.
  var seed: Int?
}

extension RandOptions {
  func run() -> ExitCode {
    let start = RandomLines(seed: seed.map { UInt64($0) } ?? .random(in: 0...(.max)))
    return Program.run("rand", onSignal: { _ in .done }) { loop in
      let output = try StandardOutput(on: loop)
      var lines = start
      while true {
        try await output.write(lines.next())
        // A reader that is always ready would keep the signals from being heard.
        await Task.yield()
        try Task.checkCancellation()
      }
    }
  }

  static var verb: Verb<RandOptions> {
    Verb(
      name: "rand",
      summary: "random numbers without end, to have something to send",
      operandUsage: "",
      operandCount: 0...0,
      notes: [
        """
        Writes 32-bit signed integers in decimal, one a line, all equally likely, until nobody reads \
        them any more or Ctrl-C ends it. They are no secrets: do not make keys of them.
        """,
        """
        Examples:
          parley rand --seed 7 | head -n 3
          parley rand | parley echo 127.0.0.1:7777 >/dev/null
        """,
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value("--seed", "N", "the same numbers each time, on every machine") {
              (options, text) throws(UsageError) in
              options.seed = try count(text, in: 0...999_999_999)
            }
          ])
      ],
      initial: RandOptions(),
      applyOperands: { (_, _) throws(UsageError) in },
      validate: { (_) throws(UsageError) in })
  }
}
