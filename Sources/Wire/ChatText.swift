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
  @specialized(where Bytes == [UInt8])
  @specialized(where Bytes == ArraySlice<UInt8>)
  package static func parse<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> ChatText? {
    guard bytes.first == UInt8(ascii: "[") else { return nil }
    let time = bytes.dropFirst().prefix(while: isTimeByte)
    guard !time.isEmpty else { return nil }
    let afterTime = bytes[time.endIndex...]
    guard afterTime.starts(with: "] ".utf8) else { return nil }
    let body = afterTime.dropFirst(2)
    var candidate = body.startIndex
    while let colon = body[candidate...].firstIndex(of: Byte.colon) {
      guard body[colon...].starts(with: ":\n\t".utf8) else {
        candidate = body.index(after: colon)
        continue
      }
      return ChatText(
        time: Timestamp(parsing: time) ?? .unknown,
        name: String(decoding: body[..<colon], as: UTF8.self),
        text: String(decoding: body[colon...].dropFirst(3), as: UTF8.self))
    }
    return nil
  }

  private static func isTimeByte(_ byte: UInt8) -> Bool {
    Byte.zero...Byte.nine ~= byte || "T:.-+Z".utf8.contains(byte)
  }
}
