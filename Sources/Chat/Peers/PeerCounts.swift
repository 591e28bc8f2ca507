/// What came and went in a TCP group chat, in numbers.
struct PeerCounts: Sendable, Equatable {
  var said = 0
  var heard = 0
  /// Texts that came a second time and were not shown.
  var copies = 0
  /// Frames that were no chat text.
  var raw = 0
  var made = 0
  var accepted = 0
  /// Connections that were ended because there were too many.
  var refused = 0
  /// Attempts to dial that failed.
  var failed = 0
  /// Links that were cut because too much waited for the peer.
  var cut = 0
  /// Places ever known.
  var places: UInt64 = 0

  var lines: [String] {
    [
      "said: \(said)", "received: \(heard)", "duplicated: \(copies)", "no chat text: \(raw)",
      "connections made: \(made), accepted: \(accepted), refused: \(refused), cut: \(cut)",
      "failed attempts: \(failed)",
    ]
  }
}
