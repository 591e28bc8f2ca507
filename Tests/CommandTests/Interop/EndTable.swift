import Glibc

/// The laws of docs/eof.md: one for each row of its tables, which hold in both roles.
enum EndTable {
  typealias Law = @Sendable (EndRole) async throws -> Void

  static let megabyte = Pattern.bytes(1_000_003)

  /// Under the words of the table's first column.
  static let laws: [(row: String, law: Law)] = [
    ("stdin ends", stdinEnds),
    ("the peer half-closes", peerHalfCloses),
    ("the peer resets", peerResets),
    ("the peer is silent", peerIsSilent),
    ("-N", { try await answered(after: ["-N"], $0) }),
    ("-q S", quits),
    ("--send-only", sendsOnly),
    ("--recv-only", receivesOnly),
    ("-k", keepsOpen),
    ("-u (UDP)", datagrams),
  ]

  private static func stdinEnds(_ role: EndRole) async throws {
    try await answered(after: [], role)
  }

  /// All is sent, then comes the end; the answer to the end is read to its own.
  private static func answered(after options: [String], _ role: EndRole) async throws {
    let pair = try await EndPair(
      role, options, early: megabyte, peer: "end", "send:1000003", "close")
    let end = try await pair.ours.finished()
    try check(end, .exited(0), megabyte)
    try await pair.peer.expect("end behind 1000003")
  }

  private static func peerHalfCloses(_ role: EndRole) async throws {
    let pair = try await EndPair(role, peer: "send:1000", "fin", "end")
    try await pair.ours.outputEnds()
    let end = try await pair.ours.finished(fed: megabyte)
    try check(end, .exited(0), Pattern.bytes(1000))
    try await pair.peer.expect("end behind 1000003")

    // On a terminal, where nobody would see it, the peer's end is the end.
    let typing = try await EndPair.onTerminal(role, peer: "say:bye", "fin", "end")
    try check(try await typing.ours.ending(), .exited(0))
    try await typing.peer.expect("end behind 0")
  }

  private static func peerResets(_ role: EndRole) async throws {
    let pair = try await EndPair(role, peer: "send:1000", "go", "rst")
    try await pair.ours.count(1000)
    try pair.peer.go()
    let end = try await pair.ours.finished()
    try check(end, .exited(14), Pattern.bytes(1000))
    try check(end.errors.contains("parley \(role): ") && end.errors.contains("reset"), end)
  }

  private static func peerIsSilent(_ role: EndRole) async throws {
    let patient = try await EndPair(role, early: [1], peer: "hear", "go", "send:10", "close")
    let idle = try await EndPair(role, ["-i", "0.5"], early: [1], peer: "hear", "go")
    try await expectTimeout(idle.ours, role)
    switch role {
    case .connect:
      let full = try await Scripted("full", .v4, [])
      try await expectTimeout(.parley("connect", "-w", "0.5", full.place.address), role)
    case .listen:
      try await expectTimeout(.parley("listen", "-w", "0.5", Loopback.v4.anyPort), role)
    }
    // The others have long given up.
    try patient.peer.go()
    try check(try await patient.ours.finished(), .exited(0), Pattern.bytes(10))
  }

  private static func expectTimeout(_ process: ChildProcess, _ role: EndRole) async throws {
    let end = try await process.finished()
    try check(end, .exited(13), [])
    try check(end.errors.contains("parley \(role): "), end)
  }

  private static func quits(_ role: EndRole) async throws {
    let pair = try await EndPair(role, ["-q", "0.5"], early: megabyte, peer: "end", "go")
    try check(try await pair.ours.finished(), .exited(0), [])
    try await pair.peer.expect("end behind 1000003")
    // An earlier end of the peer's is waited for no longer.
    let early = try await EndPair(
      role, ["-q", "600"], early: megabyte, peer: "end", "send:10", "close")
    try check(try await early.ours.finished(), .exited(0), Pattern.bytes(10))
  }

  private static func sendsOnly(_ role: EndRole) async throws {
    // More than any buffer takes: who did not read would hold the peer up. It does not end here.
    let loud = try await EndPair(
      role, ["--send-only"], early: megabyte, peer: "send:10000000", "end", "go")
    try check(try await loud.ours.finished(), .exited(0), [])
    try await loud.peer.expect("end behind 1000003")

    let ended = try await EndPair(role, ["--send-only"], peer: "send:10", "fin", "end")
    try await ended.peer.expect("sent 10")
    try check(try await ended.ours.finished(fed: megabyte), .exited(0), [])
    try await ended.peer.expect("end behind 1000003")
  }

  private static func receivesOnly(_ role: EndRole) async throws {
    let pair = try await EndPair(
      role, ["--recv-only"], early: [1, 2, 3], peer: "send:1000003", "go", "open", "fin", "end")
    try await pair.ours.count(megabyte.count)
    try pair.peer.go()
    try check(try await pair.ours.finished(), .exited(0), megabyte)
    try await pair.peer.expect("open\nend behind 0")
  }

