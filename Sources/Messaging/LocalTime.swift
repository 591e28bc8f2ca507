internal import Glibc
internal import Wire

/// A date and a time of day as a clock on the wall shows it, without a zone; years 1 to 9999.
public struct LocalTime: Hashable, Sendable, CustomStringConvertible {
  let timestamp: Timestamp

  init(_ timestamp: Timestamp) { self.timestamp = timestamp }

  /// Creates a time; a part that is out of its range becomes the nearest one that is in it.
  ///
  /// - Parameters:
  ///   - year: 1 to 9999.
  ///   - month: 1 to 12.
  ///   - day: 1 to the number of days of that month.
  ///   - hour: 0 to 23.
  ///   - minute: 0 to 59.
  ///   - second: 0 to 59.
  ///   - microsecond: 0 to 999,999.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
    microsecond: Int = 0
  ) {
    timestamp = Timestamp(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      microsecond: microsecond)
  }

  /// The time now in the zone of this process (`TZ` or `/etc/localtime`).
  ///
  /// The corresponding C function is `localtime_r`.
  public static var now: LocalTime {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    localtime_r(&now.tv_sec, &parts)
    return LocalTime(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec),
      microsecond: now.tv_nsec / 1000)
  }

  /// From 1 to 9999.
  public var year: Int { timestamp.year }
  /// From 1 to 12.
  public var month: Int { timestamp.month }
  /// From 1 to 31.
  public var day: Int { timestamp.day }
  /// From 0 to 23.
  public var hour: Int { timestamp.hour }
  /// From 0 to 59.
  public var minute: Int { timestamp.minute }
  /// From 0 to 59.
  public var second: Int { timestamp.second }
  /// From 0 to 999,999.
  public var microsecond: Int { timestamp.microsecond }

  /// `2024-02-03T12:15:00`, with `.000005` after it when there are microseconds.
  public var description: String { timestamp.description }

  /// `Thu Jan  1 00:00:00 1970`: always 24 characters without a line end, microseconds left out.
  ///
  /// What a time server sends. The corresponding C function is `ctime`, which adds a line end.
  public var ctime: String { timestamp.ctime }
}
