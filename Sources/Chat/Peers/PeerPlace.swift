internal import Messaging
import Sockets
import Wire

/// Where somebody of a TCP group chat can be dialled, and what is known of that.
struct PeerPlace: Sendable {
  enum State: Equatable, Sendable {
    /// To be dialled at this time.
    case waiting(until: Instant)
    case dialling
    case linked
    /// Whoever is there is linked, or may well be, by a link to somewhere else.
    case held(by: Int)
  }

  /// How long a place that nobody named is dialled in vain.
  static let patience = Duration.seconds(30)
  /// So often in a row our own port may be refused by the system before another one is taken.
  static let refusalLimit = 3
  /// Whoever may have come in from here meanwhile has so long to say its name, before it is dialled.
  static let claimDelay = Duration.seconds(2)
  /// A link that lasted so long with words, or without any, was one to somebody who takes part.
  static let shortTalk = Duration.seconds(1)
  static let longSilence = Duration.seconds(5)
  /// Delays between attempts: 250 to 500 ms at first, at most 5 s.
  private static let delays = (first: Duration.milliseconds(500), most: Duration.seconds(5))

  let address: SocketAddress
  /// Whether somebody asked for it: then it is never given up.
  var isNamed: Bool
  var state: State
  /// What whoever was there last was called.
  var name: String?
  /// The text that whoever was there last joined with.
  var mark: [UInt8]?
  /// Whether a program of our kind is there: it dials from this port, and not from another one.
  var isOurKind = false
  /// Whether somebody came in from here, which says little about where they can be dialled.
  var isGuess = false
  /// How often in a row the system refused to dial from our own port.
  var refusals = 0
  /// Whether the first attempt is not over yet.
  var isNew = true
  /// Since when nobody is there.
  var lostAt: Instant
  private var backoff: Backoff

  init(_ address: SocketAddress, isNamed: Bool, seed: UInt64, at now: Instant) {
    self.address = address
    self.isNamed = isNamed
    state = .waiting(until: now)
    lostAt = now
    backoff = Backoff(
      first: PeerPlace.delays.first, most: PeerPlace.delays.most, seed: seed)
  }

  /// Lets it be dialled again after a while.
  mutating func wait(from now: Instant) { state = .waiting(until: now + backoff.next()) }

  /// Whoever is there is somebody to talk with: the next delay is a short one.
  mutating func encourage() { backoff.reset() }

  var isWaiting: Bool { if case .waiting = state { true } else { false } }
}
