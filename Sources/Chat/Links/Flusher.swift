import Sockets

/// Ends a loop's turns: lets the server finish its work, then writes what every link has.
final class Flusher: TurnTarget, TimerTarget {
  let loop: EventLoop
  let pool = BlockPool()
  /// With more bytes waiting for it than this, a client gets nothing more.
  let limit: Int
  /// Room to gather slices for one write.
  let pieces = UnsafeMutableBufferPointer<Piece>.allocate(capacity: 64)
  /// What the server does at the end of a turn, before anything is written.
  var prepare: () -> Void = {}

  @exclusivity(unchecked) private var marked: [Link] = []
  @exclusivity(unchecked) private var overfullLinks: [Link] = []
  private var pacedLinks: [Link] = []
  @exclusivity(unchecked) private var isScheduled = false
  private var isPacing = false

  init(loop: EventLoop, limit: Int) {
    self.loop = loop
    self.limit = limit
  }

  deinit { pieces.deallocate() }

  /// Asks for the end of this turn.
  func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    loop.atEndOfTurn(self)
  }

  func mark(_ link: Link) {
    marked.append(link)
    schedule()
  }

  func overfull(_ link: Link) {
    overfullLinks.append(link)
    schedule()
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

  func endOfTurn() {
    isScheduled = false
    prepare()
    while !overfullLinks.isEmpty {
      let links = overfullLinks
      overfullLinks = []
      for link in links { link.overflow() }
      prepare()
    }
    // Flushing can lose a link, whose owner then has more to say: that is for the next turn.
    let links = marked
    marked = []
    for link in links { link.flush() }
    if marked.isEmpty {
      marked = links
      marked.removeAll(keepingCapacity: true)
    }
  }
}
