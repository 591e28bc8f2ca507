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

  /// Appends all events of a turn, each as the other `encode` does, and notes who said which part.
  ///
  /// `block` is empty before. In steady state nothing is allocated.
  package func encode(
    _ events: Events, room: UInt32, offset: Int, into block: inout [UInt8],
    parts: inout [EncodedPart]
  ) {
    var pen = PlainPen(self, room: room, offset: offset)
    var index = 0
    while index < events.entries.count {
      let first = index
      var total = 0
      while index < events.entries.count, let size = pen.size(of: events.entries[index], in: events)
      {
        total += size
        index += 1
      }
      if index > first {
        let start = block.count
        block.append(addingCapacity: total) { output in
          for place in first..<index {
            pen.write(events.entries[place], of: events, into: &output)
            parts.note(events.entries[place].author, upTo: start + output.count)
          }
        }
      } else {
        encode(events[index], room: room, offset: offset, into: &block)
        parts.note(events.entries[index].author, upTo: block.count)
        index += 1
      }
    }
  }

  /// Whether each frame goes out in a write of its own and at a pace (gentle doors).
  ///
  /// The lessons' programs take what one read gives for a frame.
  package var isGentle: Bool {
    switch self {
    case .u16, .u32: true
    case .line, .dec10, .native: false
    }
  }

  /// The end of the frame that begins at `start` in what a gentle door was encoded, or the end of
  /// `bytes` when it is not whole frames or the door has none.
  package func endOfFrame(in bytes: [UInt8], from start: Int) -> Int {
    guard isGentle, start >= 0, start < bytes.count else { return bytes.count }
    let width = (self == .u16 ? FrameFormat.u16 : .u32).headerWidth
    guard width <= bytes.count - start else { return bytes.count }
    let length = bytes[start..<(start + width)].reduce(0) { $0 << 8 | Int($1) }
    return length <= bytes.count - start - width ? start + width + length : bytes.count
  }
}

/// One or several events of one author, one after the other, as bytes for a kind of door.
package struct EncodedPart: Sendable, Equatable {
  package let author: ClientID
  /// Where it ends; it begins where the part before it ends.
  package fileprivate(set) var end: Int
}

extension [EncodedPart] {
  @inline(__always)
  fileprivate mutating func note(_ author: ClientID, upTo end: Int) {
    // A door may show nothing of an event.
    guard end > last?.end ?? 0 else { return }
    if let last, last.author == author {
      self[count - 1].end = end
    } else {
      append(EncodedPart(author: author, end: end))
    }
  }
}
