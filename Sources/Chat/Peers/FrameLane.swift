internal import Sockets
internal import Wire

/// The rules of a ``FrameLink``, without a socket or a clock.
///
/// Payloads go in with ``send(_:)`` and come out as frames, one for each write; what arrives goes in with
/// ``receive(_:)`` and comes out as payloads. ``ending`` is set once.
struct FrameLane {
  /// How much, and how long.
  struct Limits {
    /// The longest payload that is accepted.
    var payload = 65_536
    /// What may wait for a peer that takes it slowly.
    var queuedBytes = 1 << 20
    var queuedFrames = 4096
    /// How long a frame may take from its first byte to its last.
    var frame = Duration.seconds(10)
    /// How long the peer may take to answer our end with its own.
    var farewell = Duration.seconds(1)
  }

  private enum State {
    case open
    /// What is queued still goes out.
    case finishing(until: Instant)
    /// All has gone out, and so has the end.
    case halfClosed(until: Instant)
  }

  private(set) var ending: LinkEnding?
  private let limits: Limits
  private var state = State.open

  private var decoder: FrameDecoder
  /// Since when the peer owes the rest of a frame.
  private var owedSince: Instant?
  /// Whether we wait for the peer, and not the peer for us.
  private var isListening = false

  private var queue: [[UInt8]] = []
  private var first = 0
  /// A frame that is being written.
  private var underWay = 0
  private(set) var queuedBytes = 0

  init(_ format: FrameFormat, limits: Limits = Limits()) {
    self.limits = limits
    decoder = FrameDecoder(format, limit: limits.payload)
  }

  // MARK: - Sending

  /// How many frames have not gone out.
  var queuedFrames: Int { queue.count - first + (underWay > 0 ? 1 : 0) }

  /// Whether there is so little to do that who is not in a hurry may go on.
  var isRoomy: Bool {
    queuedBytes <= limits.queuedBytes / 4 && queuedFrames <= limits.queuedFrames / 4
  }

  /// Queues a payload as one frame.
  ///
  /// - Returns: false when it will not be sent: there is an end, or too much waits already.
  mutating func send(_ payload: [UInt8]) -> Bool {
    guard ending == nil, case .open = state else { return false }
    var frame: [UInt8] = []
    guard (try? decoder.format.encode(payload, into: &frame)) != nil else { return false }
    guard queuedBytes + frame.count <= limits.queuedBytes, queuedFrames < limits.queuedFrames
    else {
      end(.tooSlow)
      return false
    }
    queue.append(frame)
    queuedBytes += frame.count
    return true
  }

  /// The next frame for a write of its own; ``frameSent()`` follows.
  mutating func nextFrame() -> [UInt8]? {
    guard ending == nil, underWay == 0, first < queue.count else { return nil }
    let frame = queue[first]
    queue[first] = []
    first += 1
    if first == queue.count || first >= 1024 {
      queue.removeFirst(first)
      first = 0
    }
    underWay = frame.count
    return frame
  }

  mutating func frameSent() {
    queuedBytes -= underWay
    underWay = 0
  }

  /// Lets nothing more be queued, and gives what is queued so long to go out; asked again, not longer.
  mutating func finish(within patience: Duration, at now: Instant) {
    switch state {
    case .open: state = .finishing(until: now + patience)
    case .finishing(let until): state = .finishing(until: min(until, now + patience))
    case .halfClosed: break
    }
  }

  /// Whether it is time to say that nothing more comes; ``writingEnded(at:)`` follows.
  var mayEndWriting: Bool {
    guard ending == nil, queuedFrames == 0, case .finishing = state else { return false }
    return true
  }

  mutating func writingEnded(at now: Instant) {
    if case .finishing = state { state = .halfClosed(until: now + limits.farewell) }
  }

  // MARK: - Receiving

  mutating func receive(_ bytes: Span<UInt8>) {
    isListening = false
    if ending == nil { decoder.receive(bytes) }
  }

  /// The next payload; after the last one ``listen(at:)`` follows.
  mutating func nextPayload() -> [UInt8]? {
    guard ending == nil else { return nil }
    do throws(WireError) {
      while let payload = try decoder.nextFrame() {
        owedSince = nil
        if !payload.isEmpty { return payload }
        guard decoder.format != .u16 else {
          // The peer's way to say that it closes; what follows does not count.
          if case .open = state { end(.closed) } else { end(.left) }
          return nil
        }
      }
    } catch {
      end(.misbehaved(error.description))
    }
    return nil
  }

  /// Everything that came has been taken, and we wait for more.
  mutating func listen(at now: Instant) {
    isListening = true
    owedSince = decoder.isInsideFrame ? owedSince ?? now : nil
  }

  /// Takes the end of what the peer says, in order or by a failure.
  mutating func peerEnded(_ failure: SocketError?) {
    if case .open = state {
      if let failure { return end(.failed(failure)) }
      return end(
        decoder.isInsideFrame ? .misbehaved("the stream ended inside a frame") : .closed)
    }
    // We were leaving, and what is not sent is told of by the count.
    end(failure.map { queuedFrames > 0 ? .failed($0) : .left } ?? .left)
  }

  // MARK: - Time

  var deadline: Instant? {
    guard ending == nil else { return nil }
    let owed = isListening ? owedSince.map { $0 + limits.frame } : nil
    switch state {
    case .open: return owed
    case .finishing(let until), .halfClosed(let until): return owed.map { min($0, until) } ?? until
    }
  }

  mutating func expire(at now: Instant) {
    guard let deadline, deadline <= now else { return }
    if case .open = state { end(.unfinished) } else { end(.left) }
  }

  /// Ends it, if it has not ended yet.
  mutating func end(_ ending: LinkEnding) {
    if self.ending == nil { self.ending = ending }
  }
}
