/// Room for several datagrams, to receive or send them with one system call.
///
///     var batch = DatagramBatch()
///     while true {
///       try await datagrams.receive(into: &batch)
///       try await datagrams.send(&batch)
///     }
///
/// Its memory is allocated once and used again and again. A batch that was received goes back to the
/// senders as it is; one that is filled by ``append(_:to:)`` may have a different address each time.
public struct DatagramBatch: ~Copyable, Sendable {
  let slots: DatagramSlots

  /// A datagram that the kernel did not take.
  public struct Refusal: Hashable, Sendable {
    /// Which one of the batch.
    public let index: Int

    /// Why: `EMSGSIZE` for one that is too long, `EINVAL` for port 0, and so on.
    public let error: SocketError
  }

  /// Makes an empty batch.
  ///
  /// - Parameters:
  ///   - capacity: How many datagrams fit, 1 to 1,024; less and more are taken for these.
  ///   - maximumSize: How many bytes of each, 0 to 65,535, likewise. A received one that has more is cut,
  ///     and says so.
  public init(capacity: Int = 64, maximumSize: Int = 2_048) {
    slots = DatagramSlots(
      capacity: min(max(capacity, 1), 1_024), size: min(max(maximumSize, 0), 65_535))
  }

  /// How many datagrams fit.
  public var capacity: Int { slots.capacity }

  /// The most bytes of one datagram.
  public var maximumSize: Int { slots.size }

  /// How many datagrams there are.
  public var count: Int { slots.count }

  /// Whether there are none.
  public var isEmpty: Bool { slots.count == 0 }

  /// Whether no more fit.
  public var isFull: Bool { slots.count == slots.capacity }

  /// How many datagrams, from the first, the last send is through with: those that went and those that
  /// were refused.
  ///
  /// After a send that threw, this is where the next one goes on.
  public var sentCount: Int { slots.sentCount }

  /// What the kernel refused of the last send, in order.
  public var refusals: [Refusal] { slots.refusals }

  /// A copy of the datagram at an index below ``count``; for an appended one the sender is the receiver.
  public subscript(index: Int) -> Datagrams.Datagram {
    Datagrams.Datagram(
      bytes: Array(slots.bytes(at: index)), sender: slots.address(at: index),
      originalCount: slots.originalCount(at: index))
  }

  /// Who sent the datagram at an index below ``count``, or who it goes to.
  public func address(at index: Int) -> SocketAddress { slots.address(at: index) }

  /// How many bytes the datagram at an index below ``count`` had; more than are here when it was cut.
  public func originalCount(at index: Int) -> Int { slots.originalCount(at: index) }

  /// Whether the datagram at an index below ``count`` had more bytes than ``maximumSize``.
  public func isTruncated(at index: Int) -> Bool {
    slots.originalCount(at: index) > slots.bytes(at: index).count
  }

  /// Lends the bytes of the datagram at an index below ``count``: nothing is copied.
  ///
  /// - Parameters:
  ///   - index: Which datagram.
  ///   - body: Gets its bytes.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw.
  public func withBytes<Result, Failure: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = slots.bytes(at: index)
    return try body(bytes.span)
  }

  /// Adds a datagram.
  ///
  /// - Parameters:
  ///   - bytes: What it carries; they are copied into the batch.
  ///   - address: To whom.
  /// - Returns: Whether it was added: not when the batch is full or `bytes` are more than
  ///   ``maximumSize``.
  public mutating func append(_ bytes: Span<UInt8>, to address: SocketAddress) -> Bool {
    bytes.withUnsafeBufferPointer { slots.append($0, to: address) }
  }

  /// Adds a datagram.
  ///
  /// - Parameters:
  ///   - bytes: What it carries; they are copied into the batch.
  ///   - address: To whom.
  /// - Returns: Whether it was added: not when the batch is full or `bytes` are more than
  ///   ``maximumSize``.
  public mutating func append(_ bytes: [UInt8], to address: SocketAddress) -> Bool {
    append(bytes.span, to: address)
  }

  /// Removes all datagrams and keeps the memory.
  public mutating func removeAll() { slots.removeAll() }
}
