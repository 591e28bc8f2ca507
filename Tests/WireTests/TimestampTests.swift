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

  @Test("reading what was written gives the same time", arguments: 0..<100)
  func roundTrip(seed: UInt64) {
    var random = Seeded(seed: seed)
    let time = Timestamp(
      wallMilliseconds: .random(in: 0...4_102_444_800_000, using: &random), offsetSeconds: 0)
    #expect(Timestamp(parsing: time.description.utf8) == time)
  }
}