  private static func keepsOpen(_ role: EndRole) async throws {
    guard role == .listen else {
      let end = try await ChildProcess.parley("connect", "-k", "127.0.0.1:1").finished()
      return try check(end, .exited(2), [])
    }
    let server = try await Listening(["listen", "-k", Loopback.v4.anyPort])
    let one = try Scripted(to: server.place, "say:one;", #"until:all\n"#, "end", "say:last;", "fin")
    let two = try Scripted(to: server.place, "say:two;", #"until:all\n"#, "rst")
    try await server.process.output { $0.contains("one;") && $0.contains("two;") }
    try server.process.write("to all\n")
    try await one.expect(#"b'to all\n'"#)
    try await two.expect(#"b'to all\n'"#)
    try await server.process.expect("reset", from: .errors)
    server.process.closeInput()
    // Its own direction still goes.
    try await one.expect("end behind 0")
    try await server.process.expect("last;")
    let later = try Scripted(to: server.place, "say:later;", "fin", "end")
    try await server.process.expect("later;")
    // A client that ends is closed.
    try await later.expect("end behind 0")
    try check(try await server.end(), .exited(0))
  }

  private static func datagrams(_ role: EndRole) async throws {
    switch role {
    case .connect: try await datagramsOut()
    case .listen: try await datagramsIn()
    }
  }

  private static func datagramsOut() async throws {
    let peer = try await Scripted("udp", .v4, ["hear", "say:pong"])
    let ours = try ChildProcess.parley("connect", "-u", peer.place.address)
    try check(try await ours.finished(fed: Array("ping".utf8)), .exited(0), Array("pong".utf8))
    try await peer.expect("b'ping'")
    let silent = try await Scripted("udp", .v4, ["hear", "go"])
    let hasty = try ChildProcess.parley("connect", "-u", "-q", "0", silent.place.address)
    try check(try await hasty.finished(fed: Array("bye".utf8)), .exited(0), [])
    try await silent.expect("b'bye'")
    // A number that TCP has is nobody's in UDP.
    let nobody = try HeldPort()
    let refused = try ChildProcess.parley("connect", "-u", nobody.place.address)
    try check(try await refused.finished(fed: Array("ping".utf8)), .exited(10), [])
  }

  private static func datagramsIn() async throws {
    // The first is the peer, and nobody else is heard; the end of stdin changes nothing.
    let server = try await Listening(["listen", "-u", Loopback.v4.anyPort])
    let first = try Scripted(to: server.place, mode: "udp", "say:one;", "hear", "go", "say:still;")
    try await server.process.expect("one;")
    server.process.feed("answer")
    try await first.expect("b'answer'")
    _ = try await Scripted(to: server.place, mode: "udp", "say:two;").isDone()
    try first.go()
    try await server.process.expect("still;")
    let end = try await server.end()
    try check(end, .exited(0))
    try check(server.process.transcript() == Array("one;still;".utf8), "somebody else was heard")

    let open = try await Listening(["listen", "-u", "-k", Loopback.v4.anyPort])
    let all = try (1...2).map {
      try Scripted(to: open.place, mode: "udp", "say:peer \($0);", "hear")
    }
    try await open.process.output { $0.contains("peer 1;") && $0.contains("peer 2;") }
    open.process.feed("to all")
    for peer in all { try await peer.expect("b'to all'") }
    try check(try await open.end(), .exited(0))

    let quitting = try await Listening(["listen", "-u", "-q", "0.5", Loopback.v4.anyPort])
    let last = try Scripted(to: quitting.place, mode: "udp", "say:bye", "hear", "go")
    quitting.process.feed("bye")
    try await last.expect("b'bye'")
    try check(try await quitting.process.finished(), .exited(0), Array("bye".utf8))
    let idle = try await Listening(["listen", "-u", "-i", "0.5", Loopback.v4.anyPort])
    try await expectTimeout(idle.process, .listen)
  }

  static func check(
    _ end: Finished, _ ending: ChildProcess.Ending, _ output: [UInt8]
  ) throws {
    try check(end.ending == ending, "not \(ending): \(end)")
    if let difference = end.difference(from: output) { throw ToolError("\(difference); \(end)") }
  }

  static func check(
    _ ending: ChildProcess.Ending, _ wanted: ChildProcess.Ending
  ) throws { try check(ending == wanted, "\(ending) instead of \(wanted)") }

  static func check(_ isTrue: Bool, _ what: @autoclosure () -> Any) throws {
    // Lazily: a megabyte that is no text takes seconds to show.
    if !isTrue { throw ToolError("\(what())") }
  }
}
