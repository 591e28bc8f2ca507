import Messaging
import Sockets
import Testing

@Suite("interrupting messages", .timeLimit(.minutes(5)))
struct InterruptionTests {
  @Test("a cancelled receive loses nothing", arguments: Cable.Transport.allCases)
  func cancelledReceive(transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let far = MessageConnection(cable.far, framing: .u32)
      try await cable.near.write([0, 0, 0, 5, 0x68, 0x65])
      await withThrowingTaskGroup(of: [UInt8]?.self) { group in
        group.addTask { try await far.receive() }
        await settle()
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      try await cable.near.write("llo")
      #expect(try await far.receive() == [UInt8]("hello"))
    }
  }

  @Test("a receive whose time is over loses nothing", arguments: Cable.Transport.allCases)
  func timedOutReceive(transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let far = MessageConnection(cable.far, framing: .dec10)
      try await cable.near.write("         2x")
      await #expect {
        try await far.receive(timeout: .milliseconds(1))
      } throws: { error in
        (error as? SocketError)?.reason == .timedOut(after: .milliseconds(1))
      }
      try await cable.near.write("y")
      #expect(try await far.receive() == [UInt8]("xy"))
    }
  }

  @Test("a send that is cut short makes all further sends fail")
  func cutShort() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      await withThrowingTaskGroup { group in
        group.addTask { try await near.send([UInt8](repeating: 1, count: 16 << 20)) }
        await settle()
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      await #expect(throws: SocketError.self) { try await near.send("more") }
    }
  }

  @Test("a send that is cancelled in line sends nothing, and the others are whole")
  func cancelledInLine() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      let large = [UInt8](repeating: 1, count: 4 << 20)
      async let first: Void = near.send(large)
      await settle()
      await withThrowingTaskGroup { group in
        group.addTask { try await near.send("never") }
        await settle()
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      async let last: Void = near.send("last")
      #expect(try await far.receive() == large)
      #expect(try await far.receive() == [UInt8]("last"))
      try await first
      try await last
    }
  }

  @Test("nothing begins in a cancelled task")
  func cancelledBefore() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      try await far.send("there")
      await withThrowingTaskGroup(of: Void.self) { group in
        group.cancelAll()
        group.addTask { try await near.send("x") }
        await #expect(throws: CancellationError.self) { try await group.next() }
        group.addTask { _ = try await near.receive() }
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      #expect(try await near.receive() == [UInt8]("there"))
    }
  }

  @Test("closing wakes who waits")
  func closing() async throws {
    try await Cable.run { cable in
      let far = MessageConnection(cable.far, framing: .u32)
      await withThrowingTaskGroup { group in
        group.addTask { _ = try await far.receive() }
        await settle()
        cable.far.close()
        await #expect(throws: SocketError.self) { try await group.next() }
      }
    }
  }
}
