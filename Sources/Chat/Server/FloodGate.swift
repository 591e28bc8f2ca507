import Rooms
import Sockets

/// Keeps one client within its rates: what it says too quickly waits, and it is not read meanwhile.
///
/// Lives on the client's loop. A client that no rate is for has none.
final class FloodGate {
  /// Long answers are budgeted apart: a few bytes ask for a quarter of a mebibyte.
  private static let answerRate = Rate(1, perSeconds: 1, burst: 16)
  /// What is not longer than this does not interrupt a delay.
  private static let pause: Nanoseconds = 50_000_000

  private var rate: Rate
  private var own = TokenBucket()
  private var answers = TokenBucket()
  /// What all clients of the address share.
  private var neighbours: AddressRate?
  private unowned let client: Client
  private let loop: EventLoop
  /// How long the client may be delayed on end.
  private let patience: Nanoseconds
  private var timer: Timers<any TimerTarget>.ID?
  private(set) var isClosed = false
  /// Whether something was found waiting since the last ``retry()``.
  private(set) var isNeeded = false
  /// Which of the two rates it was that closed it.
  private(set) var limit = LimitName.flood
  /// Since when, with ever so short breaks, it has been closed.
  private var closedSince: Nanoseconds = 0
  private var openedAt: Nanoseconds?

  init(
    _ client: Client, _ rate: Rate, _ neighbours: AddressRate?, _ patience: Duration,
    on loop: EventLoop
  ) {
    self.client = client
    self.rate = rate
    self.neighbours = neighbours
    self.loop = loop
    self.patience = patience.clampedNanoseconds
  }

  /// Has other rates from now on; what was used of another one does not count.
  func set(_ rate: Rate, _ neighbours: AddressRate?) {
    if rate != self.rate { own = TokenBucket() }
    (self.rate, self.neighbours) = (rate, neighbours)
    // Who waits may have to wait less.
    guard let timer else { return }
    loop.cancel(timer)
    expired()
  }

  /// Whether what an action costs has to be asked for here.
  func minds(_ cost: Door.Cost) -> Bool {
    switch cost {
    case .nothing: false
    case .command: true
    case .answer: !hasAnswer
    }
  }

  /// How many messages or commands may be done now; with none, the gate closes for a while.
  func room() -> Int {
    let now = loop.now
    let room = own.count(of: rate, at: now)
    let shared = neighbours?.count(at: now) ?? .max
    if min(room, shared) <= 0 {
      limit = room <= 0 ? .flood : .floodPerAddress
      close(now)
    }
    return Int(clamping: min(room, shared))
  }

  /// Counts what was done.
  func spend(_ count: Int) {
    _ = own.take(count, of: rate, at: loop.now)
    neighbours?.take(count, at: loop.now)
  }

  /// Whether one more long answer may be given.
  private var hasAnswer: Bool { answers.count(of: FloodGate.answerRate, at: loop.now) > 0 }

  /// The same, and it is counted.
  func takeAnswer() -> Bool { answers.take(1, of: FloodGate.answerRate, at: loop.now) == 1 }

  /// Whether the client has been delayed for so long that it goes.
  var isSpent: Bool { isClosed && loop.now >= closedSince + patience }

  /// Gives a client that has been delayed for so long the same time again.
  func pardon() { closedSince = loop.now }

  /// Begins to do what waited.
  func retry() { isNeeded = false }

  /// Nothing waits any more.
  func open() {
    guard isClosed else { return }
    isClosed = false
    openedAt = loop.now
  }

  /// Forgets the client, which is going.
  func end() {
    if let timer { loop.cancel(timer) }
    timer = nil
    isClosed = false
  }

  private func close(_ now: Nanoseconds) {
    isNeeded = true
    if !isClosed {
      isClosed = true
      // A break between two messages that a slower client would make as well ends the delay.
      let pause = min(FloodGate.pause, Nanoseconds(clamping: max(1_000_000, rate.interval / 4)))
      if openedAt.map({ now - $0 > pause }) ?? true {
        closedSince = now
        client.delayed(by: limit)
      }
    }
    guard timer == nil else { return }
    let next = max(own.next(of: rate, at: now), neighbours?.next(at: now) ?? now, now + 1_000_000)
    timer = loop.schedule(self, at: min(next, closedSince + patience))
  }
}

extension FloodGate: TimerTarget {
  func expired() {
    timer = nil
    client.goOn()
  }
}

/// The rate of all clients of one address together, on whatever loops they are.
final class AddressRate: Sendable {
  // Held for a few additions.
  private let state: Locked<(bucket: TokenBucket, rate: Rate)>

  init(_ rate: Rate) { state = Locked((TokenBucket(), rate)) }

  func set(_ rate: Rate) {
    state.withLock { if rate != $0.rate { $0 = (TokenBucket(), rate) } }
  }

  func count(at now: Nanoseconds) -> Int64 {
    state.withLock { $0.bucket.count(of: $0.rate, at: now) }
  }

  func take(_ count: Int, at now: Nanoseconds) {
    state.withLock { _ = $0.bucket.take(count, of: $0.rate, at: now) }
  }

  func next(at now: Nanoseconds) -> Nanoseconds {
    state.withLock { $0.bucket.next(of: $0.rate, at: now) }
  }

  func isFull(at now: Nanoseconds) -> Bool { state.withLock { $0.bucket.isFull(at: now) } }
}
