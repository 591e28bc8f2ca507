import Testing

/// Clients of every kind that people have, in one room.
@Suite("Everybody in one room")
struct EverybodyTests {
  private static let messages = 5

  @Test(
    "each sees all the others' messages, joins and leaves, once and in order",
    .needs(.nc, .ncat, .telnet, .socat, .python3), arguments: [1, 2])
  func everybody(loops: Int) async throws {
    let server = try await RunningServer(
      ["any", "dec10", "u16", "u32"], ["--loops", "\(loops)"])
    var room: [Guest] = []
    // These three say nothing for five seconds, while everybody else comes.
    for (index, kind) in ["dec10", "u16", "u32"].enumerated() {
      room.append(try pupil(kind, server.ports[index + 1]))
      try await server.process.expect("entered client=\(index + 1) ", from: .errors)
    }
    for number in 0..<Self.visitorCount {
      let guest = try visitor(number, server.ports[0])
      try await guest.awaits("a welcome") { sights in
        sights.contains { $0.isRemark(with: "You are \(guest.nick) in lobby") }
      }
      for present in room {
        try await present.awaits("\(guest.nick) come") { $0.contains(.joined(guest.nick)) }
      }
      room.append(guest)
    }
    try await talk(room)
    try await part(room, server)
    for (place, guest) in room.enumerated() { verify(guest, at: place, in: room) }
    #expect(try await server.end() == .exited(0))
  }

  /// A client as the lessons write them, behind a fixed door and so a member before it speaks.
  private func pupil(_ kind: String, _ port: String) throws -> Guest {
    let process = try ChildProcess(
      try Peer.python3.find(),
      [Tree.script("chat_\(kind).py"), "127.0.0.1", port, "--silent", "5"]
        + (kind == "dec10" ? [] : ["--nick", kind]))
    return Guest(
      nick: kind, process: process, style: kind == "dec10" ? .lines : .chatTexts,
      leaving: kind == "u32" ? .killed : .endOfInput)
  }

  private static let visitorCount = 5

  /// One of those who come to the port for everybody.
  private func visitor(_ number: Int, _ port: String) throws -> Guest {
    let guest: Guest
    switch number {
    case 0:
      guest = try line("nc", try Peer.nc.find(), ["-N", "127.0.0.1", port], leaving: .killed)
    case 1: guest = try line("ncat", try Peer.ncat.find(), ["-C", "127.0.0.1", port])
    case 2: guest = try line("telnet", try Peer.telnet.find(), ["127.0.0.1", port])
    case 3: guest = try line("socat", try Peer.socat.find(), ["-", "TCP:127.0.0.1:\(port)"])
    default:
      // High enough for all of it.
      let (columns, rows): (UInt16, UInt16) = (60, 400)
      return Guest(
        nick: "join",
        process: try ChildProcess(
          try Tree.parley(), ["join", "127.0.0.1:\(port)", "--nick", "join"],
          on: .terminal(columns: columns, rows: rows)),
        style: .terminal(columns: Int(columns), rows: Int(rows)), lineEnd: "\r",
        leaving: .typed("\u{4}"),
        showsOwn: true)
    }
    try guest.say("/nick \(guest.nick)")
    return guest
  }

  private func line(
    _ nick: String, _ path: String, _ arguments: [String], leaving: Guest.Leaving = .endOfInput
  ) throws -> Guest {
    Guest(
      nick: nick, process: try ChildProcess(path, arguments), style: .lines, leaving: leaving)
  }

  private func texts(of guest: Guest) -> [String] {
    (1...Self.messages).map { "\(guest.nick) says \($0)" }
  }

  /// All talk at the same time, and all hear all of it.
  private func talk(_ room: [Guest]) async throws {
    // Only now: were it the script that says it after its silence, some might have come later.
    for guest in room where guest.nick == "dec10" { try guest.say("/nick dec10") }
    for number in 0..<Self.messages {
      // Whoever types at a terminal has half a line there while the others' arrive.
      for guest in room where guest.showsOwn {
        try guest.process.write(String(texts(of: guest)[number].dropLast()))
      }
      for guest in room where !guest.showsOwn { try guest.say(texts(of: guest)[number]) }
      for guest in room where guest.showsOwn {
        try guest.say(String(texts(of: guest)[number].suffix(1)))
      }
    }
    for guest in room {
      for other in room where other.nick != guest.nick || guest.showsOwn {
        let last = Sight.said(other.nick, texts(of: other)[Self.messages - 1])
        try await guest.awaits("the last of \(other.nick)") { $0.contains(last) }
      }
    }
  }

  /// One after the other goes, and those who are left see it.
  private func part(_ room: [Guest], _ server: RunningServer) async throws {
    for (place, guest) in room.enumerated() {
      try guest.leave()
      for present in room[(place + 1)...] {
        try await present.awaits("\(guest.nick) go") { $0.contains(.left(guest.nick)) }
      }
      let ending = try await guest.process.ending()
      if case .killed = guest.leaving {
        #expect(ending == .killed(9))
      } else if guest.nick != "telnet" {
        #expect(ending == .exited(0), "\(guest.nick)")
      }
    }
    try await server.process.expect("left client=\(room.count) ", from: .errors)
  }

  /// The laws, for one of them: `place` is when it came, and when it went.
  private func verify(_ guest: Guest, at place: Int, in room: [Guest]) {
    let seen = guest.seen
    var expectedCount = 0
    for (other, them) in room.enumerated() {
      var expected: [Sight] = []
      let pupil = other < 3 ? "guest-\(other + 1)" : nil
      if other > place { expected.append(.joined(pupil ?? them.nick)) }
      if let pupil, other != place { expected.append(.renamed(pupil, to: them.nick)) }
      if other != place || guest.showsOwn {
        expected += texts(of: them).map { .said(them.nick, $0) }
      }
      if other < place { expected.append(.left(them.nick)) }
      let actual = seen.filter { $0.actor == them.nick || pupil != nil && $0.actor == pupil }
      #expect(actual == expected, "what \(guest.nick) saw of \(them.nick)")
      expectedCount += expected.count
    }
    #expect(seen.count { $0.actor != nil } == expectedCount, "seen by \(guest.nick)")
  }
}

extension Sight {
  /// Whose doing it is.
  fileprivate var actor: String? {
    switch self {
    case .said(let name, _), .joined(let name), .left(let name), .renamed(let name, _): name
    case .other: nil
    }
  }

  fileprivate func isRemark(with words: String) -> Bool {
    if case .other(let line) = self { line.contains(words) } else { false }
  }
}
