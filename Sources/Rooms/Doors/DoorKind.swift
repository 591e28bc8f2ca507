/// How one kind of client enters a room.
package enum DoorKind: UInt8, CaseIterable, Sendable {
  /// Lines of text: `nc`, `telnet`, PuTTY.
  case line
  /// A length of ten ASCII digits, then a line.
  case dec10
  /// A length of two bytes, then a chat text.
  case u16
  /// A length of four bytes, then a chat text.
  case u32
  /// Our own frames, which begin with `PLY1`.
  case native
}
