import Testing
import Wire

@testable import parley

@Suite("Lines as messages and back")
struct EchoMessagesTests {
  private let text = Array("a\nbb\r\n\nè €\nlast".utf8)

  @Test(
    "every line is a message, however its bytes were cut", arguments: FrameFormat.allCases, 1...9)
  func cuts(format: FrameFormat, size: Int) throws {
    // An empty message would end u16.
    let text = format == .u16 ? Array("a\nbb\r\nè €\nlast".utf8) : text
    let lines = format == .u16 ? "a\nbb\nè €\nlast\n" : "a\nbb\n\nè €\nlast\n"
    var messages = EchoMessages(format)
    var (sent, expected): ([UInt8], [UInt8]) = ([], [])
    var rest = text[...]
    repeat {
      messages.receive(text: Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
      if rest.isEmpty { messages.receive(text: []) }
      while let next = try messages.next(room: 1_000) {
        sent += next.messages
        expected += next.echo
      }
    } while !rest.isEmpty
    #expect(String(decoding: expected, as: UTF8.self) == lines)
    var back: [UInt8] = []
    for start in stride(from: 0, to: sent.count, by: size) {
      back += try messages.receive(echo: Array(sent[start...].prefix(size)))
    }
    #expect(String(decoding: back, as: UTF8.self) == lines)
  }

  @Test("no more is sent than there is room for, and a line that does not fit waits")
  func room() throws {
    var messages = EchoMessages(.u32)
    messages.receive(text: Array("abc\nde\n".utf8))
    let none = try #require(try messages.next(room: 3))
    #expect(none.messages.isEmpty)
    #expect(none.echo.isEmpty)
    #expect(try messages.next(room: 4)?.echo == Array("abc\n".utf8))
    #expect(try messages.next(room: 0)?.echo == [])
    #expect(try messages.next(room: 9)?.echo == Array("de\n".utf8))
    #expect(try messages.next(room: 9) == nil)
  }

  @Test("a line longer than may be under way is refused, and an empty one that u16 cannot carry")
  func refused() throws {
    var long = EchoMessages(.dec10)
    long.receive(text: [UInt8](repeating: 120, count: EchoWindow.capacity + 1))
    #expect(throws: WireError.self) { try long.next(room: EchoWindow.capacity) }
    var empty = EchoMessages(.u16)
    empty.receive(text: Array("\n".utf8))
    #expect(throws: WireError.emptyFrame) { try empty.next(room: 9) }
  }

  @Test("what is right comes before what is wrong, which then comes every time")
  func rightBeforeWrong() throws {
    var messages = EchoMessages(.u16)
    messages.receive(text: Array("a\nbb\r\n\nc\n".utf8))
    let next = try #require(try messages.next(room: 100))
    #expect(next.echo == Array("a\nbb\n".utf8) && next.messages == [0, 1, 97, 0, 2, 98, 98])
    for _ in 0..<2 {
      #expect(throws: WireError.emptyFrame) { try messages.next(room: 100) }
      #expect(messages.lineCount == 2)
    }
  }

  @Test("two lines in one message are not two messages")
  func joined() throws {
    var messages = EchoMessages(.u16)
    #expect(throws: WireError.lineEndInLine) { try messages.receive(echo: [0, 3, 97, 10, 98]) }
  }
}
