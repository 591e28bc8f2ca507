/// The laws of the second table: what takes the place of stdin and stdout.
extension EndTable {
  static let optionLaws: [(row: String, law: Law)] = [
    ("--exec, --sh-exec", executes),
    ("--send TEXT", sends),
    ("--reply TEXT", replies),
    ("--frame KIND", frames),
  ]

  private static func executes(_ role: EndRole) async throws {
    let pair = try await EndPair(role, ["--exec", "cat"], peer: "send:1000003", "fin", "end")
    try check(try await pair.ours.finished(), .exited(0), [])
    try await pair.peer.expect("end behind 1000003")
    // A peer that goes on sending is not waited for to its end.
    let endless = try await EndPair(
      role, ["--exec", "echo bye"], peer: #"until:bye\n"#, "drip:100000")
    try check(try await endless.ours.finished(), .exited(0), [])

    for (program, code) in [("false", 1), ("/no/such/program", 4)] as [(String, Int32)] {
      let failing = try await EndPair(role, ["--exec", program], peer: "end")
      let end = try await failing.ours.finished()
      try check(end, .exited(code), [])
      try check(end.errors.contains("parley \(role): ") && end.errors.contains(program), end)
    }
    // What it has started has the same stderr, so that this would not end with one of them left.
    let reset = try await EndPair(
      role, ["--sh-exec", "sleep 1000 & echo up; sleep 1000"], peer: #"until:up\n"#, "rst")
    try check(try await reset.ours.finished(), .exited(14), [])
    if role == .listen { try await executesForMany() }
  }

  private static func executesForMany() async throws {
    let server = try await Listening([
      "listen", "-k", "--sh-exec", "echo hi; read word; echo $word; exit 7", Loopback.v4.anyPort,
    ])
    let clients = try ["one", "two"].map {
      try Scripted(
        to: server.place, #"until:hi\n"#, "go", #"say:\#($0)\n"#, #"until:\#($0)\n"#, "end")
    }
    for client in clients { try await client.expect(#"b'hi\n'"#) }
    for (client, word) in zip(clients, ["one", "two"]) {
      try client.go()
      try await client.expect(#"b'\#(word)\n'"# + "\nend behind 0")
      try await server.process.expect("ended with 7\n", from: .errors)
    }
    try check(try await server.end(), .exited(0))
  }

  private static func sends(_ role: EndRole) async throws {
    guard role == .connect else {
      return try await isUnknown("listen", "--send", "text", Loopback.v4.anyPort)
    }
    let pair = try await EndPair(
      role, ["--send", "text"], peer: "until:text", "end", "send:1000003", "close")
    try check(try await pair.ours.finished(), .exited(0), megabyte)
    try await pair.peer.expect("b'text'\nend behind 0")
  }

  private static func replies(_ role: EndRole) async throws {
    guard role == .listen else {
      return try await isUnknown("connect", "--reply", "text", "127.0.0.1:1")
    }
    let server = try await Listening(["listen", "--reply", "answer", Loopback.v4.anyPort])
    // Both at a time: one asks and goes on, the other has nothing to say.
    let talker = try Scripted(
      to: server.place, "go", "say:question;", "until:answer", "end", "say:more;", "fin")
    let silent = try Scripted(to: server.place, "fin", "until:answer", "end")
    try await silent.expect("b'answer'\nend behind 0")
    try talker.go()
    try await talker.expect("b'answer'\nend behind 0")
    try await server.process.expect("question;more;")
    // It hears that nobody listens any more, long before it is done.
    let endless = try Scripted(to: server.place, "say:well;", "until:answer", "drip:100000")
    try check(try await endless.process.ending(), .exited(1))
    try check(try await server.end(), .exited(0))
  }

  private static func isUnknown(_ arguments: String...) async throws {
    let end = try await ChildProcess(try Tree.parley(), arguments).finished()
    try check(end, .exited(2), [])
    try check(end.errors.contains(arguments[1]), end)
  }

  private static func frames(_ role: EndRole) async throws {
    let pair = try await EndPair(
      role, ["--frame", "u16"], early: Array("one\ntwo\n".utf8), peer: "until:two", "end",
      #"say:\x00\x02ab"#, "close")
    try check(try await pair.ours.finished(), .exited(0), Array("ab\n".utf8))
    try await pair.peer.expect(#"b'\x00\x03one\x00\x03two'"# + "\nend behind 0")

    let wrong = [
      ("u16", #"say:\x00\x02ab\x00\x05cut"#), ("u32", #"say:\x00\x00\x00\x02ab\xff\x00\x00\x00"#),
    ]
    for (kind, bytes) in wrong {
      let cut = try await EndPair(role, ["--frame", kind], peer: bytes, "fin", "go")
      let end = try await cut.ours.finished()
      try check(end, .exited(1), Array("ab\n".utf8))
      try check(end.errors.contains("parley \(role): "), end)
    }
  }
}
