import Testing

@testable import Wire

@Suite("A long text in several chat texts")
struct ChatTextPiecesTests {
  private let time = Timestamp(year: 2026, month: 11, day: 21, hour: 3)

  private func pieces(_ text: String, limit: Int = 1024) -> [[UInt8]] {
    ChatText.pieces(time: time, name: "Ann", text: Array(text.utf8), limit: limit)
  }

  @Test("each piece is a chat text within the limit, and together they are the text")
  func whole() throws {
    var seed = SystemRandomNumberGenerator()
    for round in 0..<200 {
      let letters = ["a", "é", "€", "😀", " ", "\n"]
      let text = (0..<Int.random(in: 0...400, using: &seed)).map { _ in
        letters.randomElement(using: &seed) ?? "a"
      }.joined()
      let limit = 40 + round
      let parts = pieces(text, limit: limit)
      #expect(parts.allSatisfy { $0.count <= limit })
      let read = try parts.map { try #require(ChatText.parse($0)) }
      #expect(read.allSatisfy { $0.name == "Ann" && $0.time == time })
      #expect(read.map(\.text).joined() == text)
      #expect(parts.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    }
  }

  @Test("no piece ends with the words of leaving, but for a blank behind them")
  func leaving() throws {
    let parts = pieces("I say " + ChatText.leave)
    #expect(try parts.map { try #require(ChatText.parse($0)).text } == ["I say <LEAVES THE CHAT> "])
    let alone = pieces(ChatText.leave)
    #expect(try !#require(ChatText.parse(alone[0])).isLeave)
  }

  @Test("a text of no bytes is one message, and a limit that is too small still ends")
  func edges() {
    #expect(pieces("").count == 1)
    #expect(pieces("abcdefgh", limit: 0).count == 2)
    let noText = ChatText.pieces(
      time: time, name: "", text: [UInt8](repeating: 0x80, count: 100), limit: 40)
    #expect(noText.count > 1)
  }
}
