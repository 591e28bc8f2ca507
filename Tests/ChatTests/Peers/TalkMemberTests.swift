import Chat
import Sockets
import Testing
import Wire

@Suite("Taking part in a chat for two", .timeLimit(.minutes(5)))
struct TalkMemberTests {
  /// Somebody who looks at what is shown only when told to.
  private final class Reader: @unchecked Sendable {
    // @unchecked: confined to the loop's thread.
    var events: [MemberEvent] = []
    var typed = 0
    private var reads = false
    private let gate = Gate()

    func show(_ batch: [MemberEvent]) async {
      while !reads { await gate.wait() }
      events += batch
    }

    func read() {
      reads = true
      gate.open()
    }
  }

  /// Listens on a free port, with nobody who reads yet.
  private func listening(
    _ body: @escaping @Sendable (TalkMember, Reader, Listener) async throws -> Void
  ) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let member = TalkMember(.listening([listener]), on: loop, name: "ann", .u16)
      let reader = Reader()
      async let ending = member.run { await reader.show($0) }
      try await body(member, reader, listener)
      reader.read()
      member.leave()
      _ = await ending
    }
  }

  /// Lets all that can run on this loop run.
  private func settle() async { for _ in 0..<10_000 { await Task.yield() } }

  @Test("while nobody reads what is shown no more is typed, and nothing is lost by that")
  func typing() async throws {
    try await listening { member, reader, _ in
      async let typing: Void = {
        for number in 0..<3000 {
          guard await member.type(Array("\(number)".utf8)) else { return }
          reader.typed += 1
        }
      }()
      await settle()
      #expect(reader.typed < 600)
      reader.read()
      await typing
      await settle()
      let lines = reader.events.compactMap { event in
        if case .unsaid(let line, _) = event { line } else { nil }
      }
      #expect(lines == (0..<3000).map { "\($0)" })
    }
  }

  @Test("so many callers at a time hear that the line is busy; more are neither told nor told of")
  func callers() async throws {
    try await listening { member, reader, listener in
      let (place, loop) = (listener.localAddress, listener.loop)
      let partner = try await Connect.open(Address(place), on: loop)
      defer { partner.close() }
      var callers: [Connection] = []
      defer { for caller in callers { caller.close() } }
      for _ in 0..<600 { callers.append(try await Connect.open(Address(place), on: loop)) }
      // Whoever is last has been dealt with when it is closed.
      var told = 0
      for caller in callers { told += try await caller.readToEnd(atMost: 1000).isEmpty ? 0 : 1 }
      reader.read()
      await settle()
      let remarks = reader.events.compactMap { event in
        if case .remark(let words) = event, words.hasSuffix("busy.") { words } else { nil }
      }
      #expect(remarks.count == told && told >= 8 && told < 600)
    }
  }

  @Test("what a connection does not take any more is counted as lost, like what still waits in it")
  func refused() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      defer { listener.close() }
      let connection = try await Connect.open(Address(listener.localAddress), on: loop)
      let member = TalkMember(.called(connection), on: loop, name: "ann", .u16)
      // More than may wait for anybody, so that it is cut before anything goes out.
      let line = [UInt8](repeating: 0x61, count: 2 << 20)
      _ = await member.type(line)
      let reader = Reader()
      reader.read()
      async let ending = member.run { await reader.show($0) }
      let text = ChatText(time: .unknown, name: "ann", text: "").compose()
      while !reader.events.contains(where: { if case .hint = $0 { true } else { false } }) {
        await Task.yield()
      }
      // The time of a text has no fraction, or six digits of it.
      let room = (1398 - text.count - 8)...1398
      let pieces = (line.count / room.upperBound)...(line.count / room.lowerBound + 1)
      #expect(pieces.contains(member.unsaidCount))
      member.leave()
      _ = await ending
    }
  }
}
