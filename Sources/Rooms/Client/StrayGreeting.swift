/// The greeting for people in front of the first frame.
///
/// A server sends it when our first bytes come later than it waits for them: because one was lost on the way, or
/// a machine was busy. It still takes them then.
struct StrayGreeting: Sendable {
  private static let begin = Array(Porch.greeting.utf8)
  private static let limit = 512

  private var count = 0
  private var isOver = false

  /// How many of the next bytes belong to it, or nil when this is a text of another kind.
  mutating func skip(_ bytes: Span<UInt8>) -> Int? {
    guard !isOver else { return 0 }
    for index in bytes.indices {
      let byte = bytes[index]
      // No frame is so long that its length begins otherwise.
      if count == 0, byte == 0 {
        isOver = true
        return 0
      }
      let isBegin = count < StrayGreeting.begin.count
      guard count < StrayGreeting.limit, !isBegin || byte == StrayGreeting.begin[count] else {
        return nil
      }
      count += 1
      if !isBegin, byte == 0x0a {
        isOver = true
        return index + 1
      }
    }
    return bytes.count
  }
}
