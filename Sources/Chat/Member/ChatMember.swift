package import Sockets
internal import Wire

/// Takes part in a chat: drives a ``MemberSession`` with sockets, one after another, and a clock.
///
/// Lives on the connection's loop: every method is called there. ``run(_:)`` goes on until the session
/// has ended; meanwhile ``type(_:)`` says lines, one caller at a time, and waits while the server or
/// the network cannot take more. All connections are closed when it has ended.
package final class ChatMember: Participant, TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread, as `precondition`s check.

  /// With so many events to show, or bytes to write, no more are taken in.
  private static let eventLimit = 256
  private static let byteLimit = 262_144

  private let loop: EventLoop
  private let dial: @Sendable () async throws -> Connection
  /// Nil while there is none.
  private var connection: Connection?
  private var wantsConnection = false
  private var session: any MemberSession
  private var ending: MemberEnding?
  private let pacing: Pacing?

  private var outgoing: [[UInt8]] = []
  private var outgoingBytes = 0
  private var wantsEndOfWriting = false
  private var events: [MemberEvent] = []
  private var timer: Timers<any TimerTarget>.ID?
  private var timerDeadline = Nanoseconds.max

  private let mayType = Gate()
  private let mayRead = Gate()
  private let hasOutgoing = Gate()
  private let hasEvents = Gate()
  private let hasEnded = Gate()
  private let mayTalk = Gate()
  private let hasHungUp = Gate()

  /// `dial` opens a connection like the first one, for a session that asks for another.
  package init(
    _ connection: Connection, _ session: any MemberSession,
    dial: @escaping @Sendable () async throws -> Connection = { throw CancellationError() }
  ) {
    loop = connection.loop
    self.dial = dial
    self.connection = connection
    self.session = session
    pacing = session.paced.map {
      Pacing($0, peer: connection.peerAddress, loop: connection.loop)
    }
  }

  /// How much of what was typed was not said.
  package var unsaidCount: Int { session.unsaidCount }

  package var company: String { connection.map { "\($0.peerAddress)" } ?? "" }

  /// Takes part until the session ends; cancelling the task ends it at once.
  ///
  /// - Parameter show: Gets the events in order, several at a time; while it waits, the server does.
  /// - Returns: How it ended. Everything has been shown by then.
  package func run(
    _ show: @escaping @Sendable ([MemberEvent]) async -> Void
  ) async -> MemberEnding {
    precondition(loop.isCurrent, "a member lives on its connection's loop")
    return await withTaskCancellationHandler {
      drain()
      await withDiscardingTaskGroup { group in
        group.addTask { await self.talk() }
        group.addTask { await self.present(show) }
        if ending == nil { await hasEnded.wait() }
        group.cancelAll()
      }
      connection?.close()
      return ending ?? .left
    } onCancel: {
      loop.execute { self.end(.left) }
    }
  }

  // MARK: - What the user wants

  /// Says a line, once the session can take it.
  ///
  /// - Returns: false when it has ended before.
  package func type(_ line: [UInt8]) async -> Bool {
    precondition(loop.isCurrent, "a member lives on its connection's loop")
    while ending == nil, !isReady { await mayType.wait() }
    guard ending == nil else { return false }
    session.type(line, at: now)
    drain()
    return true
  }

  /// Nothing more will be typed: everything is finished, then the session ends.
  package func endInput() {
    session.endInput(at: now)
    drain()
  }

  /// Ends the session in order.
  package func leave() {
    session.leave(at: now)
    drain()
  }

  /// Ends the session at once, whatever is under way.
  package func abandon() { end(.left) }

  // MARK: - The session

  private var now: Moment { .now(Instant(nanoseconds: loop.now)) }

  private var isReady: Bool {
    session.isReady && outgoingBytes < ChatMember.byteLimit
  }

  /// Does what the session wants, after every input.
  private func drain() {
    while let action = session.next() {
      switch action {
      case .transmit(let bytes):
        outgoing.append(bytes)
        outgoingBytes += bytes.count
      case .endWriting: wantsEndOfWriting = true
      case .hangUp: hangUp()
      case .dial:
        wantsConnection = true
        mayTalk.open()
      case .show(let event): events.append(event)
      case .ended(let ending): end(ending)
      }
    }
    if !outgoing.isEmpty || wantsEndOfWriting { hasOutgoing.open() }
    if !events.isEmpty { hasEvents.open() }
    if isReady { mayType.open() }
    arm()
  }

  private func end(_ ending: MemberEnding) {
    guard self.ending == nil else { return }
    self.ending = ending
    for gate in [mayType, mayRead, hasOutgoing, hasEvents, hasEnded, mayTalk, hasHungUp] {
      gate.open()
    }
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  /// The timer moves only to an earlier moment; one that comes too early does no harm.
  private func arm() {
    guard ending == nil, let deadline = session.deadline?.nanoseconds else { return }
    guard timer == nil || deadline < timerDeadline else { return }
    if let timer { loop.cancel(timer) }
    timer = loop.schedule(self, at: deadline)
    timerDeadline = deadline
  }

  package func expired() {
    timer = nil
    guard ending == nil else { return }
    session.expire(at: now)
    drain()
  }

  // MARK: - Tasks

  /// Talks over one connection after another.
  private func talk() async {
    while ending == nil {
      if let connection { await talk(over: connection) }
      guard ending == nil else { return }
      guard wantsConnection else {
        await mayTalk.wait()
        continue
      }
      wantsConnection = false
      await connect()
    }
  }

  private func connect() async {
    do {
      let connection = try await dial()
      guard ending == nil else { return connection.close() }
      self.connection = connection
      session.connected(at: now)
    } catch {
      guard ending == nil else { return }
      session.finish(error as? SocketError, at: now)
    }
    drain()
  }

  private func talk(over connection: Connection) async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.read(connection) }
      group.addTask { await self.write(connection) }
      while isUp(connection) { await hasHungUp.wait() }
      group.cancelAll()
    }
  }

  private func isUp(_ connection: Connection) -> Bool {
    ending == nil && self.connection?.source === connection.source
  }

  private func hangUp() {
    connection?.close()
    connection = nil
    outgoing = []
    outgoingBytes = 0
    for gate in [mayRead, hasOutgoing, hasHungUp] { gate.open() }
  }

  private func read(_ connection: Connection) async {
    var buffer: [UInt8] = []
    while isUp(connection) {
      while isUp(connection), events.count >= ChatMember.eventLimit { await mayRead.wait() }
      var failure: SocketError?
      do {
        buffer.removeAll(keepingCapacity: true)
        if try await connection.read(into: &buffer, timeout: .none) > 0 {
          session.receive(buffer.span, at: now)
          drain()
          continue
        }
      } catch let error as SocketError {
        failure = error
      } catch {
        return  // Cancelled, because it has ended.
      }
      guard isUp(connection) else { return }
      session.finish(failure, at: now)
      drain()
      return
    }
  }

  private func write(_ connection: Connection) async {
    while isUp(connection) {
      let batch = outgoing
      outgoing = []
      do {
        for piece in batch {
          try await pace(connection)
          try await connection.write(piece, timeout: .none)
          guard isUp(connection) else { return }
          outgoingBytes -= piece.count
        }
        if !batch.isEmpty, isReady { mayType.open() }
        guard outgoing.isEmpty else { continue }
        if wantsEndOfWriting {
          wantsEndOfWriting = false
          try await connection.shutdownWrite(timeout: .none)
          session.writingEnded(at: now)
          drain()
        }
      } catch {
        // What is wrong shows when reading, behind what the server still had to say about it.
        return
      }
      if isUp(connection), outgoing.isEmpty { await hasOutgoing.wait() }
    }
  }

  /// Waits until a server of the lessons' kind can keep in step with one more frame.
  private func pace(_ connection: Connection) async throws {
    guard let pacing else { return }
    while let number = connection.source.core?.number, !pacing.mayBegin(number) {
      try await loop.sleep(for: .milliseconds(1))
    }
  }

  private func present(_ show: @Sendable ([MemberEvent]) async -> Void) async {
    while true {
      guard !events.isEmpty else {
        guard ending == nil else { return }
        await hasEvents.wait()
        continue
      }
      let batch = events
      events = []
      await show(batch)
      mayRead.open()
    }
  }
}
