import Rooms
import Wire

extension LessonTerminal {
  /// Prints a chat text in the form in which it came, safe to look at.
  ///
  /// Each further line of it begins with a tab, as its first one does, so that no text can look like
  /// the head of another message.
  func show(_ bytes: [UInt8]) async throws {
    try await write(LessonTerminal.shown(bytes) + [UInt8(ascii: "\n")])
  }

  static func shown(_ bytes: [UInt8]) -> [UInt8] {
    let lineBreak = Array("\n\t".utf8)
    guard let parts = ChatText.places(in: bytes, bytes.indices) else {
      return SafeText.safe(bytes, lineBreak: lineBreak)
    }
    let name = SafeText.safe(Array(bytes[parts.name]))
    let text = SafeText.safe(Array(bytes[parts.text]), lineBreak: lineBreak)
    // A time has digits and a few signs, and nothing else.
    return bytes[..<parts.name.lowerBound] + name + Array(":\n\t".utf8) + text
  }
}
