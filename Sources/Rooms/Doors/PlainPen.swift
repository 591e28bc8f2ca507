import Wire

/// Writes plain texts for everybody behind one kind of door.
///
/// Nearly all that is said is a short text of printable ASCII: no door has to change or cut that, so
/// its bytes are put together from what is there. Everything else is for ``DoorKind/encode(_:room:offset:into:)``,
/// which gives the same bytes for these.
struct PlainPen {
  private let kind: DoorKind
  private let room: UInt32
  private let offset: Int
  /// Room for a length and then `[TIME] `, for the doors that show it; kept while the time is the same.
  private var stamp: [UInt8] = []
  private var stampWall: Int64?

  /// Whatever the nick, this and all that stands around it fits into one frame of every door.
  private static let limit = 1024
  private static let nickLimit = 256

  init(_ kind: DoorKind, room: UInt32, offset: Int) {
    self.kind = kind
    self.room = room
    self.offset = offset
  }

  /// Appends the bytes of an event when it is a plain text; otherwise does nothing and says so.
  @inline(__always)
  mutating func write(
    _ entry: Events.Entry, of bytes: borrowing [UInt8], into block: inout [UInt8]
  ) -> Bool {
    let length = entry.end - entry.bodyStart
    guard entry.isPlain, entry.sort == .text, 1...PlainPen.limit ~= length,
      entry.bodyStart - entry.start <= PlainPen.nickLimit
    else { return false }
    let nick = bytes.span.extracting(entry.start..<entry.bodyStart)
    let body = bytes.span.extracting(entry.bodyStart..<entry.end)
    let colon: InlineArray<2, UInt8> = [UInt8(ascii: ":"), UInt8(ascii: " ")]
    switch kind {
    case .line:
      let lineEnd: InlineArray<2, UInt8> = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
      block.append(copying: nick, colon.span, body, lineEnd.span)
    case .dec10:
      let digits = PlainPen.tenDigits(nick.count + 2 + length)
      block.append(copying: digits.span, nick, colon.span, body)
    case .u16, .u32:
      // Who reads only the end of a message would take some of these for somebody's leaving.
      guard bytes[entry.end - 1] != UInt8(ascii: ">") else { return false }
      if stampWall != entry.wall { makeStamp(entry.wall) }
      let header = kind == .u16 ? 2 : 4
      let middle: InlineArray<3, UInt8> = [
        UInt8(ascii: ":"), UInt8(ascii: "\n"), UInt8(ascii: "\t"),
      ]
      let count = stamp.count - header + nick.count + 3 + length
      for place in 0..<header {
        stamp[place] = UInt8(truncatingIfNeeded: count >> (8 * (header - 1 - place)))
      }
      block.append(copying: stamp.span, nick, middle.span, body)
    case .native:
      // The length is far below the limit.
      try? NativeFrame.appendEvent(
        room: room, number: entry.number, wall: entry.wall, form: .text, author: nick,
        trust: entry.trust.rawValue, body: body, to: &block)
    }
    return true
  }

  private mutating func makeStamp(_ wall: Int64) {
    stamp.removeAll(keepingCapacity: true)
    for _ in 0..<(kind == .u16 ? 2 : 4) { stamp.append(0) }
    stamp.append(UInt8(ascii: "["))
    Timestamp(wallMilliseconds: wall, offsetSeconds: offset).append(to: &stamp)
    stamp.append(UInt8(ascii: "]"))
    stamp.append(UInt8(ascii: " "))
    stampWall = wall
  }

  private static func tenDigits(_ length: Int) -> InlineArray<10, UInt8> {
    var digits = InlineArray<10, UInt8>(repeating: UInt8(ascii: " "))
    var rest = length
    var place = 9
    repeat {
      digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place -= 1
    } while rest > 0 && place >= 0
    return digits
  }
}
