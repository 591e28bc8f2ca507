import Glibc
import Sockets
import Wire

/// Who gets what comes over a link, always on the loop's thread.
protocol LinkOwner: AnyObject {
  /// The peer said something; the bytes are valid only during the call.
  func received(_ bytes: Span<UInt8>)
  /// The peer will say no more.
  func ended()
  /// The link is gone and will not be heard of again. `code` is the `errno` that ended it, or 0.
  func lost(_ code: CInt)
  /// More waits for this client than the limit allows; what it has to get will never reach it.
  func overflowed(_ limit: LimitName)
}

/// One client's socket with its outbox: reads within a budget, writes once a turn, and ends in order.
final class Link {
  private enum State {
    case open
    /// What is queued goes out, and nothing is added.
    case finishing
    /// All has gone out, and so has the end; the peer's end is awaited.
    case halfClosed
    case closed
  }

  // Unchecked, as the loop's own state: each recipient of each turn comes by here. What every one of
  // them needs stands first, in as few cache lines as can be.
  private let flusher: Flusher
  @exclusivity(unchecked) private var state = State.open
  @exclusivity(unchecked) private(set) var isOverfull = false
  @exclusivity(unchecked) private var admitsGoodbye = false
  @exclusivity(unchecked) private var isPaused = false
  @exclusivity(unchecked) private var hasPeerEnded = false
  /// Whether the kernel takes no more for now, and that was counted.
  @exclusivity(unchecked) private var isFull = false
  /// Whether its owner does not want to hear more for now.
  @exclusivity(unchecked) private var isHeld = false
  /// Whether the flusher looks whether it stays over the soft limit.
  @exclusivity(unchecked) private var isWatched = false
  @exclusivity(unchecked) var place = FlushQueue.Place()
  /// Whether the client leaves out what some people say.
  @exclusivity(unchecked) var isSelective = false
  @exclusivity(unchecked) private var outbox = Outbox()
  /// What the flusher was told of the outbox.
  @exclusivity(unchecked) private var counted = 0
  /// What goes out before all that is queued, while there is something.
  @exclusivity(unchecked) private var catchUp: CatchUp?
  @exclusivity(unchecked) private var core: StreamCore?
  @exclusivity(unchecked) private var pacing: Pacing?
  private let owner: Unowned
  private var timer: Timers<any TimerTarget>.ID?
  /// How long the peer's end is awaited when all has gone out; nil for as long as ``finish`` said.
  private var farewell: Duration?
  let peer: SocketAddress

  /// A reference that does not keep its owner alive: the owner outlives the link's last call.
  private struct Unowned { unowned let owner: any LinkOwner }

  /// How often a link reads before others have their turn.
  private static let readBudget = 4

  /// Registers the socket on the flusher's loop.
  ///
  /// `pacing` is for peers that can take only one frame at a time.
  init(
    _ descriptor: consuming Descriptor, peer: SocketAddress, flusher: Flusher, owner: any LinkOwner,
    pacing: Pacing? = nil
  ) throws(SocketError) {
    self.peer = peer
    self.flusher = flusher
    self.owner = Unowned(owner: owner)
    self.pacing = pacing
    core = StreamCore(try Registered(descriptor, on: flusher.loop, target: self))
  }

  var isOpen: Bool { state == .open }

  /// Bytes that wait.
  var queued: Int { outbox.byteCount + (catchUp?.queued ?? 0) }

  /// Paces from now on, once the door has told that the peer needs it.
  func pace(_ pacing: Pacing) { self.pacing = pacing }

  /// Reads what is there, before the loop tells of it.
  func look() { ready(.readable) }

  /// Reads nothing for now: what the peer says fills its own buffers.
  func holdReading() { isHeld = true }

  /// Bytes that have come and were not read.
  var unread: Int {
    var count: CInt = 0
    guard let number = core?.number, ioctl(number, UInt(FIONREAD), &count) == 0 else { return 0 }
    return Int(count)
  }

  func resumeReading() {
    guard isHeld else { return }
    isHeld = false
    look()
  }

  /// Queues bytes for this client alone.
  func send(_ bytes: [UInt8]) {
    guard takesMore() else { return }
    outbox.append(bytes, from: flusher.pool)
    mark()
  }

