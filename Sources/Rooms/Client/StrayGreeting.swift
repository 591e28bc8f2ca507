/// The greeting for people in front of the first frame, and whatever a person is told then.
///
/// A server sends it when our first bytes come later than it waits for them: because one was lost on the way, or
/// a machine was busy. It still takes them then.
struct StrayGreeting: Sendable {
  private static let begin = Array(Porch.greeting.utf8)
  private static let limit = 512

  private var count = 0
  private var isLineOver = false
  private var isOver = false

  /// Whether some of it has come.
  var hasBegun: Bool { count > 0 }

  /// How many of the next bytes belong to it, or nil when this is a text of another kind.
  mutating func skip(_ bytes: Span<UInt8>) -> Int? {
    guard !isOver else { return 0 }
    for index in bytes.indices {
      let byte = bytes[index]
      let isBegin = count < StrayGreeting.begin.count
      // No frame is so long that its length begins otherwise than with 0, and a line of ours begins with a star.
      if byte == 0, count == 0 || isLineOver {
        isOver = true
        return index
      }
      if isLineOver, byte != UInt8(ascii: "*") { return nil }
      guard count < StrayGreeting.limit, !isBegin || byte == StrayGreeting.begin[count] else {
        return nil
      }
      count += 1
      isLineOver = !isBegin && byte == 0x0A
    }
    return bytes.count
  }
}
