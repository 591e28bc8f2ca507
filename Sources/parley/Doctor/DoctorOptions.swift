/// What `parley doctor` was asked for.
struct DoctorOptions: CommandOptions {
  var timeout = TimeLimit.standard
}

extension DoctorOptions {
  func run() -> ExitCode { Doctor.run(self) }

  static var verb: Verb<DoctorOptions> {
    Verb(
      name: "doctor",
      summary: "why others in this network are not found",
      operandUsage: "",
      operandCount: 0...0,
      notes: [
        """
        Announces itself on each interface as 'parley chat --discover' does, looks whether that comes \
        back, and says for each what works, what does not, and why. It ends with 1 when something is \
        blocked.
        """
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value(
              "--timeout", "S|none",
              "seconds to wait for what comes back; 2 unless said otherwise"
            ) { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) }
          ])
      ],
      initial: DoctorOptions(),
      applyOperands: { (_, _) in },
      validate: { (_) in })
  }
}
