package import Wire

/// When something happens: on the clock that only goes forward, and on the one on the wall.
package struct Moment: Sendable, Equatable {
  package var instant: Instant
  /// Milliseconds of Unix time.
  package var wall: Int64
  /// How far local time is ahead of UTC then, in seconds.
  package var offset: Int

  package init(instant: Instant, wall: Int64, offset: Int) {
    (self.instant, self.wall, self.offset) = (instant, wall, offset)
  }

  /// The present of this machine, with the monotonic clock read by the caller.
  package static func now(_ instant: Instant) -> Moment {
    let wall = WallClock.milliseconds()
    return Moment(instant: instant, wall: wall, offset: WallClock.offset(at: wall))
  }

  /// How far local time is ahead of UTC at a Unix time in milliseconds, in seconds.
  package static func localOffset(at wall: Int64) -> Int { WallClock.offset(at: wall) }
}
