import Sockets

/// What `parley lab` was asked for.
struct LabOptions: CommandOptions {
  enum Wish: Equatable {
    case list
    case lessons
    case row(Int)
    /// The course's own numbers; nil fits all.
    case example(lab: Int?, number: Int?)
  }

  var wish: Wish?
  /// What the lesson's program gets.
  var arguments: [String] = []
  /// Where, instead of the lesson's own address; `Sockets` reads it.
  var address: String?
  var pace: Duration = .seconds(1)
  var timeout = TimeLimit.standard
}

extension LabOptions {
  func run() -> ExitCode { Lab.run(self) }

  static var verb: Verb<LabOptions> {
    Verb(
      name: "lab",
      summary: "every program of the lessons, and the command that replaces it",
      operandUsage: "[row N] [ARGUMENT ...]",
      operandCount: 0...1_000,
      notes: [
        """
        The lessons' programs have 46 numbers. 'parley lab --list' shows them with what does the same \
        here; 'parley lab row N' runs one with the lesson's own prompts and lines, or tells what to \
        run instead. -l and -e take the numbers of the course. The rest are the program's arguments, \
        as in the lesson.
        """,
        """
        Examples:
          parley lab row 7 server
          parley lab row 7 client
          parley lab -l 3 -e 1 server 8080
          parley lab -l 3 -e 2 client localhost:8080
        """,
      ],
      groups: [
        Verb.Group(
          "What to do",
          [
            .flag("--list", "print all programs and what replaces them") { $0.wish = .list },
            .flag("--lessons", "print docs/lessons.md, which explains it") { $0.wish = .lessons },
            .value("-l, --lab", "N", "run a program of this lab of the course") {
              (options, text) throws(UsageError) in
              options.choose(lab: try count(text, in: 1...99))
            },
            .value("-e, --example", "N", "run this example; without it you may choose") {
              (options, text) throws(UsageError) in
              options.choose(example: try count(text, in: 1...99))
            },
          ]),
        Verb.Group(
          "Changes to the lesson",
          [
            .value(
              "--at", "ADDRESS",
              "listen there or connect there, instead of where the lesson says; port 0 is any free one"
            ) { $0.address = $1 },
            .value("--pace", "S", "how long a second of rows 8, 9 and 29 lasts") {
              (options, text) throws(UsageError) in
              guard case .after(let pace)? = try? TimeLimit(text) else {
                throw UsageError("--pace takes seconds over zero, not '\(text)'")
              }
              options.pace = pace
            },
            .value(
              "--timeout", "S|none", "seconds that connecting may take; as long as the system tries"
            ) {
              (options, text) throws(UsageError) in
              options.timeout = try TimeLimit(text)
            },
          ]),
      ],
      initial: LabOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.arguments = operands
        guard options.wish == nil, operands.first == "row" else { return }
        guard operands.count > 1 else { throw UsageError("row needs its number, 1 to 46") }
        options.wish = .row(try count(operands[1], of: "row", in: 1...46))
        options.arguments = Array(operands.dropFirst(2))
      },
      validate: { (options) throws(UsageError) in
        switch options.wish {
        case nil:
          throw UsageError("say what: --list, row N, or -l N -e N")
        case .list, .lessons:
          guard let argument = options.arguments.first else { return }
          throw UsageError("'\(argument)' is one argument too many")
        case .row, .example: return
        }
      })
  }

  private mutating func choose(lab: Int? = nil, example: Int? = nil) {
    guard case .example(let known, let number)? = wish else {
      wish = .example(lab: lab, number: example)
      return
    }
    wish = .example(lab: lab ?? known, number: example ?? number)
  }
}
