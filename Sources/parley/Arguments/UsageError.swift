import Rooms

/// The command line cannot be understood: what is wrong with it, in one line.
struct UsageError: Error, Equatable {
  /// The verb whose help explains it, when the line got that far.
  var verb: String?
  var message: String
  /// Whether the name of the value is still missing in front of the message.
  private var isNameless = false

  init(_ message: String, verb: String? = nil) {
    self.message = message
    self.verb = verb
  }

  /// A value that will not do: what is wrong with it, as it goes on behind its name.
  ///
  /// Without a name it is the value of an option, and gets that one's.
  init(value message: String, of name: String? = nil) {
    self.message = name.map { "\($0) \(message)" } ?? message
    isNameless = name == nil
  }

  /// Puts the name of an option in front of what is wrong with its value.
  func named(_ name: String) -> UsageError {
    isNameless ? UsageError("\(name) \(message)", verb: verb) : self
  }

  /// What is printed on standard error: whatever was typed or pasted, it stays in its line.
  var text: String {
    let message = SafeText.safe(message)
    guard let verb else { return "parley: \(message)\nTry 'parley help'.\n" }
    return "parley \(verb): \(message)\nTry 'parley help \(verb)'.\n"
  }
}
