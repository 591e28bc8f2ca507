/// One verb of the command as a table: what it takes, and the words that explain it.
///
/// `Options` is the plain struct that a parsed line becomes; its `init()` holds the defaults.
struct Verb<Options> {
  /// One option of a verb.
  struct Option {
    var words: OptionWords
    /// Stores the value; for a flag the value is empty.
    var apply: (inout Options, String) throws(UsageError) -> Void

    /// An option without a value; `names` is `--long`, or `-s, --long`, as the help shows it.
    static func flag(
      _ names: String, _ help: String, apply: @escaping (inout Options) -> Void
    ) -> Option {
      Option(
        words: OptionWords(names, placeholder: nil, isRepeatable: true, help: help),
        apply: { (options, _) throws(UsageError) in apply(&options) })
    }

    /// An option with a value; `value` tells the shell what to offer for it.
    static func value(
      _ names: String, _ placeholder: String, _ help: String, isRepeatable: Bool = false,
      value: ValueKind = .free,
      apply: @escaping (inout Options, String) throws(UsageError) -> Void
    ) -> Option {
      Option(
        words: OptionWords(
          names, placeholder: placeholder, isRepeatable: isRepeatable, help: help, value: value),
        apply: apply)
    }
  }

  /// Options that belong together, under a heading of the help.
  struct Group {
    var title: String
    var options: [Option]

    init(_ title: String, _ options: [Option]) { (self.title, self.options) = (title, options) }
  }

  var name: String
  /// What it does, in some words without a full stop.
  var summary: String
  /// How the operands look in the usage line: `[ADDRESS]`.
  var operandUsage: String
  /// What the shell offers for an operand.
  var operand = ValueKind.free
  var operandCount: ClosedRange<Int>
  /// Whether what follows the first operand is for somebody else to read, dashes included.
  var isForwarding = false
  /// What a reader of the help should know besides the options, in paragraphs.
  var notes: [String]
  var groups: [Group]
  var initial: Options
  var applyOperands: (inout Options, [String]) throws(UsageError) -> Void
  /// Looks at the whole: options that exclude or need each other.
  var validate: (borrowing Options) throws(UsageError) -> Void
}

extension Verb {
  var options: [Option] { groups.flatMap(\.options) }

  /// Reads what follows the verb on the command line; nil when the line asks for help.
  func parse(_ words: ArraySlice<String>) throws(UsageError) -> Options? {
    let written = words.prefix { $0 != "--" }
    guard !written.contains("--help"), !written.contains("-h") else { return nil }
    do throws(UsageError) {
      return try parseOptions(words)
    } catch {
      throw UsageError(error.message, verb: name)
    }
  }

  private func parseOptions(_ words: ArraySlice<String>) throws(UsageError) -> Options {
    var result = initial
    var operands: [String] = []
    var seen: Set<String> = []
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.utf8.starts(with: "-".utf8), word.utf8.count > 1 else {
        operands.append(word)
        guard isForwarding else { continue }
        operands += rest.first == "--" ? rest.dropFirst() : rest
        break
      }
      guard word.utf8.starts(with: "--".utf8) else {
        try applyShort(word, &rest, &seen, to: &result)
        continue
      }
      let equals = word.utf8.firstIndex(of: UInt8(ascii: "="))
      let key = String(word[..<(equals ?? word.endIndex)])
      let attached = equals.map { String(word[word.utf8.index(after: $0)...]) }
      let option = try option(key, &seen)
      let value = try value(of: option, as: key, attached: attached, rest: &rest)
      try apply(option, key, value, to: &result)
    }
    guard operandCount.contains(operands.count) else { throw wrongCount(of: operands) }
    try applyOperands(&result, operands)
    try validate(result)
    return result
  }

  /// Applies a word of one dash: letters of flags, as in `-ku`, of which the last may have a value,
  /// as in `-w5` or `-w 5`.
  private func applyShort(
    _ word: String, _ rest: inout ArraySlice<String>, _ seen: inout Set<String>,
    to result: inout Options
  ) throws(UsageError) {
    var letters = word.unicodeScalars.dropFirst()
    while let letter = letters.popFirst() {
      let key = "-\(letter)"
      let option: Option
      do throws(UsageError) {
        option = try self.option(key, &seen)
      } catch {
        // `-listen` is rather a forgotten dash than seven letters.
        let isWord = word.unicodeScalars.count > 3
        let guess = isWord ? nearest(to: "-" + word, among: longNames) : nil
        guard let guess else { throw error }
        throw UsageError("there is no option \(word); did you mean \(guess)?")
      }
      guard option.words.placeholder != nil else {
        try option.apply(&result, "")
        continue
      }
      let attached = letters.isEmpty ? nil : String(String.UnicodeScalarView(letters))
      letters = letters.suffix(0)
      let value = try value(of: option, as: key, attached: attached, rest: &rest)
      try apply(option, key, value, to: &result)
    }
  }

  /// Stores a value; what is wrong with it is told by the name that was typed.
  private func apply(
    _ option: Option, _ key: String, _ value: String, to result: inout Options
  ) throws(UsageError) {
    do throws(UsageError) {
      try option.apply(&result, value)
    } catch {
      throw error.named(key)
    }
  }

  /// Finds an option by one of its names, and notes that it was seen.
  private func option(_ key: String, _ seen: inout Set<String>) throws(UsageError) -> Option {
    guard let option = options.first(where: { $0.words.names.contains(key) }) else {
      throw UsageError("there is no option \(key)" + suggestion(for: key))
    }
    guard seen.insert(option.words.name).inserted || option.words.isRepeatable else {
      throw UsageError("\(key) is given twice")
    }
    return option
  }

  private func value(
    of option: Option, as key: String, attached: String?, rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    guard let placeholder = option.words.placeholder else {
      guard attached == nil else { throw UsageError("\(key) takes no value") }
      return ""
    }
    if let attached {
      guard !attached.isEmpty else { throw UsageError("\(key)= needs \(placeholder)") }
      return attached
    }
    // A value that looks like an option is nearly always a forgotten value; with = it is meant.
    guard let next = rest.first, !next.isEmpty, !next.utf8.starts(with: "--".utf8) else {
      throw UsageError("\(key) needs \(placeholder)")
    }
    rest.removeFirst()
    return next
  }

  private func wrongCount(of operands: [String]) -> UsageError {
    guard operands.count > operandCount.upperBound else {
      return UsageError("\(operandUsage) is missing")
    }
    return UsageError("'\(operands[operandCount.upperBound])' is one argument too many")
  }

  private var longNames: [String] {
    options.flatMap(\.words.names).filter { $0.utf8.starts(with: "--".utf8) } + ["--help"]
  }

  private func suggestion(for key: String) -> String {
    nearest(to: key, among: longNames).map { "; did you mean \($0)?" } ?? ""
  }
}
