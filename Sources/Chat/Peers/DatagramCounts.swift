/// What came and went in a chat by datagrams, in numbers.
struct DatagramCounts: Sendable, Equatable {
  var said = 0
  /// Datagrams, whatever was in them.
  var received = 0
  /// The same once more, and farewells after the first: not shown.
  var duplicated = 0
  var truncated = 0
  /// Empty, not wanted, or with an address of our own as their source: not shown.
  var refused = 0
  /// No chat text: shown as they are.
  var shapeless = 0
  /// Not UTF-8 throughout.
  var invalid = 0
  /// Sent, as far as the user knows, and not taken by the system.
  var unsent = 0
  /// Came faster than they could be shown.
  var unshown = 0

  var lines: [String] {
    [
      "said: \(said)", "received: \(received)", "duplicated: \(duplicated)",
      "truncated: \(truncated)", "refused: \(refused)", "no chat text: \(shapeless)",
      "not UTF-8: \(invalid)", "not sent: \(unsent)", "not shown: \(unshown)",
    ]
  }
}
