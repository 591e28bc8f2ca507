package import Sockets
package import Wire

/// Takes part in a chat for two: drives a ``TalkSession`` with connections and a clock.
///
/// Lives on the loop of its connections, where every method is called.
package final class TalkMember: Participant, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// Where partners come from.
  package enum Line: Sendable {
    case called(Connection)
    case listening([Listener])
  }

  /// With so many events to show, nothing more is taken in, be it typed or said, and nobody let in.
  private static let eventLimit = 256
  /// So many callers at a time are told that the line is busy; further ones are just closed.
  private static let busyLimit = 8

  private let line: Line
  private let loop: EventLoop
  private let format: FrameFormat
  private var session: TalkSession
  private var link: FrameLink?
  /// Texts that the link did not take: it has ended, and that is not told of yet.
  private var refusedTexts = 0
  private var busyCount = 0
  private var events: [MemberEvent] = []
  private var ending: MemberEnding?

  private let mayType = Gate()
  private let mayRead = Gate()
  private let hasEvents = Gate()
  private let hasEnded = Gate()

  /// Takes over the connection or the listeners.
  ///
  /// - Parameters:
  ///   - line: Where partners come from.
  ///   - loop: Its loop.
  ///   - name: What we are called; nil to ask for it.
  ///   - format: `u16` or `u32`.
  package init(_ line: Line, on loop: EventLoop, name: String?, _ format: FrameFormat) {
    (self.line, self.loop, self.format) = (line, loop, format)
    let isListener = if case .listening = line { true } else { false }
    session = TalkSession(name: name, format, isListener: isListener)
    // Lines may be typed before this runs, and are for whom we have called.
    if case .called(let connection) = line { _ = take(connection) }
  }

  package var unsaidCount: Int { session.unsaidCount }
  package var company: String { session.company }

  package func run(
    _ show: @escaping @Sendable ([MemberEvent]) async -> Void
  ) async -> MemberEnding {
    precondition(loop.isCurrent, "a member lives on its loop")
    return await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.present(show) }
        switch line {
        case .called: if let link { group.addTask { await self.talk(link) } }
        case .listening(let listeners):
          for listener in listeners { group.addTask { await self.listen(listener) } }
        }
        drain()
        if ending == nil { await hasEnded.wait() }
        if case .listening(let listeners) = line { for listener in listeners { listener.close() } }
        group.cancelAll()
      }
      return ending ?? .left
    } onCancel: {
      loop.execute { self.end() }
    }
  }

  // MARK: - What the user wants

  package func type(_ line: [UInt8]) async -> Bool {
    precondition(loop.isCurrent, "a member lives on its loop")
    while ending == nil, !hasRoom || link?.isRoomy == false { await mayType.wait() }
    guard ending == nil else { return false }
    session.type(line, at: now)
    drain()
    return true
  }

  package func endInput() {
    session.endInput()
    drain()
  }

  package func leave() {
    session.leave()
    drain()
  }

  package func abandon() { end() }

  // MARK: - The session

  private var hasRoom: Bool { events.count < TalkMember.eventLimit }

  private var now: Moment { .now(Instant(nanoseconds: loop.now)) }

  /// Does what the session wants, after every input.
  private func drain() {
    while let action = session.next() {
      switch action {
      case .say(let text): if link?.send(text) != true { refusedTexts += 1 }
      case .hangUp(let patience): link?.finish(within: patience)
      case .show(let event): events.append(event)
      case .ended: end()
      }
    }
    if !events.isEmpty { hasEvents.open() }
  }

  private func end() {
    guard ending == nil else { return }
    ending = .left
    for gate in [mayType, mayRead, hasEvents, hasEnded] { gate.open() }
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
      mayType.open()
    }
  }

  // MARK: - Connections

  private func listen(_ listener: Listener) async {
    do {
      try await listener.run { incident in
        self.loop.execute { if self.hasRoom { self.remark("\(incident)") } }
      } _: { connection in
        await self.answer(connection)
      }
    } catch let error as SocketError {
      remark("\(error); nobody can call any more")
    } catch {
      // Cancelled: it is over.
    }
  }

  private func remark(_ words: String) {
    session.remark(words)
    drain()
  }

  /// Makes somebody our partner, unless we have one.
  private func take(_ connection: Connection) -> FrameLink? {
    guard session.connected(connection.peerAddress) else { return nil }
    let link = FrameLink(connection, format)
    link.onRoom = { [weak self] in self?.mayType.open() }
    self.link = link
    refusedTexts = 0
    return link
  }

  private func answer(_ connection: Connection) async {
    guard ending == nil, hasRoom, link == nil || busyCount < TalkMember.busyLimit else {
      return connection.close()
    }
    let link = take(connection)
    drain()
    if let link { await talk(link) } else { await refuse(connection) }
  }

  private func talk(_ link: FrameLink) async {
    let ending = await link.run { await self.receive($0) }
    self.link = nil
    mayType.open()
    session.disconnected(ending, unsent: link.unsentCount + refusedTexts)
    drain()
  }

  private func receive(_ payload: [UInt8]) async {
    while ending == nil, !hasRoom { await mayRead.wait() }
    session.received(payload)
    drain()
  }

  private func refuse(_ connection: Connection) async {
    busyCount += 1
    defer { busyCount -= 1 }
    let link = FrameLink(connection, format)
    link.send(session.busyText(at: now))
    link.finish()
    _ = await link.run { _ in }
  }
}
