import Sockets
import Testing

@testable import Chat

/// A program may type faster than anybody reads what comes of it.
@Suite("Answers that nobody reads", .timeLimit(.minutes(5)))
struct UnreadAnswersTests {
  private final class Typist: @unchecked Sendable {
    // @unchecked: confined to the loop's thread.
    var count = 0
    var shown = 0
    let mayRead = Gate()
    var isReading = false
  }

  private static let lines = 5000

  /// Types line after line while nothing is shown; then what was typed is shown after all.
  private func check(_ member: any Participant, on loop: EventLoop) async throws {
    let typist = Typist()
    await withDiscardingTaskGroup { group in
      group.addTask {
        _ = await member.run { events in
          while !typist.isReading { await typist.mayRead.wait() }
          typist.shown += events.count
        }
      }
      group.addTask {
        while typist.count < Self.lines, await member.type(Array("/nonsense".utf8)) {
          typist.count += 1
        }
        member.endInput()
      }
      // Long enough to type them all, if nothing holds that up.
      for _ in 0..<1000 { try? await loop.sleep(for: .zero) }
      while typist.count == 0 { try? await loop.sleep(for: .milliseconds(1)) }
      for _ in 0..<Self.lines { try? await loop.sleep(for: .zero) }
      #expect(typist.count < 1000)
      typist.isReading = true
      typist.mayRead.open()
    }
    #expect(typist.count == Self.lines)
    #expect(typist.shown >= Self.lines)
  }

  @Test("hold up the typing in a chat by datagrams")
  func datagrams() async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await check(DatagramMember(socket, name: "ann", named: []), on: loop)
    }
  }

  @Test("hold up the typing in a TCP group chat")
  func streams() async throws {
    try await EventLoop.run { loop in
      var options = Listener.Options()
      options.lendsPort = true
      let listeners = try await Listen.bind(
        Address("127.0.0.1:0"), on: loop, resolver: Resolver(), options: options)
      try await check(MeshMember(listeners, on: loop, name: "ann", named: []), on: loop)
    }
  }
}
