import Glibc
import Sockets

/// One peer joined to an input and an output, until both directions have ended: what docs/eof.md says.
///
/// Lives on the loop. Two tasks carry the bytes, one each way, and wait whenever the other side does: no
/// more than one piece of each direction is in memory.
final class Session: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  private enum Event {
    /// Input has ended, all of it is on its way, and the peer has been told.
    case sent
    /// The peer takes no more; what it has sent before is still to be read.
    case sendingFailed(SocketError)
    case received
    /// What came so far is all that counts.
    case enough
  }

  private let passage: Passage
  private let options: SessionOptions
  private let input: any ByteInput
  private let output: any ByteOutput
  /// Whether a person types: the peer's end is the end, then.
  private let isTyped: Bool
  private let remark: Remarks

  private var sentCount = 0
  private var receivedCount = 0
  private var lastActivity: Nanoseconds
  private let begin: Nanoseconds

  init(
    _ passage: Passage, _ options: SessionOptions, _ input: any ByteInput,
    _ output: any ByteOutput, isTyped: Bool, _ remark: Remarks
  ) {
    (self.passage, self.options, self.remark) = (passage, options, remark)
    (self.input, self.output, self.isTyped) = (input, output, isTyped)
    begin = passage.connection.loop.now
    lastActivity = begin
  }

  private var connection: Connection { passage.connection }
  private var loop: EventLoop { connection.loop }
  private var peer: SocketAddress { connection.peerAddress }

  /// Carries bytes until the end.
  ///
  /// - Throws: ``Complaint`` or ``SocketError``, after all that came before has been written;
  ///   ``NobodyReads``; `CancellationError`.
  func run() async throws {
    defer { remark("\(sentCount) bytes sent, \(receivedCount) received") }
    try await withThrowingTaskGroup(of: Event.self) { group in
      defer { group.cancelAll() }
      if !options.isReceiveOnly { group.addTask { try await self.send() } }
      group.addTask { try await self.receive() }
      if case .after(let limit) = options.idle {
        group.addTask { try await self.watch(limit) }
      }
      try await end(&group)
    }
  }

  /// Waits for both directions, or for whatever ends the session before.
  private func end(_ group: inout ThrowingTaskGroup<Event, any Error>) async throws {
    var isSending = !options.isReceiveOnly
    var isReceiving = true
    var failure: SocketError?
    while let event = try await group.next() {
      switch event {
      case .sent:
        isSending = false
        if case .after(let delay) = options.quit { group.addTask { try await self.quit(delay) } }
        if options.isSendOnly { group.addTask { try await self.confirm() } }
      case .sendingFailed(let error):
        isSending = false
        failure = error
      case .received:
        isReceiving = false
        if options.isReceiveOnly || (isTyped && !options.isSendOnly) { return }
      case .enough:
        return
      }
      if !isSending, !isReceiving {
        if let failure { throw reset(failure) }
        return
      }
    }
  }

  // MARK: - The two directions

  private func send() async throws -> Event {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(65_536)
    while try await input.read(into: &buffer) > 0 {
      do {
        try await passage.write(buffer)
      } catch let error as SocketError {
        return .sendingFailed(error)
      }
      sentCount += buffer.count
      lastActivity = loop.now
      buffer.removeAll(keepingCapacity: true)
    }
    do {
      try await passage.shutdownWrite()
    } catch let error as SocketError {
      return .sendingFailed(error)
    }
    remark("input has ended after \(sentCount) bytes; \(peer) has been told")
    return .sent
  }

  private func receive() async throws -> Event {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(65_536)
    while true {
      do {
        guard try await passage.read(into: &buffer) > 0 else { break }
      } catch let error as SocketError {
        throw reset(error)
      }
      receivedCount += buffer.count
      lastActivity = loop.now
      if !options.isSendOnly { try await output.write(buffer) }
      buffer.removeAll(keepingCapacity: true)
    }
    remark("\(peer) has ended after \(receivedCount) bytes")
    output.finish()
    return .received
  }

  /// The words for a connection that is gone; other errors have their own.
  private func reset(_ error: SocketError) -> any Error {
    guard ExitCode(error) == .reset else { return error }
    let time = Duration.nanoseconds(Int64(clamping: now - begin)).words
    return Complaint(
      "\(peer) reset the connection after \(time), "
        + "\(sentCount) bytes sent and \(receivedCount) received", .reset)
  }

  // MARK: - Limits

  /// Ends the session when nothing has moved for so long.
  private func watch(_ limit: Duration) async throws -> Event {
    while true {
      let rest = Int64(clamping: lastActivity &+ limit.clampedNanoseconds) - Int64(clamping: now)
      guard rest > 0 else {
        throw Complaint("\(peer): nothing sent or received for \(limit.words)", .timedOut)
      }
      try await loop.sleep(for: .nanoseconds(rest))
    }
  }

  private func quit(_ delay: Duration) async throws -> Event {
    try await loop.sleep(for: delay)
    remark("\(delay.words) since the end of input")
    return .enough
  }

  /// Waits until the peer's system has everything: closing before could lose what is on its way.
  private func confirm() async throws -> Event {
    var pause = Duration.milliseconds(1)
    while connection.unconfirmed > 0 {
      try await loop.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(50))
    }
    remark("\(peer) has confirmed all of it")
    return .enough
  }

  private var now: Nanoseconds { loop.deadline(.after(.zero)) }
}
