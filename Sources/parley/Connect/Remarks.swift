import Sockets

/// What `-v` explains on standard error, line by line; nothing without it.
struct Remarks: Sendable {
  let verb: String
  let isVerbose: Bool

  func callAsFunction(_ text: @autoclosure () -> String) {
    if isVerbose { Output.error.write("parley \(verb): \(text())\n") }
  }
}

extension Duration {
  /// As people say it: `3 ms`, `1.25 s`.
  var words: String {
    let (seconds, attoseconds) = components
    guard seconds > 0 else { return "\(attoseconds / 1_000_000_000_000_000) ms" }
    let hundredths = attoseconds / 10_000_000_000_000_000
    guard hundredths > 0 else { return "\(seconds) s" }
    return "\(seconds).\(hundredths < 10 ? "0" : "")\(hundredths) s"
  }
}
