import Testing

@testable import Chat

@Suite("What a typed line means among peers")
struct PeerLineTests {
  private func read(_ line: String) -> PeerLine { PeerLine(Array(line.utf8)) }

  @Test("blanks around a line do not count, and nothing but blanks is nothing")
  func blanks() {
    #expect(read(" \thello  you \t") == .say(Array("hello  you".utf8)))
    for line in ["", " ", "\t \t"] { #expect(read(line) == .nothing) }
  }

  @Test("a slash begins a command, two of them say one")
  func slashes() {
    #expect(read("/who") == .who)
    #expect(read(" /stats ") == .stats)
    #expect(read("/quit") == .quit)
    #expect(read("/help") == .help)
    #expect(read("/add  localhost:8080 ") == .add("localhost:8080"))
    #expect(read("//who") == .say(Array("/who".utf8)))
    #expect(read("say /who") == .say(Array("say /who".utf8)))
  }

  @Test(
    "what is not understood is said, and says what would be",
    arguments: [
      "/", "/add", "/nick bob", "/who is", "/quit now", "/Who",
    ])
  func unknown(_ line: String) {
    guard case .unknown(let words) = read(line) else {
      Issue.record("\(read(line))")
      return
    }
    #expect(!words.isEmpty)
  }

  @Test("bytes that are no text become text")
  func repair() {
    #expect(PeerLine([0x68, 0xFF, 0x69]) == .say(Array("h\u{FFFD}i".utf8)))
  }
}
