internal import CLinux
import Glibc
import Sockets
import Wire

/// Sends to programs that take what one read gives them for a frame: one write a frame, and little on the way.
///
/// Such a program loses step when two frames come together or one comes in parts. One write a frame, of at
/// most 1400 bytes, with at most 16 KiB unacknowledged, keeps it in step even while it stalls; see docs/wire.md.
struct Pacing {
  /// The most bytes on the way on loopback; to other machines it is one frame at a time.
  private static let loopbackAllowance = 16_384
  /// How long a peer may leave frames unacknowledged.
  private static let patience: Duration = .seconds(30)

  private let format: FrameFormat
  private let allowance: Int?
  private let loop: EventLoop
  /// What is still to go of the frame that a write cut.
  private(set) var left = 0
  private var stalledSince: Nanoseconds?

  init(_ format: FrameFormat, peer: SocketAddress, loop: EventLoop) {
    self.format = format
    self.loop = loop
    switch peer {
    case .unix: allowance = nil
    case .ipv4, .ipv6: allowance = peer.isLoopback ? Pacing.loopbackAllowance : 0
    }
  }

  /// Writes frame by frame; the flag says that the peer must acknowledge something first.
  mutating func flush(
    _ outbox: inout Outbox, _ core: inout StreamCore
  ) -> (Outbox.Progress, mustWait: Bool) {
    while !outbox.isEmpty {
      if left == 0 {
        guard mayBegin(core.number) else {
          let now = loop.now
          let since = stalledSince ?? now
          stalledSince = since
          guard now - since < Pacing.patience.clampedNanoseconds else {
            return (.failed(ETIMEDOUT), false)
          }
          return (.blocked, true)
        }
        stalledSince = nil
        left = frameLength(outbox)
      }
      let before = outbox.byteCount
      let progress = outbox.flushOne(&core, limit: left)
      left -= before - outbox.byteCount
      switch progress {
      case .done: continue
      case .blocked: return (.blocked, false)
      case .failed: return (progress, false)
      }
    }
    return (.done, false)
  }

  /// Whether the peer has acknowledged enough of what it was sent for one more frame.
  func mayBegin(_ number: CInt) -> Bool {
    guard let allowance else { return true }
    let waiting = Int(parley_unacknowledged(number))
    // An error shows itself at the write. A reset leaves the count as it was: the loop tells of that.
    return waiting <= allowance
  }

  /// The bytes of the frame that comes next: slices hold whole frames.
  private func frameLength(_ outbox: Outbox) -> Int {
    let header = format == .u16 ? 2 : 4
    let bytes = outbox.peek(header)
    guard bytes.count == header else { return Int.max }
    return bytes.reduce(0) { $0 << 8 | Int($1) } + header
  }
}
