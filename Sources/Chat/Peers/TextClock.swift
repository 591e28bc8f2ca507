package import Wire

/// Gives the texts that we say their times, no two of which are the same.
///
/// Without this nobody could tell a text that came twice from one that was said twice. A clock that is
/// put back, or several texts in one millisecond, make steps of a microsecond.
package struct TextClock: Sendable {
  private var last = Int64.min
  private let microsecond: Int64

  /// - Parameter microsecond: 0 to 999; different ones keep apart those of one name who say the same in one
  ///   millisecond.
  package init(microsecond: Int = 0) {
    self.microsecond = Int64(min(max(microsecond, 0), 999))
  }

  package mutating func next(at now: Moment) -> Timestamp {
    let (whole, isTooBig) = now.wall.multipliedReportingOverflow(by: 1000)
    let (wall, overflow) = whole.addingReportingOverflow(microsecond)
    let time = isTooBig || overflow ? last : max(wall, last == .max ? last : last + 1)
    last = time
    let date = Timestamp(wallMilliseconds: time / 1000, offsetSeconds: now.offset)
    return Timestamp(
      year: date.year, month: date.month, day: date.day, hour: date.hour,
      minute: date.minute, second: date.second,
      microsecond: date.microsecond + Int(time % 1000))
  }
}
