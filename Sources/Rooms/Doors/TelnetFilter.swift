import Wire

/// Takes the telnet protocol's own bytes out of a stream of text.
///
/// Every option that is asked for or offered is declined, which leaves a telnet client sending
/// whole lines. Nothing is kept of what is skipped, so a subnegotiation without end costs nothing.
struct TelnetFilter: Sendable {
  enum Step: Equatable {
    /// The bytes at this place are text.
    case text(Range<Int>)
    /// This byte is text and stands nowhere as it is.
    case byte(UInt8)
    /// These three bytes are to be sent back.
    case answer([UInt8])
  }

  private enum State {
    case text, afterReturn, command, option(verb: UInt8), subnegotiation, subnegotiationCommand
  }

  private static let iac: UInt8 = 255
  private static let dont: UInt8 = 254
  private static let `do`: UInt8 = 253
  private static let wont: UInt8 = 252
  private static let will: UInt8 = 251
  private static let subnegotiation: UInt8 = 250
  private static let subnegotiationEnd: UInt8 = 240

  private var state = State.text

  /// The next step through `bytes`, which moves `index`, or nil at their end.
  mutating func next(in bytes: Span<UInt8>, from index: inout Int) -> Step? {
    while index < bytes.count {
      switch state {
      case .text, .afterReturn:
        if let step = text(in: bytes, from: &index) { return step }
      case .command, .option, .subnegotiation, .subnegotiationCommand:
        let byte = bytes[index]
        index += 1
        if let step = command(byte) { return step }
      }
    }
    return nil
  }

  /// Text up to the next byte that is not, or what that byte means.
  private mutating func text(in bytes: Span<UInt8>, from index: inout Int) -> Step? {
    let start = index
    if case .text = state, TelnetFilter.isPlain(bytes, from: start), start < bytes.count {
      index = bytes.count
      if bytes[index - 1] == UInt8(ascii: "\r") { state = .afterReturn }
      return .text(start..<index)
    }
    while index < bytes.count {
      let byte = bytes[index]
      if case .afterReturn = state, byte == 0 {
        // CR NUL is how some terminals send the Enter key. The CR is out already.
        if index > start { return .text(start..<index) }
        index += 1
        state = .text
        return .byte(UInt8(ascii: "\n"))
      }
      guard byte != TelnetFilter.iac else {
        if index > start { return .text(start..<index) }
        index += 1
        state = .command
        return nil
      }
      state = byte == UInt8(ascii: "\r") ? .afterReturn : .text
      index += 1
    }
    return .text(start..<index)
  }

  /// Whether nothing from `start` on can be telnet's.
  private static func isPlain(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    let rest = bytes.extracting(start..<bytes.count)
    return !rest.holds(iac) && !rest.holds(0)
  }

  private mutating func command(_ byte: UInt8) -> Step? {
    switch state {
    case .text, .afterReturn: return nil
    case .command:
      state = .text
      switch byte {
      case TelnetFilter.iac: return .byte(byte)
      case TelnetFilter.will...TelnetFilter.dont: state = .option(verb: byte)
      case TelnetFilter.subnegotiation: state = .subnegotiation
      default: break  // Go ahead, are you there, and other words without arguments.
      }
    case .option(let verb):
      state = .text
      if verb == TelnetFilter.do { return .answer([TelnetFilter.iac, TelnetFilter.wont, byte]) }
      if verb == TelnetFilter.will { return .answer([TelnetFilter.iac, TelnetFilter.dont, byte]) }
    case .subnegotiation:
      if byte == TelnetFilter.iac { state = .subnegotiationCommand }
    case .subnegotiationCommand:
      state = byte == TelnetFilter.subnegotiationEnd ? .text : .subnegotiation
    }
    return nil
  }
}
