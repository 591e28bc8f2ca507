extension Connection {
  /// What is sent back to a chunk of bytes; see ``Connection/forEach(timeout:_:)``.
  public struct Replies: ~Copyable {
    private let source: Source
    /// Whether replies may leave during the call: only on the loop's thread.
    private let isDirect: Bool
    private(set) var pending: [UInt8] = []
    private var sent = 0
    /// The turn to write is kept as long as something is left, or another task's message would land in the middle.
    private(set) var hasTurn = false
    private var hasBegun = false

    /// From this size on bytes are sent from where they are; smaller ones are collected first.
    private static let direct = 4_096

    init(to source: Source, isDirect: Bool = true) {
      self.source = source
      self.isDirect = isDirect
    }

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
      guard !pending.isEmpty else {
        giveBack()
        return true
      }
      sent += pending.withUnsafeBytes { writeNow(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      guard sent == pending.count else { return false }
      clear()
      return true
    }

    /// Forgets everything; memory that one large reply needed is given back.
    mutating func clear() {
      sent = 0
      giveBack()
      if pending.capacity > 131_072 {
        pending = []
      } else {
        pending.removeAll(keepingCapacity: true)
      }
    }

    /// What there was no room for, for a task that then has the turn if these have had it.
    mutating func takeRest() -> Rest {
      let rest = Rest(bytes: pending, sent: sent, hasTurn: hasTurn, isMidway: hasBegun)
      pending = []
      sent = 0
      hasTurn = false
      hasBegun = false
      return rest
    }

    struct Rest {
      let bytes: [UInt8]
      let sent: Int
      let hasTurn: Bool
      /// Whether a part has been sent, which may be longer than `sent`.
      let isMidway: Bool
    }

    /// Gives the turn to write back.
    mutating func giveBack() {
      hasBegun = false
      guard hasTurn else { return }
      hasTurn = false
      source.end(.writing)
    }

    /// Writes once, if no other task writes; errors are left to the next write.
    private mutating func writeNow(_ bytes: UnsafeRawBufferPointer) -> Int {
      guard isDirect, hasTurn || source.take(.writing) else { return 0 }
      hasTurn = true
      guard case .wrote(let count) = source.core?.write(bytes) else { return 0 }
      hasBegun = hasBegun || count > 0
      return count
    }
  }
}
