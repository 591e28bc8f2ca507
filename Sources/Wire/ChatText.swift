/// One chat message as the lessons' programs write it: `[TIME] NAME:`, LF, TAB, TEXT.
///
/// Nothing is escaped: a text with a line end can look like another message. Whoever shows one makes
/// it safe first.
package struct ChatText: Equatable, Sendable {
  /// When its writer says that it was written; ``Timestamp/unknown`` when that is no time.
  package var time: Timestamp
  package var name: String
  package var text: String

  package static let join = "<JOINS THE CHAT>"
  package static let leave = "<LEAVES THE CHAT>"

  package init(time: Timestamp, name: String, text: String) {
    self.time = time
    self.name = name
    self.text = text
  }

  // Bytes, because `==` of strings would also take what only looks the same.
  package var isJoin: Bool { text.utf8.elementsEqual(ChatText.join.utf8) }
  package var isLeave: Bool { text.utf8.elementsEqual(ChatText.leave.utf8) }

  package func compose() -> [UInt8] {
    var output: [UInt8] = []
    ChatText.compose(time: time, name: name, text: text.utf8, into: &output)
    return output
  }

  /// Appends a chat text made of its parts.
  @specialized(where Text == [UInt8])
  @specialized(where Text == ArraySlice<UInt8>)
  @specialized(where Text == String.UTF8View)
  package static func compose<Text: Collection<UInt8>>(
    time: Timestamp, name: String, text: Text, into output: inout [UInt8]
  ) {
    output.append(UInt8(ascii: "["))
    time.append(to: &output)
    output.append(UInt8(ascii: "]"))
    output.append(Byte.blank)
    output.append(contentsOf: name.utf8)
    output.append(Byte.colon)
    output.append(Byte.lf)
    output.append(Byte.tab)
    output.append(contentsOf: text)
  }

  /// Reads bytes of the form `^\[([0-9T:.\-+Z]+)\] (.*?):\n\t(.*)$`, where a dot is any byte.
  ///
  /// NAME ends at the first colon, LF, TAB. Bytes that are not UTF-8 become U+FFFD.
  package static func parse(_ bytes: some Collection<UInt8>) -> ChatText? {
    let bytes = Array(bytes)
    guard let parts = places(in: bytes, bytes.indices) else { return nil }
    return ChatText(
      time: Timestamp(parsing: bytes[parts.time]) ?? .unknown,
      name: String(decoding: bytes[parts.name], as: UTF8.self),
      text: String(decoding: bytes[parts.text], as: UTF8.self))
  }

  /// Where the parts are that ``parse(_:)`` would read from `range` of the bytes; copies nothing.
  package static func places(
    in bytes: [UInt8], _ range: Range<Int>
  ) -> (time: Range<Int>, name: Range<Int>, text: Range<Int>)? {
    let end = range.upperBound
    guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "[") else { return nil }
    var place = range.lowerBound + 1
    while place < end, isTimeByte(bytes[place]) { place += 1 }
    let time = (range.lowerBound + 1)..<place
    guard !time.isEmpty, end - place >= 2, bytes[place] == UInt8(ascii: "]"),
      bytes[place + 1] == Byte.blank
    else { return nil }
    let name = place + 2
    place = name
    while end - place >= 3 {
      if bytes[place] == Byte.colon, bytes[place + 1] == Byte.lf, bytes[place + 2] == Byte.tab {
        return (time, name..<place, (place + 3)..<end)
      }
      place += 1
    }
    return nil
  }

  /// Whether a text says that its author comes or goes.
  package static func isPresence(_ text: Span<UInt8>) -> Bool {
    guard !text.isEmpty, text[0] == UInt8(ascii: "<") else { return false }
    return [join, leave].contains { word in
      word.utf8.count == text.count
        && zip(text.indices, word.utf8).allSatisfy { text[$0] == $1 }
    }
  }

  private static func isTimeByte(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.zero...Byte.nine, UInt8(ascii: "T"), Byte.colon, UInt8(ascii: "."),
      UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}
