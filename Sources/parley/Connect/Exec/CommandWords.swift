/// The words of a command line, as `--exec` reads them: without a shell, so that nothing is expanded.
enum CommandWords {
  /// Splits at blanks; `'…'` and `"…"` keep blanks together, and `\` takes the next character as it is.
  static func split(_ text: String) throws(UsageError) -> [String] {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\\") where quote != UInt8(ascii: "'"):
        guard let next = rest.popFirst() else {
          throw UsageError("the command '\(text)' ends in a backslash")
        }
        word = (word ?? []) + [next]
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        if quote == nil {
          quote = byte
          word = word ?? []
        } else if quote == byte {
          quote = nil
        } else {
          word = (word ?? []) + [byte]
        }
      case 0x20, 0x09...0x0d:
        if quote != nil {
          word = (word ?? []) + [byte]
        } else if let whole = word {
          words.append(String(decoding: whole, as: UTF8.self))
          word = nil
        }
      default:
        word = (word ?? []) + [byte]
      }
    }
    guard quote == nil else { throw UsageError("a quote in the command '\(text)' is not closed") }
    if let word { words.append(String(decoding: word, as: UTF8.self)) }
    guard words.first?.isEmpty == false else { throw UsageError("the command to run is empty") }
    return words
  }
}
