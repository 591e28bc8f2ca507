import Wire

/// Writes plain texts for everybody behind one kind of door.
///
/// Nearly all that is said is a short text of printable ASCII: no door has to change or cut that, so
/// its bytes are put together from what is there, in room that was made for all of them. Everything
/// else is for ``DoorKind/encode(_:room:offset:into:)``, which gives the same bytes for these.
struct PlainPen {
  private let kind: DoorKind
  private let room: UInt32
  private let offset: Int
  /// Room for a length and then `[TIME] `, for the doors that show it; kept while the time is the same.
  private var stamp = InlineArray<40, UInt8>(repeating: 0)
  private var stampCount = 0
  private var stampWall: Int64?

  /// A nick and a text within these fit into one frame of every door, with all that stands around them.
  private static let limit = 1024
  private static let nickLimit = 256

  init(_ kind: DoorKind, room: UInt32, offset: Int) {
    self.kind = kind
    self.room = room
    self.offset = offset
  }

  /// How many bytes ``write(_:of:into:)`` appends for an event, or nil when that is not for it.
  @inline(__always)
  mutating func size(of entry: Events.Entry, in events: borrowing Events) -> Int? {
    let length = entry.end - entry.bodyStart
    let nick = entry.bodyStart - entry.start
    guard entry.isPlain, entry.sort == .text, 1...PlainPen.limit ~= length,
      nick <= PlainPen.nickLimit
    else { return nil }
    switch kind {
    case .line: return nick + length + 4
    case .dec10: return nick + length + 12
    case .native: return nick + length + 29
    case .u16, .u32:
      // Who reads only the end of a message would take some of these for somebody's leaving.
      guard events.bytes[events.body(entry).upperBound - 1] != UInt8(ascii: ">") else { return nil }
      if stampWall != entry.wall { makeStamp(entry.wall) }
      return nick + length + 3 + stampCount
    }
  }

  /// Appends the bytes of an event whose ``size(of:in:)`` was asked for last or at the same time.
  @inline(__always)
  mutating func write(
    _ entry: Events.Entry, of events: borrowing Events, into output: inout OutputSpan<UInt8>
  ) {
    let nick = events.bytes.span.extracting(events.nick(entry))
    let body = events.bytes.span.extracting(events.body(entry))
    switch kind {
    case .line:
      output.append(copying: nick)
      output.append(UInt8(ascii: ":"))
      output.append(UInt8(ascii: " "))
      output.append(copying: body)
      output.append(UInt8(ascii: "\r"))
      output.append(UInt8(ascii: "\n"))
    case .dec10:
      PlainPen.appendTenDigits(nick.count + 2 + body.count, to: &output)
      output.append(copying: nick)
      output.append(UInt8(ascii: ":"))
      output.append(UInt8(ascii: " "))
      output.append(copying: body)
    case .u16, .u32:
      if stampWall != entry.wall { makeStamp(entry.wall) }
      let header = kind == .u16 ? 2 : 4
      let count = stampCount - header + nick.count + 3 + body.count
      for place in 0..<header {
        stamp[place] = UInt8(truncatingIfNeeded: count >> (8 * (header - 1 - place)))
      }
      output.append(copying: stamp.span.extracting(first: stampCount))
      output.append(copying: nick)
      output.append(UInt8(ascii: ":"))
      output.append(UInt8(ascii: "\n"))
      output.append(UInt8(ascii: "\t"))
      output.append(copying: body)
    case .native:
      NativeFrame.appendEvent(
        room: room, number: entry.number, wall: entry.wall, form: .text, author: nick,
        trust: entry.trust.rawValue, body: body, into: &output)
    }
  }

  private mutating func makeStamp(_ wall: Int64) {
    let time = Timestamp(wallMilliseconds: wall, offsetSeconds: offset).form
    let header = kind == .u16 ? 2 : 4
    stamp[header] = UInt8(ascii: "[")
    for index in 0..<time.count { stamp[header + 1 + index] = time.text[index] }
    stamp[header + 1 + time.count] = UInt8(ascii: "]")
    stamp[header + 2 + time.count] = UInt8(ascii: " ")
    stampCount = header + 3 + time.count
    stampWall = wall
  }

  @inline(__always)
  private static func appendTenDigits(_ length: Int, to output: inout OutputSpan<UInt8>) {
    var digits = InlineArray<10, UInt8>(repeating: UInt8(ascii: " "))
    var rest = length
    var place = 9
    repeat {
      digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place -= 1
    } while rest > 0 && place >= 0
    output.append(copying: digits.span)
  }
}
