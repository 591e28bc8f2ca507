/// Why the server says goodbye; the number is the one on the wire.
package enum ByeReason: UInt8, CaseIterable, Sendable {
  case quit = 0
  case closing = 1
  case timedOut = 2
  case misbehaved = 3
  case slow = 4
  case removed = 5
  /// The same client came back over another connection.
  case replaced = 6
  case full = 7
  case flood = 8
}
