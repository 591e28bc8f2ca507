import Testing
import Wire

@Suite("Timestamp")
struct TimestampTests {
  @Test("agrees with a calendar that counts day by day")
  func everyDay() {
    var (year, month, day) = (1896, 1, 1)
    var days = -27_028
    while year < 2104 {
      let time = Timestamp(wallMilliseconds: Int64(days) * 86_400_000, offsetSeconds: 0)
      guard (time.year, time.month, time.day) == (year, month, day) else {
        Issue.record("\(time) is not \(year)-\(month)-\(day)")
        return
      }
      days += 1
      day += 1
      if day > Timestamp.days(inMonth: month, of: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
  }

  @Test(
    "known moments",
    arguments: [
      (0, 0, "1970-01-01T00:00:00"), (-1, 0, "1969-12-31T23:59:59.999000"),
      (0, 3600, "1970-01-01T01:00:00"), (951_782_400_000, 0, "2000-02-29T00:00:00"),
      (951_868_799_999, 0, "2000-02-29T23:59:59.999000"),
      (4_107_542_400_000, -1, "2100-02-28T23:59:59"),
      (Int64.min, -86_400, "0001-01-01T00:00:00"),
      (Int64.max, 86_400, "9999-12-31T23:59:59.999000"),
      (253_402_300_799_999, Int.max, "9999-12-31T23:59:59.999000"),
      (-62_135_596_800_000, Int.min, "0001-01-01T00:00:00"),
    ])
  func moments(wall: Int64, offset: Int, text: String) {
    #expect(Timestamp(wallMilliseconds: wall, offsetSeconds: offset).description == text)
  }

  @Test("parts out of range become the nearest part in it")
  func clamped() {
    let high = Timestamp(
      year: .max, month: .max, day: .max, hour: .max, minute: .max, second: .max, microsecond: .max)
    #expect(high.description == "9999-12-31T23:59:59.999999")
    let low = Timestamp(
      year: .min, month: .min, day: .min, hour: .min, minute: .min, second: .min, microsecond: .min)
    #expect(low.description == "0001-01-01T00:00:00")
    #expect(Timestamp(year: 2023, month: 2, day: 31).day == 28)
  }

  @Test("the form of C's ctime names every day as a calendar that counts does")
  func ctime() {
    let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    // From 1970-01-01, a Thursday, over a century that ends without a leap day and one that has it.
    for days in 0..<150_000 {
      let time = Timestamp(wallMilliseconds: Int64(days) * 86_400_000, offsetSeconds: 0)
      guard time.ctime.hasPrefix(names[(days + 4) % 7] + " "), time.ctime.utf8.count == 24 else {
        Issue.record("\(time) is \(time.ctime)")
        return
      }
    }
  }

  @Test(
    "the form of C's ctime",
    arguments: [
      (Timestamp(year: 1970, month: 1, day: 1), "Thu Jan  1 00:00:00 1970"),
      (
        Timestamp(year: 2026, month: 11, day: 21, hour: 3, minute: 20, second: 21, microsecond: 9),
        "Sat Nov 21 03:20:21 2026"
      ),
      (Timestamp(year: 1, month: 1, day: 1), "Mon Jan  1 00:00:00 0001"),
      (Timestamp.unknown, "Sat Jan  1 00:00:00 0000"),
      (
        Timestamp(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59),
        "Fri Dec 31 23:59:59 9999"
      ),
    ])
  func ctimeForm(time: Timestamp, text: String) {
    #expect(time.ctime == text)
  }

  @Test("reading what was written gives the same time", arguments: 0..<100)
  func roundTrip(seed: UInt64) {
    var random = Seeded(seed: seed)
    let time = Timestamp(
      wallMilliseconds: .random(in: 0...4_102_444_800_000, using: &random), offsetSeconds: 0)
    #expect(Timestamp(parsing: time.description.utf8) == time)
  }
}