  /// Queues a part of a shared block.
  func send(_ block: Block, _ range: Range<Int>) {
    guard takesMore() else { return }
    outbox.append(block, range)
    mark()
  }

  /// Sends what the client has missed, behind what is queued and before all that comes.
  ///
  /// However much that is, it alone does not make the client slow at once.
  func send(_ missed: CatchUp) {
    guard catchUp == nil, takesMore() else { return }
    missed.begin(behind: &outbox)
    count()
    missed.count(flusher)
    catchUp = missed
    watch()
    mark()
  }

  /// Sends what is queued, half-closes, and closes when the peer has; in `patience` at the latest.
  ///
  /// With a `farewell` all of `patience` is for what is queued, and that for the peer's end.
  func finish(within patience: Duration, farewell: Duration? = nil) {
    guard state == .open else { return }
    state = .finishing
    self.farewell = farewell
    if isHeld {
      // What has come meanwhile is read away: closed over it, the connection would be reset.
      isHeld = false
      core?.registered.retryNextTurn()
    }
    let deadline = flusher.loop.deadline(.after(patience))
    timer = flusher.loop.schedule(self, at: deadline)
    mark()
  }

  /// Closes now.
  func drop() { close(0) }

  /// Goes on after the peer was given time to acknowledge.
  func resume() {
    isPaused = false
    mark()
  }

  /// Whether more may be queued; a client that lets too much wait is slow.
  ///
  /// It is asked before something is added: one turn may bring more than the limit, and that is
  /// not the fault of a client that has taken everything so far.
  private func takesMore() -> Bool {
    guard state == .open, !isOverfull else { return false }
    guard outbox.byteCount > flusher.limit, !admitsGoodbye else {
      admitsGoodbye = false
      return true
    }
    return takesMoreBeyondLimit()
  }

  // Apart, as nearly all of those that are asked do not come here.
  @inline(never)
  private func takesMoreBeyondLimit() -> Bool {
    // An error shows itself again at the end of the turn; now members are walked through.
    _ = advance()
    guard outbox.byteCount > flusher.limit else { return true }
    cut(.maxSendq)
    return false
  }

  /// Begins to cut a client that lets too much wait.
  func cut(_ limit: LimitName) {
    guard state == .open, !isOverfull else { return }
    isOverfull = true
    flusher.overfull(self, limit)
  }

  /// Whether more waits than may for long; otherwise it is not watched any more.
  func isStillSlow() -> Bool {
    isWatched = state == .open && queued > flusher.softLimit
    return isWatched
  }

  private func mark() {
    guard !place.isTaken else { return }
    flusher.mark(self)
  }

  /// Tells the owner; not from within ``send``, which happens while members are walked through.
  func overflow(_ limit: LimitName) {
    guard state == .open else { return }
    endCatchUp()
    // A frame that was cut still goes out whole: without that the goodbye could not be read.
    outbox.removeUnbegun(keeping: pacing?.left ?? .max, from: flusher.pool)
    count()
    isOverfull = false
    // The cut slice may be longer than the limit by itself; refused, the goodbye would be for ever.
    admitsGoodbye = true
    owner.owner.overflowed(limit)
    admitsGoodbye = false
    // Whoever has no goodbye to say has ended it all the same: cut again, it would be cut for ever.
    if state == .open { close(0) }
  }

  /// Writes what the turn has brought; called by the flusher.
  func flush() {
    guard core != nil else { return }
    switch advance() {
    case .blocked: countFull()
    case .failed(let code): close(code)
    case .done: if state == .finishing { halfClose() }
    }
  }

  /// Counts that the kernel keeps as much as it may, once until it takes more.
  private func countFull() {
    // A link that is only paced could write.
    guard !isFull, core?.canWrite == false else { return }
    isFull = true
    flusher.blocked &+= 1
  }

  /// All has gone out: tells the peer so, once, because the kernel reports each time as an event.
  private func halfClose() {
    guard !hasPeerEnded, let number = core?.number else { return close(0) }
    state = .halfClosed
    _ = shutdown(number, CInt(SHUT_WR))
    guard let farewell else { return }
    if let timer { flusher.loop.cancel(timer) }
    timer = flusher.loop.schedule(self, at: flusher.loop.deadline(.after(farewell)))
  }

