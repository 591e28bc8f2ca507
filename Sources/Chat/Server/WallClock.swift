import Glibc
import Wire

/// The time of day, read once a turn.
enum WallClock {
  /// Milliseconds since 1970.
  static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// The clock that only goes forward, for those who have no loop to ask.
  static func monotonic() -> Instant {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Instant(nanoseconds: UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec))
  }

  /// Seconds east of UTC where the server is, at that moment.
  static func offset(at milliseconds: Int64) -> Int {
    var time = time_t(milliseconds / 1000)
    var local = tm()
    localtime_r(&time, &local)
    return local.tm_gmtoff
  }
}
