import Rooms
import Sockets

/// Ends a loop's turns: lets the server finish its work, then writes what links have.
///
/// With many links to write for, only some of them have their turn before the loop looks at its sockets
/// again. What comes in meanwhile reaches those behind them with the same write, so that more lines
/// share a write, and nobody's line waits until all have been served.
final class Flusher: TurnTarget, TimerTarget {
  let loop: EventLoop
  let pool = BlockPool()
  /// With more bytes waiting for it than this, a client gets nothing more.
  var limit: Int
  /// Bytes that wait for all links.
  @exclusivity(unchecked) var queued = 0
  @exclusivity(unchecked) var bytesIn: UInt64 = 0
  @exclusivity(unchecked) var bytesOut: UInt64 = 0
  /// How often the kernel kept enough for a link and took no more.
  @exclusivity(unchecked) var blocked: UInt64 = 0
  /// What was given to members of audiences: one for each piece and each that gets it.
  @exclusivity(unchecked) var deliveries: UInt64 = 0
  /// Room to gather slices for one write.
  let pieces = UnsafeMutableBufferPointer<Piece>.allocate(capacity: 64)
  /// What the server does at the end of a turn, before anything is written.
  var prepare: () -> Void = {}

  @exclusivity(unchecked) private var queue = FlushQueue()
  @exclusivity(unchecked) private var overfullLinks: [(link: Link, limit: LimitName)] = []
  /// Those over the soft limit, if they still are, and since when.
  @exclusivity(unchecked) private var slowLinks: [(link: Link, since: Nanoseconds)] = []
  @exclusivity(unchecked) private var isWatching = false
  /// How long a link may stay over the soft limit.
  var slowPatience = Limits.slowPatience.clampedNanoseconds
  /// What waits on all loops.
  let total: QueueTotal
  /// What of that is this loop's, as far as it was told.
  @exclusivity(unchecked) private var counted = 0
  /// Cuts those for whom the most waits, until so many bytes less do.
  var shed: (_ bytes: Int) -> Void = { _ in }
  private var pacedLinks: [Link] = []
  @exclusivity(unchecked) private var isScheduled = false
  private var isPacing = false
  /// Where the bytes of several turns lie one after the other, for each kind of door apart: so what waits for
  /// a member is one piece, and all of it.
  @exclusivity(unchecked) private var common: [Block?] = DoorKind.allCases.map { _ in nil }
  private var alarm: Alarm?

  /// How many links are written for before the loop looks at its sockets again.
  ///
  /// The fewer, the more lines share a write, and a look costs a tenth of a write or two. While looks
  /// bring nothing for many, each next share is twice as large.
  static let share = 4
  @exclusivity(unchecked) private var nextShare = Flusher.share
  /// Whether something for many has come since the last share.
  @exclusivity(unchecked) private var hasNews = false
  /// The room of the block for all: enough for many turns, and for little cache.
  private static let commonBytes = 65_536

  /// Looks at slow links.
  private final class Watch: TimerTarget {
    private unowned let flusher: Flusher
    init(_ flusher: Flusher) { self.flusher = flusher }
    func expired() { flusher.lookAtSlowLinks() }
  }

  /// Wakes the loop at once.
  private final class Alarm: TimerTarget {
    private unowned let flusher: Flusher
    init(_ flusher: Flusher) { self.flusher = flusher }
    func expired() { flusher.schedule() }
  }

  init(loop: EventLoop, limit: Int, total: QueueTotal = QueueTotal(loops: 1, limit: .max)) {
    self.loop = loop
    self.limit = limit
    self.total = total
  }

  /// With more bytes waiting for it than this for ``Limits/slowPatience``, a client is cut.
  var softLimit: Int { limit / 4 }

  deinit { pieces.deallocate() }

  /// Asks for the end of this turn.
  func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    loop.atEndOfTurn(self)
  }

  func mark(_ link: Link) {
    queue.append(link)
    schedule()
  }

  func overfull(_ link: Link, _ limit: LimitName) {
    overfullLinks.append((link, limit))
    schedule()
  }

  /// Looks once a second whether a link stays over the soft limit.
  func watch(_ link: Link) {
    slowLinks.append((link, loop.now))
    scheduleWatch()
  }

  private func scheduleWatch() {
    guard !isWatching, !slowLinks.isEmpty else { return }
    isWatching = true
    _ = loop.schedule(Watch(self), at: loop.now + 1_000_000_000)
  }

  private func lookAtSlowLinks() {
    isWatching = false
    let links = slowLinks
    slowLinks = []
    for (link, since) in links where link.isStillSlow() {
      if loop.now - since >= slowPatience {
        link.cut(.maxSendq)
      } else {
        slowLinks.append((link, since))
      }
    }
    countTotal()
    scheduleWatch()
  }

  /// Tells the other loops what waits here, and cuts when it is too much for all of them.
  private func countTotal() {
    if queued != counted {
      total.add(queued - counted)
      counted = queued
    }
    guard queued > 0, case let excess = total.excess(with: queued), excess > 0 else { return }
    shed(excess)
  }

  /// Comes back to a link whose peer must first acknowledge what it has.
  func paced(_ link: Link) {
    pacedLinks.append(link)
    guard !isPacing else { return }
    isPacing = true
    _ = loop.schedule(self, at: loop.deadline(.milliseconds(1)))
  }

  func expired() {
    isPacing = false
    let links = pacedLinks
    pacedLinks = []
    for link in links { link.resume() }
  }

  /// Keeps bytes that many links are going to be given, if possible right behind those before for the same
  /// kind of door.
  ///
  /// A link that has not been served since then gets both in one piece.
  func share(
    _ bytes: UnsafeRawBufferPointer, for kind: DoorKind = .line
  ) -> (block: Block, range: Range<Int>) {
    hasNews = true
    let place = Int(kind.rawValue)
    if isKnownUniquelyReferenced(&common[place]) { common[place]?.removeAll() }
    let block: Block
    if let common = common[place], common.free >= bytes.count {
      block = common
    } else {
      block = Block(capacity: max(bytes.count, Flusher.commonBytes), from: pool)
      common[place] = block
    }
    let start = block.count
    block.append(bytes)
    return (block, start..<block.count)
  }

  func endOfTurn() {
    isScheduled = false
    prepare()
    if !overfullLinks.isEmpty || queued | counted != 0 { keepLimits() }
    nextShare = hasNews ? Flusher.share : min(2 * nextShare, 1024)
    hasNews = false
    for _ in 0..<nextShare {
      guard let link = queue.popFirst() else { return }
      link.flush()
    }
    if !queue.isEmpty { comeBack() }
  }

  /// Cuts those who let too much wait; what that brings about may be too much for others.
  @inline(never)
  private func keepLimits() {
    repeat {
      while !overfullLinks.isEmpty {
        let links = overfullLinks
        overfullLinks = []
        for (link, limit) in links { link.overflow(limit) }
        prepare()
      }
      countTotal()
    } while !overfullLinks.isEmpty
  }

  private func comeBack() {
    let alarm = alarm ?? Alarm(self)
    self.alarm = alarm
    _ = loop.schedule(alarm, at: loop.now)
  }
}
