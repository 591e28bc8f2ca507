import Rooms
import Sockets

extension ChatServer {
  /// Ends in order, phase by phase, each with a deadline of its own.
  ///
  /// First nobody new comes in, and those who are in are told; they are heard for the grace that the
  /// options give. Then nothing more is taken, and what was taken goes through all loops. Only then
  /// comes the goodbye: it stands behind the last text in every queue, so that all who read up to it
  /// have got the same, and each sender knows that what was not answered by then was not said. At
  /// last the clients have some time to take it, and to end as well.
  func end() async {
    report(.stopping)
    // Not cancelled with the caller's task: the end is in order also then.
    await Task { await part() }.value
    report(.stopped)
  }

  private func part() async {
    await everywhere { [doormen] loop in
      if loop.index == 0 { for doorman in doormen { doorman.stop() } }
    }
    await hearLastWords()
    await everywhere { $0.beginToRefuse() }
    await settle()
    let latches = loops.map { loop in
      let isEmpty = Latch()
      loop.loop.execute {
        loop.whenEmpty = { isEmpty.open() }
        loop.dismissAll()
        if loop.clients.isEmpty { isEmpty.open() }
      }
      return isEmpty
    }
    for isEmpty in latches { await isEmpty.wait() }
  }

  /// Warns all who are in, and gives them a moment, unless they go before.
  private func hearLastWords() async {
    let isOver = Latch()
    await everywhere { [options, directory = loops[0].directory] loop in
      loop.whenEmpty = { if directory.isEmpty { isOver.open() } }
      if options.grace > .zero { loop.warn(ServerPhase.warning(options.grace)) }
      guard loop.index == 0 else { return }
      if directory.isEmpty { isOver.open() }
      _ = loop.loop.schedule(Alarm(isOver), at: loop.loop.deadline(.after(options.grace)))
    }
    await isOver.wait()
  }

  /// Waits until nothing is under way between the loops any more.
  ///
  /// Whatever a loop puts into a parcel is with the other loop two rounds later: the first one may
  /// come in the middle of a turn, at whose end the parcels leave. A text takes two parcels: as an order
  /// to its room, and as a part of the room's turn to all who hear it. The round before this, in
  /// which the loops began to refuse, is the first of the four, and the goodbye comes after the last.
  private func settle() async {
    for _ in 0..<3 { await everywhere { _ in } }
  }

  /// Calls `body` on each loop, and comes back when all have done it.
  private func everywhere(_ body: @escaping @Sendable (ServerLoop) -> Void) async {
    let latches = loops.map { loop in
      let isDone = Latch()
      loop.loop.execute {
        body(loop)
        isDone.open()
      }
      return isDone
    }
    for isDone in latches { await isDone.wait() }
  }
}

/// Opens a latch when its time has come.
private final class Alarm: TimerTarget {
  private let latch: Latch
  init(_ latch: Latch) { self.latch = latch }
  func expired() { latch.open() }
}
