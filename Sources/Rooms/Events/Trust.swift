/// How far an author's name can be believed; the number is the one on the wire.
package enum Trust: UInt8, CaseIterable, Sendable {
  /// Came in over a plain door: anybody could have said it.
  case unverified = 0
  /// Came over an encrypted connection that proved its key.
  case identified = 1
  /// Carries its author's own signature.
  case signed = 2
}
