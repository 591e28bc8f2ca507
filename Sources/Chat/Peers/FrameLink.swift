internal import Glibc
package import Sockets
package import Wire

/// One connection that carries chat texts in frames, gently: a program that takes one read for a frame
/// keeps in step.
///
/// Lives on the connection's loop: every method is called there. ``run(_:)`` reads, writes and ends; what
/// it returns is the one thing to be told of the end, and the last. See docs/wire.md for how it sends.
package final class FrameLink: TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// How long a peer may leave something unacknowledged, and how long a dead one goes unnoticed.
  private static let patience = Duration.seconds(30)
  private static let keepAlive = KeepAlive(idle: .seconds(15), interval: .seconds(5), count: 3)
  /// How long to wait for acknowledgements before the next look.
  private static let looks = (first: Duration.milliseconds(1), last: Duration.milliseconds(16))

  package let connection: Connection
  /// Called when a queue that was long is short again.
  package var onRoom: () -> Void = {}
  private var lane: FrameLane
  private let pacing: Pacing
  private var wasRoomy = true
  /// A reset that a write was told of: reading then finds just an end.
  private var reset: SocketError?
  private var timer: (id: Timers<any TimerTarget>.ID, deadline: Instant)?
  private let hasOutgoing = Gate()
  private let hasEnded = Gate()

  /// Takes over a connection, which ``run(_:)`` closes; frames are of `u16` or `u32`.
  package convenience init(_ connection: Connection, _ format: FrameFormat) {
    self.init(connection, format, FrameLane.Limits())
  }

  init(_ connection: Connection, _ format: FrameFormat, _ limits: FrameLane.Limits) {
    self.connection = connection
    lane = FrameLane(format, limits: limits)
    pacing = Pacing(format, peer: connection.peerAddress, loop: connection.loop)
  }

  package var peerAddress: SocketAddress { connection.peerAddress }
  /// How many frames have not gone out; after the end these are lost.
  package var unsentCount: Int { lane.queuedFrames }
  /// Whether little waits to be sent; when it is false, who can wait should, until ``onRoom``.
  package var isRoomy: Bool { lane.isRoomy }

  /// Queues a payload of 1 to 1400 bytes less the header; the caller cuts longer texts.
  ///
  /// Too much for the peer ends the link with ``LinkEnding/tooSlow``.
  ///
  /// - Returns: false when it will not be sent.
  @discardableResult
  package func send(_ payload: [UInt8]) -> Bool {
    let isQueued = lane.send(payload)
    settle()
    return isQueued
  }

  /// Sends what is queued, if that takes no longer than `patience`, and ends in order.
  package func finish(within patience: Duration = .seconds(2)) {
    lane.finish(within: patience, at: now)
    settle()
  }

  /// Ends it at once.
  package func cut() {
    lane.end(.left)
    settle()
  }

  /// Carries texts until the end; cancelling the task ends it at once.
  ///
  /// - Parameter receive: Gets each payload, never an empty one; while it waits, nothing is read.
  /// - Returns: How it ended; the connection is closed by then.
  package func run(
    _ receive: @escaping @Sendable ([UInt8]) async -> Void
  ) async -> LinkEnding {
    precondition(loop.isCurrent, "a link lives on its connection's loop")
    defer { connection.close() }
    return await withTaskCancellationHandler {
      await watchForDeath()
      settle()
      await withDiscardingTaskGroup { group in
        group.addTask { await self.read(receive) }
        group.addTask { await self.write() }
        if lane.ending == nil { await hasEnded.wait() }
        group.cancelAll()
      }
      return lane.ending ?? .left
    } onCancel: {
      loop.execute { self.cut() }
    }
  }

  // MARK: - What follows from an input

  private var loop: EventLoop { connection.loop }
  private var now: Instant { Instant(nanoseconds: loop.now) }

  /// Lets go on what can, after every input.
  private func settle() {
    hasOutgoing.open()
    guard lane.ending == nil else {
      hasEnded.open()
      if let timer { loop.cancel(timer.id) }
      timer = nil
      return
    }
    let isRoomy = lane.isRoomy
    if isRoomy, !wasRoomy { onRoom() }
    wasRoomy = isRoomy
    // The timer moves only to an earlier moment; one that comes too early does no harm.
    guard let deadline = lane.deadline, timer.map({ deadline < $0.deadline }) ?? true else {
      return
    }
    if let timer { loop.cancel(timer.id) }
    timer = (loop.schedule(self, at: deadline.nanoseconds), deadline)
  }

  package func expired() {
    timer = nil
    lane.expire(at: now)
    settle()
  }

  // MARK: - Tasks

  /// Has the kernel tell of a peer that is gone without a word.
  private func watchForDeath() async {
    guard connection.peerAddress.family != .unix else { return }
    try? await connection.set(.noDelay, to: true)
    try? await connection.set(.keepAlive, to: FrameLink.keepAlive)
    try? await connection.set(.userTimeout, to: FrameLink.patience)
  }

  private func read(_ receive: @Sendable ([UInt8]) async -> Void) async {
    var buffer: [UInt8] = []
    while lane.ending == nil {
      lane.listen(at: now)
      settle()
      buffer.removeAll(keepingCapacity: true)
      do {
        guard try await connection.read(into: &buffer, timeout: .none) > 0 else {
          lane.peerEnded(reset)
          break
        }
      } catch {
        // Cancelled, it has ended before.
        if let error = error as? SocketError { lane.peerEnded(error) }
        break
      }
      lane.receive(buffer.span)
      while let payload = lane.nextPayload() { await receive(payload) }
    }
    settle()
  }

  private func write() async {
    while lane.ending == nil {
      do {
        while let frame = lane.nextFrame() {
          try await takeTurn()
          try await connection.write(frame, timeout: .after(FrameLink.patience))
          lane.frameSent()
          settle()
        }
        if lane.mayEndWriting {
          try await connection.shutdownWrite(timeout: .none)
          lane.writingEnded(at: now)
          settle()
        }
      } catch {
        // Another error shows when reading, behind what the peer still had to say.
        if let error = error as? SocketError {
          if error.code == ETIMEDOUT { lane.end(.failed(error)) }
          if error.code == ECONNRESET { reset = error }
        }
        return settle()
      }
      if lane.ending == nil { await hasOutgoing.wait() }
    }
  }

  /// Waits until the peer has acknowledged so much that one more frame keeps it in step.
  ///
  /// The kernel tells nobody when an acknowledgement comes, so this looks, ever more rarely. A reset leaves
  /// the count as it was, but it ends the reading, and so this.
  private func takeTurn() async throws {
    var pause = FrameLink.looks.first
    let end = now + FrameLink.patience
    while let number = connection.source.core?.number, !pacing.mayBegin(number) {
      guard now < end else {
        throw SocketError(
          operation: "write", address: connection.peerAddress.description,
          reason: .timedOut(after: FrameLink.patience))
      }
      try await loop.sleep(for: pause)
      pause = min(pause * 2, FrameLink.looks.last)
    }
  }
}
