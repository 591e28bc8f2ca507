/// The command line cannot be understood: what is wrong with it, in one line.
struct UsageError: Error, Equatable {
  /// The verb whose help explains it, when the line got that far.
  var verb: String?
  var message: String

  init(_ message: String, verb: String? = nil) {
    self.message = message
    self.verb = verb
  }

  /// What is printed on standard error.
  var text: String {
    guard let verb else { return "parley: \(message)\nTry 'parley help'.\n" }
    return "parley \(verb): \(message)\nTry 'parley help \(verb)'.\n"
  }
}
