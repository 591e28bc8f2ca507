import Chat
import Testing
import Wire

@Suite("Stream text")
struct StreamTextTests {
  private let time = Timestamp(
    year: 2026, month: 11, day: 21, hour: 3, minute: 17, second: 49, microsecond: 286_345)

  @Test("is a chat text of 48 bytes while the number has one digit")
  func composed() {
    var bytes = Array("something else".utf8)
    StreamText.compose(7, at: time, size: 0, into: &bytes)
    #expect(bytes == Array("[2026-11-21T03:17:49.286345] Streamer:\n\tNumber 7".utf8))
    #expect(bytes.count == 48)
  }

  @Test("its number is read again, whatever its size", arguments: [0, 48, 49, 50, 64, 1_024])
  func size(size: Int) {
    var bytes: [UInt8] = []
    for number in [0, 7, 99_999, 999_999_999] {
      StreamText.compose(number, at: time, size: size, into: &bytes)
      #expect(StreamText.number(in: bytes) == number)
      #expect(bytes.count == max(size, bytes.count))
      #expect(size < 64 || bytes.count == size)
      #expect(ChatText.parse(bytes)?.name == "Streamer")
    }
  }

  @Test(
    "reads the number of a text",
    arguments: [
      ("Number 0", 0), ("Number 99999", 99_999), ("Number 7 ....", 7), ("Number 007", 7),
      ("Number 999999999999999999", 999_999_999_999_999_999),
      ("Number 1000000000000000000", nil), ("Number ", nil), ("Number", nil), ("", nil),
      ("Number -1", nil), ("Number 1.", nil), ("number 1", nil), ("Number  1", nil),
      ("Number ١", nil),
    ] as [(String, Int?)])
  func reading(text: String, number: Int?) {
    #expect(StreamTally.number(of: Array(text.utf8).span) == number)
  }
}
