internal import CLinux
import Chat
import Glibc
import Rooms
import Sockets
import Testing
import Wire

@Suite("Member on a connection", .timeLimit(.minutes(5)))
struct ChatMemberTests {
  /// A member's connection and the server's end of it, on one loop.
  private func withPair(
    _ body: @escaping @Sendable (EventLoop, Connection, Connection) async throws -> Void
  ) async throws {
    try await EventLoop.run { loop in
      var pair: [CInt] = [-1, -1]
      let type = CInt(bitPattern: SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
      try #require(socketpair(AF_UNIX, type, 0, &pair) == 0)
      let name = try #require(UnixAddress(path: "pair"))
      let ends = try pair.map {
        Connection(try Source(Descriptor(owning: $0), on: loop), peer: .unix(name))
      }
      defer { for end in ends { end.close() } }
      try await body(loop, ends[0], ends[1])
    }
  }

  private func session(_ loop: EventLoop) throws -> NativeSession {
    try NativeSession(nick: "ann", at: .now(Instant(nanoseconds: loop.now)))
  }

  @Test("everything typed is accepted before the goodbye")
  func polite() async throws {
    try await withPair { loop, ours, theirs in
      let member = ChatMember(ours, try self.session(loop))
      let server = ScriptedServer(theirs)
      let notes = Notes()
      let ending = try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        group.addTask {
          for number in 1...500 { _ = await member.type(Array("line \(number)".utf8)) }
          member.endInput()
        }
        let ending = await member.run { notes.events += $0 }
        try await group.waitForAll()
        return ending
      }
      #expect(ending == .left)
      let lines = (1...500).map { "line \($0)" }
      #expect(server.heard == lines)
      #expect(notes.events.compactMap(\.saying) == lines.map { "ann: \($0)" })
      #expect(server.mostWaiting <= NativeClient.window)
    }
  }

  @Test("while answers are missing nothing more is taken, and cancelling ends it")
  func backPressure() async throws {
    try await withPair { loop, ours, theirs in
      let member = ChatMember(ours, try self.session(loop))
      let server = ScriptedServer(theirs, answers: false)
      let notes = Notes()
      await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await server.serve() }
        group.addTask {
          var typed = 0
          while await member.type([0x78]) { typed += 1 }
          notes.typed = typed
        }
        group.addTask { _ = await member.run { notes.events += $0 } }
        await server.isFull.wait()
        group.cancelAll()
      }
      #expect(notes.typed == NativeClient.window)
    }
  }

  @Test("whoever shows slowly slows the server down, and misses nothing")
  func slowScreen() async throws {
    try await withPair { loop, ours, theirs in
      let member = ChatMember(ours, try self.session(loop))
      let server = ScriptedServer(theirs, flood: 5_000)
      let notes = Notes()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        let ending = await member.run { events in
          // Several turns of the loop for each piece.
          for _ in 0..<20 { await Task.yield() }
          notes.events += events
          if notes.events.count > 5_000 { member.leave() }
        }
        #expect(ending == .left)
        try await group.waitForAll()
      }
      #expect(notes.events.compactMap(\.saying) == (0..<5_000).map { "bob: \($0)" })
    }
  }

  @Test("a server that is gone without a goodbye is a lost connection")
  func lost() async throws {
    try await withPair { loop, ours, theirs in
      let member = ChatMember(ours, try self.session(loop))
      var bytes: [UInt8] = []
      try NativeFrame.welcome.encode(into: &bytes)
      try await theirs.write(bytes)
      theirs.close()
      let ending = await member.run { _ in }
      switch ending {
      case .native(.lost), .failed: break
      case .left, .closed, .native, .misbehaved: Issue.record("\(ending)")
      }
    }
  }
}

/// What a member showed; on one loop, as the member is.
private final class Notes: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  var events: [MemberEvent] = []
  var typed = 0
}

/// The server's side of the native door for one client, as far as a test needs it.
private final class ScriptedServer: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  private let connection: Connection
  private let answers: Bool
  private let flood: Int
  private(set) var heard: [String] = []
  private(set) var mostWaiting = 0
  /// As many messages as may wait for an answer do.
  let isFull = Gate()

  init(_ connection: Connection, answers: Bool = true, flood: Int = 0) {
    (self.connection, self.answers, self.flood) = (connection, answers, flood)
  }

  func serve() async throws {
    var decoder = NativeDecoder(awaitsPreface: true)
    while case let bytes = try await connection.read(), !bytes.isEmpty {
      decoder.receive(bytes.span)
      var answer: [UInt8] = []
      var waiting = 0
      while let frame = try decoder.next() {
        switch frame {
        case .hello:
          try NativeFrame.welcome.encode(into: &answer)
          for number in 0..<flood {
            try NativeFrame.said("\(number)", by: "bob", number: UInt64(number + 1))
              .encode(into: &answer)
          }
        case .say(let say):
          heard.append(String(decoding: say.body, as: UTF8.self))
          waiting += 1
          if answers {
            try NativeFrame.accepted(id: say.id, number: UInt64(heard.count)).encode(into: &answer)
          }
        case .bye: return connection.close()
        default: Issue.record("unexpected \(frame)")
        }
      }
      mostWaiting = max(mostWaiting, waiting)
      if !answers, heard.count >= NativeClient.window { isFull.open() }
      try await connection.write(answer)
    }
  }
}
