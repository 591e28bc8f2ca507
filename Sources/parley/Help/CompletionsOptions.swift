/// `parley completions SHELL`.
struct CompletionsOptions: CommandOptions {
  var shell = Completions.Shell.bash

  func run() -> ExitCode {
    Output.finish(Completions.script(for: shell, Command.all))
  }

  static var verb: Verb<CompletionsOptions> {
    let shells = Completions.Shell.allCases.map(\.rawValue)
    return Verb(
      name: "completions",
      summary: "what a shell needs to complete parley's command lines",
      operandUsage: shells.joined(separator: "|"),
      operand: .words(shells),
      operandCount: 1...1,
      notes: [
        """
        For this shell only, or in the file that your shell reads at its start:
          source <(parley completions bash)
          source <(parley completions zsh)
          parley completions fish | source
        """
      ],
      groups: [],
      initial: CompletionsOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.shell = try choice(operands.first ?? "", of: "SHELL")
      },
      validate: { (_) throws(UsageError) in })
  }
}
