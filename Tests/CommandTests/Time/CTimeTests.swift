import Messaging
import Testing

@testable import parley

@Suite("CTime")
struct CTimeTests {
  @Test("every day of a year is one", arguments: 1...12, 1...31)
  func isOne(month: Int, day: Int) {
    let time = LocalTime(year: 2026, month: month, day: day, hour: 23, minute: 59, second: 59).ctime
    #expect(CTime.matches(Array(time.utf8)), "\(time)")
  }

  @Test(
    "what differs in one place is no time",
    arguments: [
      "", "Thu Jan  1 00:00:00 1970\n", "Thu Jan  1 00:00:00 197", "Xxx Jan  1 00:00:00 1970",
      "Thu Xxx  1 00:00:00 1970", "Thu Jan     00:00:00 1970", "Thu Jan  1 00.00:00 1970",
      "Thu Jan  1 00:00:00 197x", "Thu Jan xx 00:00:00 1970", "ThuxJan  1 00:00:00 1970",
    ])
  func isNone(text: String) {
    #expect(!CTime.matches(Array(text.utf8)))
  }

  @Test("days of one and of two digits are both times", arguments: ["Thu Jan  1", "Sat Nov 21"])
  func days(day: String) {
    #expect(CTime.matches(Array("\(day) 00:00:00 1970".utf8)))
  }
}
