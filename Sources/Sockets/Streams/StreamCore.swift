internal import CLinux
import Glibc

/// A descriptor on a loop: registered for as long as this value lives, then closed.
package struct Registered: ~Copyable {
  /// What kind of open file the descriptor stands for.
  package enum Kind {
    /// A socket that nobody else has open.
    case socket
    /// A socket that others have open as well, and that may block for them.
    case sharedSocket
    /// A pipe or a terminal that nobody else has open, and that does not block.
    case stream
  }

  package let descriptor: Descriptor
  fileprivate let kind: Kind
  package let loop: EventLoop
  private let token: UInt64

  /// Registers a descriptor on the calling loop, which keeps `target` alive meanwhile.
  package init(
    _ descriptor: consuming Descriptor, on loop: EventLoop, target: any ReadinessTarget,
    for interest: Readiness = .everything, kind: Kind = .socket
  ) throws(SocketError) {
    token = try loop.register(descriptor, target, for: interest)
    self.descriptor = descriptor
    self.kind = kind
    self.loop = loop
  }

  deinit {
    // What nobody else has open is gone with the close; the rest would be told of for ever.
    if kind == .sharedSocket {
      loop.deregister(descriptor, token: token)
    } else {
      loop.forget(token)
    }
  }

  /// Changes what the target is told of.
  func watch(for interest: Readiness) {
    loop.poller.modify(descriptor.rawValue, token: token, interest: interest)
  }

  /// Tells the target again in the next turn: it stopped before it had read everything.
  package func retryNextTurn() { loop.retry(token) }
}

/// One piece of a vectored write: the layout of C's `iovec`.
package struct Piece {
  package var start: UnsafeRawPointer
  package var count: Int

  package init(start: UnsafeRawPointer, count: Int) {
    self.start = start
    self.count = count
  }
}

/// The synchronous half of a stream socket: try the system call first, know when it is pointless.
///
/// Lives on its loop's thread. The owner passes on what the loop tells it with ``note(_:)``.
package struct StreamCore: ~Copyable {
  /// What a read brought.
  package enum ReadOutcome { case bytes(Int), end, wouldBlock, failed(CInt) }
  /// What a write took.
  package enum WriteOutcome { case wrote(Int), wouldBlock, failed(CInt) }

  package let registered: Registered
  private var mayRead = true
  private var mayWrite = true
  /// Whether a short read need not mean that nothing is left.
  private var readsToEnd = false
  private var isSpoilt = false

  package init(_ registered: consuming Registered) {
    // One line of a terminal, or what one writer put into a pipe, ends a read early.
    readsToEnd = registered.kind == .stream
    self.registered = registered
  }

  package var number: CInt { registered.descriptor.rawValue }
  private var isSocket: Bool { registered.kind != .stream }
  package var canRead: Bool { mayRead }
  package var canWrite: Bool { mayWrite }

  /// Makes all further writes fail: a message was cut short, and whatever followed would be out of step.
  package mutating func spoilWriting() { isSpoilt = true }

  /// An owner that makes its own system calls got EAGAIN from one that reads or accepts.
  package mutating func noteNothingToRead() { mayRead = false }

  /// An owner that makes its own system calls got EAGAIN from one that writes or connects.
  package mutating func noteNoRoom() { mayWrite = false }

  /// Takes over what the loop said about the descriptor.
  package mutating func note(_ readiness: Readiness) {
    if !readiness.isDisjoint(with: [.hangup, .failed, .urgent]) { readsToEnd = true }
    if !readiness.isDisjoint(with: [.readable, .hangup, .failed]) { mayRead = true }
    if !readiness.isDisjoint(with: [.writable, .failed]) { mayWrite = true }
  }

  /// Reads once into a buffer that is not empty.
  ///
  /// The corresponding C function is `recv`, of a pipe or a terminal `read`.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
    guard mayRead else { return .wouldBlock }
    while true {
      let result =
        isSocket
        ? parley_recv(number, buffer.baseAddress, buffer.count, dontWait)
        : parley_read(number, buffer.baseAddress, buffer.count)
      if result > 0 {
        // A short read means that nothing is left, unless the end has come in the same edge, or the read stopped
        // in front of urgent data.
        if result < buffer.count && !readsToEnd { mayRead = false }
        return .bytes(result)
      }
      if result == 0 { return .end }
      switch CInt(truncatingIfNeeded: -result) {
      case EINTR: continue
      case EAGAIN:
        mayRead = false
        return .wouldBlock
      case let code: return .failed(code)
      }
    }
  }

  /// Reads once, at most `size` bytes, onto the end of `array`, which should have the room.
  ///
  /// The corresponding C function is `recv`.
  package mutating func read(_ size: Int, into array: inout [UInt8]) -> ReadOutcome {
    var outcome = ReadOutcome.wouldBlock
    array.append(addingCapacity: size) { output in
      output.withUnsafeMutableBufferPointer { memory, initialized in
        let free = UnsafeMutableRawBufferPointer(
          memory.extracting(initialized..<initialized + size))
        outcome = read(into: free)
        if case .bytes(let count) = outcome { initialized += count }
      }
    }
    return outcome
  }

  /// Writes once what at most 1024 pieces point at, `total` bytes in all.
  ///
  /// The corresponding C function is `sendmsg`.
  package mutating func write(
    _ pieces: UnsafeBufferPointer<Piece>, total: Int
  ) -> WriteOutcome {
    guard !isSpoilt else { return .failed(EPIPE) }
    guard mayWrite else { return .wouldBlock }
    let vectors = UnsafeRawPointer(pieces.baseAddress)?.assumingMemoryBound(to: iovec.self)
    while true {
      let result = parley_sendv(number, vectors, pieces.count)
      if result >= 0 {
        if result < total { mayWrite = false }
        return .wrote(result)
      }
      if let outcome = failure(result) { return outcome }
    }
  }

  /// Writes once.
  ///
  /// The corresponding C function is `send`, of a pipe or a terminal `write`.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome {
    guard !isSpoilt else { return .failed(EPIPE) }
    guard mayWrite else { return .wouldBlock }
    while true {
      let result =
        isSocket
        ? parley_send(number, bytes.baseAddress, bytes.count, dontWait)
        : parley_write(number, bytes.baseAddress, bytes.count)
      if result >= 0 {
        if result < bytes.count { mayWrite = false }
        return .wrote(result)
      }
      if let outcome = failure(result) { return outcome }
    }
  }

  private mutating func failure(_ result: Int) -> WriteOutcome? {
    switch CInt(truncatingIfNeeded: -result) {
    case EINTR: return nil
    case EAGAIN:
      mayWrite = false
      return .wouldBlock
    case let code: return .failed(code)
    }
  }
}

/// For sockets that block for those who share them.
private var dontWait: CInt { CInt(MSG_DONTWAIT) }
