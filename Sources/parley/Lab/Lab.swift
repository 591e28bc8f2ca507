import Glibc
import Messaging
import Sockets

/// Finds what `parley lab` was asked for, and runs it.
enum Lab {
  static func run(_ options: LabOptions) -> ExitCode {
    switch options.wish {
    case nil: .usage
    case .list: Output.finish(LessonPages.list)
    case .lessons: Output.finish(LessonPages.document)
    case .row(let number): run(row: number, options)
    case .example(let lab, let number): run(Example.all(lab: lab, number: number), options)
    }
  }

  private static func run(row number: Int, _ options: LabOptions) -> ExitCode {
    guard let lesson = Lesson.all.first(where: { $0.row == number }) else { return .usage }
    guard let program = LessonProgram.of(row: number) else {
      return Output.finish(lesson.replacement)
    }
    return perform(options) { bench in try await program.run(bench) }
  }

  private static func run(_ examples: [Example], _ options: LabOptions) -> ExitCode {
    guard !examples.isEmpty else {
      Output.standard.write("No examples found\n")
      return .wrong
    }
    return perform(options) { bench in
      guard let example = try await choose(among: examples, bench.terminal) else { return .done }
      return try await run(example, bench)
    }
  }

  /// Asks until the answer is a number of the list; nil at the end of the input.
  private static func choose(
    among examples: [Example], _ terminal: LessonTerminal
  ) async throws -> Example? {
    guard examples.count > 1 else { return examples.first }
    try await terminal.say("# Multiple examples found, pick one:")
    for (index, example) in examples.enumerated() {
      try await terminal.say("#    \(index + 1)) \(example.name)")
    }
    while let line = try await terminal.ask("# > ") {
      if let number = Int(line), examples.indices.contains(number - 1) {
        return examples[number - 1]
      }
    }
    return nil
  }

  private static func run(_ example: Example, _ bench: Workbench) async throws -> ExitCode {
    let row = example.row(for: bench.arguments)
    let arguments = bench.arguments.joined(separator: " ")
    try await bench.terminal.say(
      "# Running module \(example.name) from parley lab row \(row) with args: \(arguments)")
    guard let program = LessonProgram.of(row: row) else { return .usage }
    return try await program.run(bench)
  }

  /// Runs a program of the lessons; a first signal ends it in order, by the end of its input if it has
  /// something to say then.
  private static func perform(
    _ options: LabOptions,
    _ body: @escaping @Sendable (Workbench) async throws -> ExitCode
  ) -> ExitCode {
    let running = Locked<LessonTerminal?>(nil)
    let onSignal = { @Sendable (_: CInt) -> ExitCode? in
      guard let terminal = running.withLock(\.self), terminal.leavesInOrder else {
        return endLine()
      }
      terminal.endInput()
      return nil
    }
    // A terminal that is closed says SIGHUP, and whoever was at it says farewell.
    let signals = [SIGINT, SIGTERM, SIGHUP]
    return Program.run("lab", signals: signals, onSignal: onSignal) { loop in
      do {
        let terminal = try LessonTerminal(on: loop)
        running.withLock { $0 = terminal }
        return try await body(Workbench(loop: loop, terminal: terminal, options: options))
      } catch let error as MessagingError {
        throw Complaint(error.description)
      }
    }
  }

  /// What the shell prints next shall not stand behind a prompt.
  private static func endLine() -> ExitCode {
    if isatty(1) == 1 { Output.standard.write("\n") }
    return .done
  }
}
