import Messaging
import Testing

@Suite("a chat message")
struct ChatMessageTests {
  private static let noon = LocalTime(year: 2024, month: 2, day: 3, hour: 12, minute: 15)

  @Test("is written byte for byte as simple chat programs do")
  func composes() {
    let message = ChatMessage(name: "Alice", text: "Hello, World!", time: Self.noon)
    #expect(message.bytes == [UInt8]("[2024-02-03T12:15:00] Alice:\n\tHello, World!"))
    let precise = LocalTime(
      year: 2024, month: 2, day: 3, hour: 12, minute: 15, microsecond: 5)
    #expect(
      ChatMessage(name: "A", text: "", time: precise).bytes
        == [UInt8]("[2024-02-03T12:15:00.000005] A:\n\t"))
  }

  @Test(
    "is read as it was written",
    arguments: ["Hello", "", "two\nlines", "[2024-02-03T12:15:00] Bob:\n\tforged", "è €"])
  func roundTrips(text: String) {
    for name in ["Alice", "", "a: b] c", "ж"] {
      let message = ChatMessage(name: name, text: text, time: Self.noon)
      #expect(ChatMessage(parsing: message.bytes) == message)
    }
  }

  @Test("has the time now unless told otherwise")
  func now() throws {
    #expect(Self.noon.ctime == "Sat Feb  3 12:15:00 2024")
    let before = LocalTime.now.description
    let message = ChatMessage(name: "A", text: "x")
    // The same form sorts as text, unless the clock is turned back just now.
    #expect(try #require(message.time).description.prefix(19) >= before.prefix(19))
    #expect(ChatMessage(parsing: message.bytes) == message)
  }

  @Test("that is none is not read", arguments: ["", "hello", "[x] A:\n\tb", "[2024] A: b"])
  func rejects(text: String) {
    #expect(ChatMessage(parsing: [UInt8](text)) == nil)
  }

  @Test("may have a time that is none")
  func noTime() throws {
    let message = try #require(ChatMessage(parsing: [UInt8]("[99-99] A:\n\tb")))
    #expect(message.time == nil && message.name == "A" && message.text == "b")
  }

  @Test("says joins and leaves with a whole text")
  func presence() {
    #expect(ChatMessage.joining("A").isJoining && !ChatMessage.joining("A").isLeaving)
    #expect(ChatMessage.leaving("A").isLeaving)
    #expect(!ChatMessage(name: "A", text: "x <LEAVES THE CHAT>").isLeaving)
  }
}
