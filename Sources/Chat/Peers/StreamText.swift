package import Wire

/// The chat texts of a stream: `Number 0` from `Streamer`, and so on.
package enum StreamText {
  private static let name = "Streamer"
  private static let word = Array("Number ".utf8)

  /// Replaces the bytes by a chat text, filled up with dots to `size` bytes if it has fewer.
  package static func compose(
    _ number: Int, at time: Timestamp, size: Int, into bytes: inout [UInt8]
  ) {
    bytes.removeAll(keepingCapacity: true)
    ChatText.compose(time: time, name: name, text: word, into: &bytes)
    bytes.append(contentsOf: String(number).utf8)
    guard bytes.count < size else { return }
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "."), count: size - bytes.count))
  }

  /// The number of a chat text from anybody; nil for all else.
  package static func number(in datagram: [UInt8]) -> Int? {
    guard let parts = ChatText.places(in: datagram, datagram.indices) else { return nil }
    return StreamTally.number(of: datagram.span.extracting(parts.text))
  }
}
