import Chat
import Sockets
import Wire

/// Somebody in a chat of the lessons: a name, and what is said under it.
final class LessonVoice: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  let name: String
  private let loop: EventLoop
  private var clock = TextClock()

  init(_ name: String, on loop: EventLoop) { (self.name, self.loop) = (name, loop) }

  /// Asks for a name until it is one; nil at the end of the input.
  static func ask(_ bench: Workbench) async throws -> LessonVoice? {
    while let line = try await bench.terminal.ask("Enter your username to start the chat:\n") {
      let name = line.withoutOuterBlanks
      let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      if isPlain, (1...64).contains(name.utf8.count) { return LessonVoice(name, on: bench.loop) }
    }
    return nil
  }

  /// A line as chat texts of at most so many bytes; none for a line of blanks.
  func texts(of line: String, limit: Int) -> [[UInt8]] {
    let text = line.withoutOuterBlanks
    guard !text.isEmpty else { return [] }
    return ChatText.pieces(time: time, name: name, text: Array(text.utf8), limit: limit)
  }

  var farewell: [UInt8] { ChatText(time: time, name: name, text: ChatText.leave).compose() }

  private var time: Timestamp { clock.next(at: .now(Instant(nanoseconds: loop.now))) }
}

extension String {
  /// Without what the lessons' programs strip off a line.
  var withoutOuterBlanks: String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !isBlank($0) }),
      let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
  }
}
