import Testing

@testable import parley

@Suite("Lines that are piped in")
struct InputLinesTests {
  /// All lines of a text that comes in pieces of a size.
  private func lines(_ text: String, size: Int, limit: Int = 8) -> [String] {
    var input = InputLines(limit: limit)
    var result: [String] = []
    func take(_ line: InputLines.Line) {
      switch line {
      case .text(let bytes): result.append(String(decoding: bytes, as: UTF8.self))
      case .tooLong: result.append("(too long)")
      }
    }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      input.receive(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
      while let line = input.next() { take(line) }
    }
    while let line = input.next(atEnd: true) { take(line) }
    return result
  }

  @Test("are the same however the text was cut", arguments: 1...12)
  func cuts(size: Int) {
    #expect(lines("one\ntwo\r\n\nlast", size: size) == ["one", "two", "", "last"])
    #expect(lines("", size: size).isEmpty)
    #expect(lines("\n", size: size) == [""])
  }

  @Test("that are too long are told once each and cost nothing", arguments: 1...30)
  func limit(size: Int) {
    let text = "12345678\r\n123456789\nok\n\(String(repeating: "x", count: 100))\nok"
    #expect(lines(text, size: size) == ["12345678", "(too long)", "ok", "(too long)", "ok"])
    #expect(lines(String(repeating: "x", count: 50), size: size) == ["(too long)"])
  }
}
