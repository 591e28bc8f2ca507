import Glibc
import Testing

/// docs/eof.md is a contract: each cell of its tables holds, and so does what stands below them.
@Suite("The contract of ends")
struct EndOfFileTests {
  struct Cell: Hashable, Sendable, CustomTestStringConvertible {
    var row: String
    var role: EndRole

    var testDescription: String { "\(row) / \(role)" }

    static let all = (EndTable.laws + EndTable.optionLaws).flatMap { law in
      EndRole.allCases.map { Cell(row: law.row, role: $0) }
    }
  }

  @Test("a cell holds", .needs(.python3), arguments: Cell.all)
  func holds(_ cell: Cell) async throws {
    let laws = EndTable.laws + EndTable.optionLaws
    try await #require(laws.first { $0.row == cell.row }).law(cell.role)
  }

  @Test(
    "each cell of the document's tables has a law, and each law a cell",
    arguments: [
      ("What happens", EndTable.laws.map(\.row)), ("Option", EndTable.optionLaws.map(\.row)),
    ])
  func complete(_ title: String, _ laws: [String]) throws {
    let text = try #require(Self.read(Tree.root + "/docs/eof.md"))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix("| \(title) |") })
    let header = Self.cells(lines[start])
    #expect(header.dropFirst() == ["parley connect ADDRESS", "parley listen ADDRESS"])
    let rows = lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map(Self.cells)
    #expect(rows.allSatisfy { $0.count == 3 && !$0.contains("") })
    #expect(rows.map { $0[0] } == laws)
  }

  private static func cells(_ line: Substring) -> [String] {
    line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map {
      String($0.filter { $0 != "`" }.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
      count = fread(buffer.baseAddress, 1, buffer.count, file)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Ours with its output somewhere else; what it ended with is the last line.
  private static func shell(_ role: EndRole, _ output: String, _ peer: String) async throws
    -> Finished
  {
    let script = "\"$0\" \"$@\" \(output); echo \"status ${PIPESTATUS[0]}\""
    let parley = try Tree.parley()
    switch role {
    case .connect:
      let server = try await Scripted("listen", .v4, [peer, "go"])
      let arguments = ["-c", script, parley, "connect", server.place.address]
      return try await ChildProcess(try Peer.bash.find(), arguments).finished()
    case .listen:
      let arguments = ["-c", script, parley, "listen", Loopback.v4.anyPort]
      let server = try ChildProcess(try Peer.bash.find(), arguments)
      try await server.expect(": listening on ", from: .errors)
      let place = try Place(try await server.expect("\n", from: .errors).dropLast())
      let client = try Scripted(to: place, peer, "go")
      defer { withExtendedLifetime(client) {} }
      return try await server.finished()
    }
  }

  @Test(
    "nobody reads stdout any more: 0, and no words", .needs(.python3, .bash),
    arguments: EndRole.allCases)
  func nobodyReads(_ role: EndRole) async throws {
    let end = try await Self.shell(role, "| head -c 1 | wc -c", "send:3000000")
    #expect(end.text.split(separator: "\n").last == "status 0", "\(end)")
    #expect(!end.errors.contains("parley \(role): broken"), "\(end)")
    #expect(end.errors.split(separator: "\n").count == (role == .listen ? 1 : 0), "\(end)")
  }

  @Test("stdout is full: 4, and why", .needs(.python3, .bash), arguments: EndRole.allCases)
  func full(_ role: EndRole) async throws {
    let end = try await Self.shell(role, ">/dev/full", "send:3000000")
    #expect(end.text == "status 4\n", "\(end)")
    #expect(end.errors.contains("No space left on device"), "\(end)")
  }

  @Test(
    "a signal ends connect with its number, and listen in order", .needs(.python3),
    arguments: [SIGINT, SIGTERM])
  func signals(_ number: CInt) async throws {
    for role in EndRole.allCases {
      let pair = try await EndPair(role, peer: "say:hello", "go")
      try await pair.ours.expect("hello")
      pair.ours.signal(number)
      let ending = try await pair.ours.ending()
      #expect(ending == .exited(role == .connect ? 128 + number : 0))
    }
  }

  @Test("without -k others are refused once a client has come", .needs(.python3))
  func onlyOne() async throws {
    let server = try await Listening(["listen", Loopback.v4.anyPort])
    let first = try Scripted(to: server.place, "say:first", "go")
    try await server.process.expect("first")
    let second = try await ChildProcess.parley("connect", server.place.address).finished()
    #expect(second.ending == .exited(10), "\(second)")
    withExtendedLifetime(first) {}
  }
}
