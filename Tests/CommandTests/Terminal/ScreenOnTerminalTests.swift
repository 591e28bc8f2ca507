import Testing

/// The program at a terminal that is not ours.
@Suite("Screen on a terminal", .timeLimit(.minutes(5)))
struct ScreenOnTerminalTests {
  struct Size: CustomTestStringConvertible {
    var columns: Int
    var rows: Int
    var testDescription: String { "\(columns)x\(rows)" }
  }

  static let sizes = [Size(columns: 80, rows: 24), Size(columns: 20, rows: 5)]

  @Test(
    "after every drawing the line and the cursor are as typed, while a thousand lines come",
    .needs(.pyte), arguments: sizes)
  func talk(size: Size) async throws {
    try await run("talk", size)
  }

  @Test(
    "nothing that somebody says changes more than its own rows", .needs(.pyte), arguments: sizes)
  func hostile(size: Size) async throws {
    try await run("hostile", size)
  }

  @Test(
    "nor does a server by the names of rooms and people, or by its own words", .needs(.pyte),
    arguments: sizes)
  func names(size: Size) async throws {
    try await run("names", size)
  }

  private func run(_ scene: String, _ size: Size) async throws {
    let person = try ChildProcess(
      try Peer.pyte.find(),
      [Tree.script("console.py"), try Tree.parley(), "\(size.columns)", "\(size.rows)", scene])
    let end = try await person.finished(within: .seconds(100))
    #expect(end.ending == .exited(0), "\(end)")
  }
}
