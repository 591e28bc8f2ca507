package import Wire

/// Gives the texts that we say their times, no two of which are the same.
///
/// Without this nobody could tell a text that came twice from one that was said twice. A clock that is
/// put back, or several texts in one millisecond, make steps of a microsecond.
package struct TextClock: Sendable {
  private var last = Int64.min

  package init() {}

  package mutating func next(at now: Moment) -> Timestamp {
    let (wall, overflow) = now.wall.multipliedReportingOverflow(by: 1000)
    let time = overflow ? last : max(wall, last == .max ? last : last + 1)
    last = time
    let whole = Timestamp(wallMilliseconds: time / 1000, offsetSeconds: now.offset)
    return Timestamp(
      year: whole.year, month: whole.month, day: whole.day, hour: whole.hour,
      minute: whole.minute, second: whole.second,
      microsecond: whole.microsecond + Int(time % 1000))
  }
}
