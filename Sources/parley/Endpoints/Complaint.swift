/// What ended a verb when no socket call did: the words for the user and the code for scripts.
struct Complaint: Error, Equatable, CustomStringConvertible {
  /// Without the program's name and without a full stop.
  var description: String
  var code: ExitCode

  init(_ description: String, _ code: ExitCode = .wrong) {
    (self.description, self.code) = (description, code)
  }
}
