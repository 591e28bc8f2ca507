/// What is sent back to a chunk of bytes; see ``Connection/forEach(timeout:_:)``.
public struct Replies: ~Copyable {
  private let source: Source
  var pending: [UInt8] = []
  var sent = 0

  /// From this size on bytes are sent from where they are; smaller ones are collected first.
  private static let direct = 4_096

  init(to source: Source) { self.source = source }

  /// Adds bytes to what is sent when the call that lends the replies returns.
  ///
  /// - Parameter bytes: What to send; many at once may leave at once.
  public mutating func write(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      if bytes.count >= Replies.direct, pending.isEmpty { rest = rest.dropFirst(writeNow(bytes)) }
      if !rest.isEmpty { pending.append(contentsOf: rest) }
    }
  }

  /// Adds bytes to what is sent when the call that lends the replies returns.
  ///
  /// - Parameter bytes: What to send.
  public mutating func write(_ bytes: [UInt8]) { write(bytes.span) }

  /// Adds text, in UTF-8.
  ///
  /// - Parameter text: What to send; no line end is added.
  public mutating func write(_ text: String) { write(Array(text.utf8)) }

  /// Collects the replies to a chunk; the error that ended it.
  mutating func collect(
    _ bytes: [UInt8], _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) -> (any Error)? {
    do { try body(bytes.span, &self) } catch { return error }
    return nil
  }

  /// Sends what there is room for; false when something is left.
  mutating func flush() -> Bool {
    guard !pending.isEmpty else { return true }
    sent += pending.withUnsafeBytes { writeNow(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
    guard sent == pending.count else { return false }
    clear()
    return true
  }

  /// Forgets everything; memory that one large reply needed is given back.
  mutating func clear() {
    sent = 0
    if pending.capacity > 131_072 {
      pending = []
    } else {
      pending.removeAll(keepingCapacity: true)
    }
  }

  /// Writes once, if no other task writes; errors are left to the next write.
  private func writeNow(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard source.loop.isCurrent, source.take(.writing) else { return 0 }
    defer { source.end(.writing) }
    guard case .wrote(let count) = source.core?.write(bytes) else { return 0 }
    return count
  }
}
