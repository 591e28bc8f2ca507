import Chat

/// What `parley control` was asked for.
struct ControlOptions: CommandOptions {
  /// Of the socket file.
  var path = ""
  /// The one command to give; empty means those that are typed.
  var words: [String] = []

  func run() -> ExitCode { ControlSession.run(self) }

  static var verb: Verb<ControlOptions> {
    Verb(
      name: "control",
      summary: "look after a running server",
      operandUsage: "PATH [COMMAND ...]",
      operand: .file,
      operandCount: 1...64,
      isForwarding: true,
      notes: [
        """
        PATH is what the server was started with: parley serve --control PATH. With a COMMAND it prints \
        the answer and ends, with 1 when the server refuses. Without one it reads commands, from the \
        terminal or from a pipe, one on each line.
        """,
        """
        Commands:
        \(ControlCommand.helpLines.map { "  \($0)" }.joined(separator: "\n"))
        """,
      ],
      groups: [],
      initial: ControlOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.path = operands.first ?? ""
        options.words = Array(operands.dropFirst())
      },
      validate: { (options) throws(UsageError) in
        guard !options.words.joined().utf8.contains(UInt8(ascii: "\n")) else {
          throw UsageError("COMMAND is one line")
        }
      })
  }
}
