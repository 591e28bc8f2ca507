extension ChatText {
  /// As many complete chat texts as it takes to say `text` in messages of at most `limit` bytes each.
  ///
  /// Cut between two scalars; a text that is not UTF-8 is cut all the same. No piece of a text ends with
  /// the words of leaving, which some programs look for at the end of what they get: a blank is put
  /// behind them.
  ///
  /// - Parameters:
  ///   - time: Of each piece.
  ///   - name: Who says it.
  ///   - text: What is said; nothing is one piece as well.
  ///   - limit: Must have room for the time, the name and a scalar; else pieces are longer.
  /// - Returns: At least one piece.
  package static func pieces(
    time: Timestamp, name: String, text: [UInt8], limit: Int
  ) -> [[UInt8]] {
    var head: [UInt8] = []
    compose(time: time, name: name, text: [UInt8](), into: &head)
    // One byte for the blank.
    let room = max(4, limit - head.count - 1)
    var pieces: [[UInt8]] = []
    var rest = text[...]
    repeat {
      let end = border(in: rest, atMost: room)
      var piece = head + rest[..<end]
      if rest[..<end].suffix(leave.utf8.count).elementsEqual(leave.utf8) {
        piece.append(Byte.blank)
      }
      pieces.append(piece)
      rest = rest[end...]
    } while !rest.isEmpty
    return pieces
  }

  /// The last beginning of a scalar at most so many bytes on.
  private static func border(in text: ArraySlice<UInt8>, atMost length: Int) -> Int {
    guard text.count > length else { return text.endIndex }
    var border = text.startIndex + length
    while border > text.startIndex + length - 3, text[border] & 0xC0 == 0x80 { border -= 1 }
    // Four bytes in a row that continue something: no text, cut anywhere.
    return text[border] & 0xC0 == 0x80 ? text.startIndex + length : border
  }
}
