import Testing

@testable import parley

@Suite("Bytes as Python shows them")
struct PythonBytesTests {
  @Test(
    "quotes, escapes and everything else",
    arguments: [
      ("", "b''"), ("hé\n", #"b'h\xc3\xa9\n'"#), ("\t\r\\", #"b'\t\r\\'"#),
      ("it's", #"b"it's""#), (#"say "it's""#, #"b'say "it\'s"'"#), (#"""#, #"b'"'"#),
      ("\0\u{1f} ~\u{7f}", #"b'\x00\x1f ~\x7f'"#),
    ])
  func forms(text: String, form: String) {
    #expect(Array(text.utf8).asPythonBytes == form)
  }

  @Test("every byte is as Python itself writes it", .needs(.python3))
  func allBytes() async throws {
    let python = try ChildProcess(
      try Peer.python3.find(), ["-c", "for i in range(256): print(bytes([i]))"])
    #expect(try await python.ending() == .exited(0))
    let lines = (0...255).map { [UInt8($0)].asPythonBytes + "\n" }
    #expect(python.transcript() == Array(lines.joined().utf8))
  }
}
