import Chat

/// One limit as it was typed.
struct GivenLimit: Equatable, Sendable {
  var name: LimitName
  var text: String
}

extension ServeOptions {
  /// An option for every row of the table, and the file that holds the same.
  static var limits: [Verb<ServeOptions>.Option] {
    let file = Verb<ServeOptions>.Option.value(
      "--limits", "FILE",
      """
      read limits from here: on each line the name of one without the dashes and its value; what is \
      given on the command line comes first. SIGHUP has the file read again
      """, value: .file
    ) { $0.limitsFile = $1 }
    return [file] + LimitTable.rows.map(option)
  }

  private static func option(_ row: LimitRow) -> Verb<ServeOptions>.Option {
    .value("--\(row.name.rawValue)", row.placeholder, row.help) {
      (options, text) throws(UsageError) in
      // The one limit that is another for a relay; for a chat, `validate` looks at it.
      if row.name == .maxFrame {
        options.maxFrame = try count(text, in: 1...(16 << 20))
      } else {
        try check(text, for: row)
      }
      options.limits.append(GivenLimit(name: row.name, text: text))
    }
  }

  private static func check(_ text: String, for row: LimitRow) throws(UsageError) {
    do throws(LimitError) {
      var limits = Limits()
      try row.read(text, into: &limits)
    } catch {
      throw UsageError(value: error.description)
    }
  }

  /// Looks at what only a chat minds.
  func validateChatLimits() throws(UsageError) {
    for row in LimitTable.rows where row.name == .maxFrame {
      for given in limits where given.name == row.name {
        do throws(UsageError) {
          try ServeOptions.check(given.text, for: row)
        } catch {
          throw error.named("--\(row.name.rawValue)")
        }
      }
    }
  }

  /// The limits as they are now: those of the table, changed by the file, changed by the options.
  ///
  /// - Parameter limits: The table's, perhaps fitted to the machine.
  /// - Returns: What holds now.
  /// - Throws: What is wrong with the file.
  func readLimits(from limits: Limits) throws -> Limits {
    var limits = limits
    if let limitsFile { try LimitsFile.read(limitsFile, into: &limits) }
    for row in LimitTable.rows where row.name != .maxFrame || !isRelay {
      for given in self.limits where given.name == row.name {
        try row.read(given.text, into: &limits)
      }
    }
    return limits
  }
}