  /// Writes, and tells the flusher what became of it: here and not with each `send`, which each recipient
  /// of each turn comes by.
  private func advance() -> Outbox.Progress {
    if catchUp != nil { return catchUpFirst() }
    let before = outbox.byteCount
    let progress = write()
    let sent = before - outbox.byteCount
    flusher.bytesOut &+= UInt64(truncatingIfNeeded: sent)
    // Mostly all has gone out that was queued in this turn, and then there is nothing to tell.
    if outbox.byteCount != counted { count() }
    return progress
  }

  /// The same as long as there is something that the client has missed.
  @inline(never)
  private func catchUpFirst() -> Outbox.Progress {
    guard let catchUp else { return .done }
    let progress = core?.flush(catchUp, flusher) ?? .done
    if case .done = progress {
      self.catchUp = nil
      return advance()
    }
    count()
    // Beside what it has missed less may wait: what the room has forgotten meanwhile is kept for it, too.
    if outbox.byteCount > flusher.limit / 2 { cut(.maxSendq) }
    return progress
  }

  /// What it has missed will not be sent, but for what was begun.
  private func endCatchUp() {
    guard let catchUp else { return }
    outbox = catchUp.end()
    catchUp.count(flusher)
    self.catchUp = nil
  }

  @inline(never)
  private func count() {
    guard outbox.byteCount != counted else { return }
    flusher.queued += outbox.byteCount - counted
    counted = outbox.byteCount
    guard counted > 0 else { return }
    outbox.pack(from: flusher.pool)
    if counted > flusher.softLimit { watch() }
  }

  /// Has the flusher look whether too much goes on waiting.
  private func watch() {
    guard !isWatched, state == .open else { return }
    isWatched = true
    flusher.watch(self)
  }

  private func write() -> Outbox.Progress {
    guard pacing != nil else { return core?.flush(&outbox, flusher.pieces) ?? .done }
    // Taken out of the optional for the call: it is not copyable.
    guard var paced = pacing, var open = core.take() else { return .done }
    let (progress, mustWait) = paced.flush(&outbox, &open)
    pacing = paced
    core = consume open
    if mustWait, !isPaused {
      isPaused = true
      flusher.paced(self)
    }
    return progress
  }

  private func close(_ code: CInt) {
    guard state != .closed else { return }
    state = .closed
    if let timer { flusher.loop.cancel(timer) }
    endCatchUp()
    outbox.removeAll()
    count()
    core = nil
    owner.owner.lost(code)
  }
}

extension StreamCore {
  /// For a core inside an optional, which can only be called.
  fileprivate mutating func flush(
    _ outbox: inout Outbox, _ pieces: UnsafeMutableBufferPointer<Piece>
  ) -> Outbox.Progress {
    outbox.flush(&self, pieces)
  }

  fileprivate mutating func flush(_ catchUp: CatchUp, _ flusher: Flusher) -> Outbox.Progress {
    catchUp.flush(&self, flusher)
  }
}

extension Link: ReadinessTarget, TimerTarget {
  func ready(_ readiness: Readiness) {
    core?.note(readiness)
    if core?.canRead == true, !hasPeerEnded, !isHeld { read() }
    if core?.canWrite == true, !outbox.isEmpty || catchUp != nil {
      isFull = false
      mark()
    }
  }

  func expired() {
    timer = nil
    close(0)
  }

  private func read() {
    for _ in 0..<Link.readBudget {
      switch core?.read(into: flusher.loop.scratch) {
      case nil, .wouldBlock: return
      case .bytes(let count):
        // After our goodbye what still comes is only read away, so that no reset cuts it off.
        guard state == .open else { continue }
        flusher.bytesIn &+= UInt64(count)
        let bytes = UnsafeRawBufferPointer(rebasing: flusher.loop.scratch[..<count])
        bytes.withMemoryRebound(to: UInt8.self) { owner.owner.received($0.span) }
        if isHeld { return }
      case .end:
        hasPeerEnded = true
        switch state {
        case .open: owner.owner.ended()
        // Who says no more may still listen: `printf … | nc` does.
        case .finishing: break
        case .halfClosed, .closed: close(0)
        }
        return
      case .failed(let code): return close(code)
      }
    }
    core?.registered.retryNextTurn()
  }
}
