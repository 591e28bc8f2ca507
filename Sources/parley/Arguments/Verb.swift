/// One verb of the command as a table: what it takes, and the words that explain it.
///
/// `Options` is the plain struct that a parsed line becomes; its `init()` holds the defaults.
struct Verb<Options> {
  /// One option of a verb.
  struct Option {
    /// With the dashes: `--nick`.
    var name: String
    /// What stands for the value in the help, or nil for a flag.
    var placeholder: String?
    var isRepeatable: Bool
    var help: String
    /// Stores the value; for a flag the value is empty.
    var apply: (inout Options, String) throws(UsageError) -> Void

    static func flag(
      _ name: String, _ help: String, apply: @escaping (inout Options) -> Void
    ) -> Option {
      Option(
        name: name, placeholder: nil, isRepeatable: true, help: help,
        apply: { (options, _) throws(UsageError) in apply(&options) })
    }

    static func value(
      _ name: String, _ placeholder: String, _ help: String, isRepeatable: Bool = false,
      apply: @escaping (inout Options, String) throws(UsageError) -> Void
    ) -> Option {
      Option(
        name: name, placeholder: placeholder, isRepeatable: isRepeatable, help: help, apply: apply)
    }
  }

  var name: String
  var summary: String
  /// How the operands look in the usage line: `[ADDRESS]`.
  var operandUsage: String
  var operandCount: ClosedRange<Int>
  /// What a reader of the help should know besides the options, in paragraphs.
  var notes: [String]
  var options: [Option]
  var initial: Options
  var applyOperands: (inout Options, [String]) throws(UsageError) -> Void
  /// Looks at the whole: options that exclude or need each other.
  var validate: (borrowing Options) throws(UsageError) -> Void
}

extension Verb {
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
        continue
      }
      let equals = word.utf8.firstIndex(of: UInt8(ascii: "="))
      let key = String(word[..<(equals ?? word.endIndex)])
      let attached = equals.map { String(word[word.utf8.index(after: $0)...]) }
      guard let option = options.first(where: { $0.name == key }) else {
        throw UsageError("there is no option \(key)" + suggestion(for: key))
      }
      guard seen.insert(key).inserted || option.isRepeatable else {
        throw UsageError("\(key) is given twice")
      }
      try option.apply(&result, value(of: option, attached: attached, rest: &rest))
    }
    guard operandCount.contains(operands.count) else { throw wrongCount(of: operands) }
    try applyOperands(&result, operands)
    try validate(result)
    return result
  }

  private func value(
    of option: Option, attached: String?, rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    guard let placeholder = option.placeholder else {
      guard attached == nil else { throw UsageError("\(option.name) takes no value") }
      return ""
    }
    if let attached {
      guard !attached.isEmpty else { throw UsageError("\(option.name)= needs \(placeholder)") }
      return attached
    }
    // A value that looks like an option is nearly always a forgotten value; with = it is meant.
    guard let next = rest.first, !next.isEmpty, !next.utf8.starts(with: "--".utf8) else {
      throw UsageError("\(option.name) needs \(placeholder)")
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

  private func suggestion(for key: String) -> String {
    let known = options.map(\.name) + ["--help"]
    return nearest(to: key, among: known).map { "; did you mean \($0)?" } ?? ""
  }
}
