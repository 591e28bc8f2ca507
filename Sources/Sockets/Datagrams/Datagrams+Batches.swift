internal import Glibc

extension Datagrams {
  /// Receives as many messages as there are and as the batch has room for, waiting until there is one.
  ///
  /// One system call brings them all, and nothing is allocated. What the batch held is gone. When this
  /// throws, the batch is empty and no datagram is lost. After a full batch other tasks of the loop get
  /// their turn first.
  ///
  /// - Parameters:
  ///   - batch: Where they come.
  ///   - timeout: How long to wait for the first.
  /// - Returns: How many there are, at least 1.
  /// - Throws: ``SocketError`` of the operation `receive`, with the local address, or
  ///   `CancellationError`.
  ///
  /// The corresponding C function is `recvmmsg`.
  @discardableResult
  public func receive(
    into batch: inout DatagramBatch, timeout: Timeout = .inherited
  ) async throws -> Int {
    try await receive(batch.slots, timeout)
  }

  /// Sends the messages of a batch in order, waiting for room as often as needed.
  ///
  /// A message that the kernel refuses does not hold up the others: it is left out, and
  /// ``DatagramBatch/refusals`` says why. The batch stays as it is, and may be sent again.
  ///
  /// - Parameters:
  ///   - batch: What to send.
  ///   - start: The first one to send.
  ///   - timeout: How long it may take in all.
  /// - Returns: How many went: all from `start` on that were not refused.
  /// - Throws: ``SocketError`` of the operation `send`, with the local address, when the time is over or
  ///   the socket closed, or `CancellationError`. ``DatagramBatch/sentCount`` tells how far it came.
  ///
  /// The corresponding C function is `sendmmsg`.
  @discardableResult
  public func send(
    _ batch: inout DatagramBatch, from start: Int = 0, timeout: Timeout = .inherited
  ) async throws -> Int {
    try await send(batch.slots, start, timeout)
  }

  private func receive(_ slots: DatagramSlots, _ timeout: Timeout) async throws -> Int {
    guard loop.isHome else {
      return try await loop.perform { try await self.receive(slots, timeout) }
    }
    if slots.count == slots.capacity { giveWay() }
    slots.removeAll()
    return try await receiving(timeout) { number throws(SocketError) in
      let result = retrying { slots.receive(number, isDualStack: family == .ipv6) }
      // Fewer than fit: the last look found nothing, and the loop tells when more comes.
      if result > 0, result < slots.capacity { source.core?.noteNothingToRead() }
      return try outcome(of: result, "receive")
    }
  }

  private func send(
    _ slots: DatagramSlots, _ start: Int, _ timeout: Timeout
  ) async throws -> Int {
    guard loop.isHome else {
      return try await loop.perform { try await self.send(slots, start, timeout) }
    }
    let first = slots.beginSending(from: start)
    do {
      try await sending(timeout) { number throws(SocketError) in
        while slots.sentCount < slots.count {
          let result = retrying { slots.send(number) }
          if result == -Int(EAGAIN) { return false }
          if result < 0 {
            slots.refuse(SocketError(operation: "send", code: CInt(truncatingIfNeeded: -result)))
          }
        }
        return true
      }
    } catch let error as SocketError {
      throw error.about(localAddress.description)
    }
    return slots.sentCount - first - slots.refusals.count
  }
}
