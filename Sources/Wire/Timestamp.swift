/// A civil date and time, as a clock on a wall shows it.
///
/// Pure calendar arithmetic from year 1 to 9999; what lies outside becomes the nearest of these.
package struct Timestamp: Equatable, Hashable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int
  package let hour: Int
  package let minute: Int
  package let second: Int
  package let microsecond: Int

  /// A time that could not be read: no clock shows the year 0.
  package static let unknown = Timestamp(
    unchecked: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, microsecond: 0)

  /// Every part that is out of its range becomes the nearest part that is in it.
  package init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
    microsecond: Int = 0
  ) {
    let year = year.clamped(1, 9999)
    let month = month.clamped(1, 12)
    self.init(
      unchecked: year, month: month,
      day: day.clamped(1, Timestamp.days(inMonth: month, of: year)),
      hour: hour.clamped(0, 23), minute: minute.clamped(0, 59), second: second.clamped(0, 59),
      microsecond: microsecond.clamped(0, 999_999))
  }

  /// The time that a clock `offsetSeconds` east of UTC shows at a Unix time.
  package init(wallMilliseconds: Int64, offsetSeconds: Int) {
    let offset = Int64(offsetSeconds.clamped(-86_400, 86_400)) * 1000
    let (sum, overflow) = wallMilliseconds.addingReportingOverflow(offset)
    let local = (overflow ? wallMilliseconds : sum).clamped(Timestamp.first, Timestamp.last)
    let (days, time) = local.flooredDivision(by: 86_400_000)
    let (year, month, day) = Timestamp.civil(daysSince1970: Int(days))
    self.init(
      unchecked: year, month: month, day: day, hour: Int(time / 3_600_000),
      minute: Int(time / 60_000 % 60), second: Int(time / 1000 % 60),
      microsecond: Int(time % 1000) * 1000)
  }

  private init(
    unchecked year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, microsecond: Int
  ) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.microsecond = microsecond
  }

  /// 0001-01-01T00:00:00.000 and 9999-12-31T23:59:59.999 in milliseconds of Unix time.
  private static let first: Int64 = -62_135_596_800_000
  private static let last: Int64 = 253_402_300_799_999

  /// Years are taken to begin in March, so that the leap day is the last day of one; 400 of them
  /// have always 146,097 days, 100 have 36,524 and 4 have 1,461, but for the last of each group.
  private static func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let century = min(dayOfEra / 36_524, 3)
    let dayOfCentury = dayOfEra - century * 36_524
    let dayOfCycle = dayOfCentury % 1_461
    let yearOfCycle = min(dayOfCycle / 365, 3)
    let dayOfYear = dayOfCycle - yearOfCycle * 365
    // From March on, five months have 153 days, whichever five follow each other.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = era * 400 + century * 100 + dayOfCentury / 1_461 * 4 + yearOfCycle
    return (month <= 2 ? year + 1 : year, month, day)
  }

  package static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}

extension Timestamp: CustomStringConvertible {
  package var description: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends `2024-02-03T12:15:00`, and `.000005` when there are microseconds.
  package func append(to output: inout [UInt8]) {
    let (text, count) = form
    output.append(copying: text.span.extracting(first: count))
  }

  /// What ``append(to:)`` appends, and how much of it: on the stack, because a server does this a lot.
  package var form: (text: InlineArray<26, UInt8>, count: Int) {
    var text = InlineArray<26, UInt8>(repeating: UInt8(ascii: "-"))
    func put(_ value: Int, digits: Int, at place: Int) {
      var value = value
      for index in stride(from: place + digits - 1, through: place, by: -1) {
        text[index] = Byte.zero + UInt8(truncatingIfNeeded: value % 10)
        value /= 10
      }
    }
    put(year, digits: 4, at: 0)
    put(month, digits: 2, at: 5)
    put(day, digits: 2, at: 8)
    text[10] = UInt8(ascii: "T")
    put(hour, digits: 2, at: 11)
    text[13] = Byte.colon
    put(minute, digits: 2, at: 14)
    text[16] = Byte.colon
    put(second, digits: 2, at: 17)
    text[19] = UInt8(ascii: ".")
    put(microsecond, digits: 6, at: 20)
    return (text, microsecond > 0 ? 26 : 19)
  }
}

extension Timestamp {
  /// Reads what ``append(to:)`` writes, and also a missing second, a shorter or longer fraction and
  /// a zone, which is not applied: the time stays as its writer saw it.
  @specialized(where Text == ArraySlice<UInt8>)
  package init?<Text: Collection<UInt8>>(parsing bytes: Text) {
    var rest = bytes[...]
    func number(_ digits: Int, after mark: Unicode.Scalar? = nil) -> Int? {
      if let mark {
        guard rest.first == UInt8(ascii: mark) else { return nil }
        rest = rest.dropFirst()
      }
      let field = rest.prefix(digits)
      guard field.count == digits, field.allSatisfy({ Byte.zero...Byte.nine ~= $0 }) else {
        return nil
      }
      rest = rest.dropFirst(digits)
      return field.reduce(0) { $0 * 10 + Int($1 - Byte.zero) }
    }
    guard let year = number(4), let month = number(2, after: "-"),
      let day = number(2, after: "-"), let hour = number(2, after: "T"),
      let minute = number(2, after: ":")
    else { return nil }
    let second = number(2, after: ":") ?? 0
    var microsecond = 0
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix { Byte.zero...Byte.nine ~= $0 }
      for position in 0..<6 {
        let digit = fraction.dropFirst(position).first.map { Int($0 - Byte.zero) } ?? 0
        microsecond = microsecond * 10 + digit
      }
      rest = rest.dropFirst(1 + fraction.count)
    }
    let isZone = rest.first.map { "Z+-".utf8.contains($0) } ?? true
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      microsecond: microsecond)
    // A field that had to be moved into its range was no time in the first place.
    guard isZone,
      (self.year, self.month, self.day) == (year, month, day),
      (self.hour, self.minute, self.second) == (hour, minute, second)
    else { return nil }
  }
}

extension BinaryInteger {
  fileprivate func clamped(_ low: Self, _ high: Self) -> Self { min(max(self, low), high) }

  /// Quotient and remainder with a remainder that is never negative.
  fileprivate func flooredDivision(by divisor: Self) -> (quotient: Self, remainder: Self) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
