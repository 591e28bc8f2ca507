import Wire

extension DoorKind {
  /// Appends an event's bytes for everybody behind this kind of door.
  ///
  /// Whole frames or lines only, and nothing when this door does not show the event. Printable ASCII
  /// costs no allocation beyond the growth of `block`. `offset` counts seconds east of UTC, for
  /// doors that show a local time.
  package func encode(
    _ event: ChatEvent, room: UInt32, offset: Int, into block: inout [UInt8]
  ) {
    switch self {
    case .line: LineEncoding.append(event, as: .line, into: &block)
    case .dec10: LineEncoding.append(event, as: .dec10, into: &block)
    case .u16: PrefixEncoding.append(event, offset: offset, as: .u16, into: &block)
    case .u32: PrefixEncoding.append(event, offset: offset, as: .u32, into: &block)
    case .native: NativeEncoding.append(event, room: room, into: &block)
    }
  }
}
