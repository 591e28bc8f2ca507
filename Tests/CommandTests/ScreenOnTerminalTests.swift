import Testing

@testable import parley

/// `Screen` against a terminal that is not ours.
@Suite("Screen on a terminal")
struct ScreenOnTerminalTests {
  @Test("an independent terminal shows what our model shows", .needs(.pyte), arguments: 1...6)
  func sameAsModel(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let columns = Int.random(in: 8...40, using: &random)
    var screen = Screen(columns: columns, prompt: "> ")
    var model = TerminalModel(columns: columns)
    var bytes = screen.begin()
    let pieces = ["hello ", "wörld", "日本", "e\u{301}", "한", "ﬀ", "0123456789"]
    var editor = LineEditor(limit: 200)
    for step in 0..<60 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes += screen.show(["\(step): " + (pieces.randomElement(using: &random) ?? "")])
      case 1: editor.receive("\u{1b}[D\u{1b}[D".utf8)
      case 2: editor.receive([0x7f])
      default: editor.receive((pieces.randomElement(using: &random) ?? "").utf8)
      }
      bytes += screen.edit(before: editor.before, after: editor.after)
    }
    model.receive(bytes)

    let terminal = try ChildProcess(
      try Peer.pyte.find(), [Tree.script("render.py"), "\(columns)", "100"])
    try terminal.write(bytes)
    terminal.closeInput()
    #expect(try await terminal.ending() == .exited(0))
    let shown = String(decoding: terminal.transcript(), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(Array(shown.prefix(model.text.count)) == model.text)
    #expect(shown[100] == "\(model.column) \(model.row)")
    #expect(model.unknown.isEmpty)
  }
}
