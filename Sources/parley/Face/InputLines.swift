/// Cuts what is piped in into lines.
struct InputLines {
  enum Line: Equatable {
    case text([UInt8])
    /// The line was longer than the limit and is gone.
    case tooLong
  }

  private let limit: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var isSkipping = false

  /// - Parameter limit: The most bytes that a line may have without its end.
  init(limit: Int) { self.limit = limit }

  mutating func receive(_ bytes: [UInt8]) {
    buffer.removeSubrange(..<start)
    start = 0
    buffer += bytes
  }

  /// The next complete line; `atEnd` says that nothing more comes, so that the last one needs no end.
  mutating func next(atEnd: Bool = false) -> Line? {
    while true {
      let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n"))
      guard let end = end ?? (atEnd && start < buffer.count ? buffer.count : nil) else {
        return skipIfTooLong()
      }
      var line = buffer[start..<end]
      start = min(end + 1, buffer.count)
      if isSkipping {
        isSkipping = false
        continue
      }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      return line.count > limit ? .tooLong : .text(Array(line))
    }
  }

  /// Forgets the beginning of a line that is too long already, and tells so once.
  private mutating func skipIfTooLong() -> Line? {
    // One more for a CR that belongs to the end.
    guard isSkipping || buffer.count - start > limit + 1 else { return nil }
    defer { isSkipping = true }
    start = buffer.count
    return isSkipping ? nil : .tooLong
  }
}
