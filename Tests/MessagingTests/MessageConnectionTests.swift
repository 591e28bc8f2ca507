import Messaging
import Sockets
import Testing

@Suite("messages over a connection", .timeLimit(.minutes(5)))
struct MessageConnectionTests {
  @Test(
    "arrive as they were sent, whatever their size", arguments: Framing.allCases,
    Cable.Transport.allCases)
  func roundTrips(framing: Framing, transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let near = MessageConnection(cable.near, framing: framing)
      let far = MessageConnection(cable.far, framing: framing)
      for size in [1, 0, 2, 9, 10, 255, 256, 65_535] where framing != .u16 || size > 0 {
        let message = [UInt8](repeating: UInt8(truncatingIfNeeded: size) | 1, count: size)
          .map { $0 == 10 ? 11 : $0 }
        async let sent: Void = near.send(message)
        #expect(try await far.receive() == message)
        try await sent
      }
    }
  }

  @Test("may have 16 MiB", arguments: Cable.Transport.allCases)
  func large(transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      let message = [UInt8](repeating: 7, count: 16 << 20)
      async let sent: Void = near.send(message)
      #expect(try await far.receive() == message)
      try await sent
    }
  }

  @Test("end once", arguments: Cable.Transport.allCases)
  func endOnce(transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      try await near.send("one")
      try await near.connection.shutdownWrite()
      var iterator = far.makeAsyncIterator()
      #expect(try await iterator.next() == [UInt8]("one"))
      for _ in 0..<3 { #expect(try await iterator.next() == nil) }
      #expect(try await far.receive() == nil)
      // The other direction is still open.
      try await far.send("two")
      #expect(try await near.receive() == [UInt8]("two"))
    }
  }

  @Test("end a sequence after an error, and the error stays")
  func errorStays() async throws {
    try await Cable.run { cable in
      let far = MessageConnection(cable.far, framing: .u32)
      try await cable.near.write([0, 0, 0, 2, 1])
      cable.near.close()
      var iterator = far.makeAsyncIterator()
      await #expect(throws: MessagingError.truncated) { try await iterator.next() }
      #expect(try await iterator.next() == nil)
      await #expect(throws: MessagingError.truncated) { try await far.receive() }
    }
  }

  @Test("never mix when several tasks and loops send", arguments: Cable.Transport.allCases)
  func severalSenders(transport: Cable.Transport) async throws {
    let (senders, rounds) = (6, 60)
    try await Cable.run(transport) { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      try await withThrowingTaskGroup { group in
        for sender in 0..<senders {
          let send: @Sendable () async throws -> Void = {
            for round in 0..<rounds {
              let size = 2 + (sender + round) % 5 * 20_000
              var message = [UInt8](repeating: UInt8(sender), count: size)
              message[1] = UInt8(round)
              try await near.send(message)
            }
          }
          group.addTask {
            // Half of them on the connection's loop, half elsewhere.
            if sender % 2 == 0 {
              try await send()
            } else {
              try await EventLoop.run { _ in try await send() }
            }
          }
        }
        var next = [Int](repeating: 0, count: senders)
        for _ in 0..<(senders * rounds) {
          let message = try #require(try await far.receive())
          let sender = Int(message[0])
          #expect(Int(message[1]) == next[sender])
          #expect(message.count == 2 + (sender + next[sender]) % 5 * 20_000)
          #expect(message.dropFirst(2).allSatisfy { $0 == message[0] })
          next[sender] += 1
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("reach one of several receivers each, whole")
  func severalReceivers() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u16)
      let far = MessageConnection(cable.far, framing: .u16)
      let numbers = try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for _ in 0..<4 {
          group.addTask {
            var seen: [UInt8] = []
            for try await message in far { seen.append(message[0]) }
            return seen
          }
        }
        for number in 0..<UInt8(200) { try await near.send([number]) }
        try await near.connection.shutdownWrite()
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(numbers.sorted() == Array(0..<200))
    }
  }

  @Test("are sent from no loop at all, and received there")
  func offLoop() async throws {
    let echoed = try await EventLoop.run { home in
      let cable = try Cable(.tcp, on: home)
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      return try await EventLoop.run { _ in
        try await near.send("one")
        try await near.send(contentsOf: [[2], [3]])
        let all = [try await far.receive(), try await far.receive(), try await far.receive()]
        cable.near.close()
        #expect(try await far.receive() == nil)
        cable.far.close()
        return all
      }
    }
    #expect(echoed == [[UInt8]("one"), [2], [3]])
  }

  @Test("leave with one write each, header and payload, and several at once with one")
  func oneWrite() async throws {
    try await Cable.run(.tcp) { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let before = try #require(cable.segmentsSent)
      for _ in 0..<10 { try await near.send("hello") }
      #expect(cable.segmentsSent == before + 10)
      try await near.send(contentsOf: Array(repeating: [1, 2, 3], count: 100))
      #expect(cable.segmentsSent == before + 11)
    }
  }
}
