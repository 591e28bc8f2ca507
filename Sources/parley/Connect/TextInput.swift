/// A text in the place of standard input: `--send TEXT`.
final class TextInput: ByteInput, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  private var text: [UInt8]

  init(_ text: String) { self.text = Array(text.utf8) }

  func read(into buffer: inout [UInt8]) async throws -> Int {
    defer { text = [] }
    buffer += text
    return text.count
  }
}
