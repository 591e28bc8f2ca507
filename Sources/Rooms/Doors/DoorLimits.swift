import Wire

/// What doors bound, shared by all of them: one that is idle pays for a reference only.
package final class DoorLimits: Sendable {
  /// The longest frame or, where it is less, line.
  package let frame: Int
  /// The longest body of a message, which has room in a frame.
  package let text: Int
  /// From a frame's first byte to its last; nil is no limit, here and below.
  package let frameTimeout: Duration?
  /// From a native client's first byte to its hello.
  package let helloTimeout: Duration?
  /// Until a silent native client is taken for dead.
  package let idle: Duration?
  /// Until it is asked whether it is there.
  let askAfter: Duration?
  /// The same for a client of a plain door, which nobody can ask.
  package let plainIdle: Duration?

  package static let standard = DoorLimits()

  /// What a native frame may need besides a text: a whisper's is the most, with the nick that it is for.
  private static let besideText = 64

  package init(
    frame: Int = 65_536, text: Int = Body.limit, frameTimeout: Duration? = .seconds(10),
    helloTimeout: Duration? = .seconds(10), idle: Duration? = .seconds(90),
    plainIdle: Duration? = nil
  ) {
    self.frame = min(frame, 65_536)
    self.text = max(1, min(text, Body.limit, self.frame - DoorLimits.besideText))
    self.frameTimeout = frameTimeout
    self.helloTimeout = helloTimeout
    self.idle = idle
    askAfter = idle.map { $0 * 2 / 3 }
    self.plainIdle = plainIdle
  }

  /// The idle limit as the welcome tells it; 0 is none.
  var idleMilliseconds: UInt32 {
    guard let (seconds, attoseconds) = idle?.components else { return 0 }
    return UInt32(clamping: min(seconds, 4_294_967) * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  /// When a frame that began at `start`, and of which so many bytes have come, is late.
  ///
  /// Half of the time is free. Who then still has not finished must have brought a kibibyte for each second
  /// so far: a program whose network is slow does, one that means to keep us waiting does not.
  func frameDeadline(since start: Instant, received: Int) -> Instant {
    guard let frameTimeout else { return .distantFuture }
    let earned = Duration.microseconds(received * 1_000_000 / 1024)
    return start + min(frameTimeout, max(frameTimeout / 2, earned))
  }
}
