import Messaging
import Sockets
import Testing

@Suite("lent messages and their replies", .timeLimit(.minutes(5)))
struct RepliesTests {
  @Test("echo everything", arguments: Framing.allCases, Cable.Transport.allCases)
  func echo(framing: Framing, transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let near = MessageConnection(cable.near, framing: framing)
      let far = MessageConnection(cable.far, framing: framing)
      async let served: Void = far.forEach { message, replies in try replies.send(message) }
      let messages = (1...300).map { [UInt8](repeating: 0x61, count: $0 * 7 % 3000 + 1) }
      async let sent: Void = near.send(contentsOf: messages)
      for message in messages { #expect(try await near.receive() == message) }
      try await sent
      try await near.connection.shutdownWrite()
      try await served
    }
  }

  @Test("may have every length up to the limit, and no other", arguments: Framing.allCases)
  func lengths(framing: Framing) async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: framing, limit: 40)
      let far = MessageConnection(cable.far, framing: framing, limit: 40)
      // A first message makes memory, which the next fill to its end.
      async let served: Void = far.forEach { _, replies in
        for count in Array(0...41) + [1, 40] {
          let reply = [UInt8](repeating: UInt8(count), count: count).map { $0 == 10 ? 99 : $0 }
          if count > 40 || count == 0 && framing == .u16 {
            #expect(throws: MessagingError.self) { try replies.send(reply) }
          } else {
            try replies.send(reply)
          }
        }
      }
      for _ in 0..<3 {
        try await near.send([1])
        for count in Array(0...40) + [1, 40] where count > 0 || framing != .u16 {
          let byte = UInt8(count == 10 ? 99 : count)
          #expect(try await near.receive() == [UInt8](repeating: byte, count: count))
        }
      }
      try await near.connection.shutdownWrite()
      try await served
    }
  }

  @Test("come in order when more arrives at once than is answered at once")
  func manyBatches() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      async let served: Void = far.forEach { message, replies in
        // 9 times what came: several batches to each read.
        for _ in 0..<9 { try replies.send(message) }
      }
      let messages = (0..<4000).map { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8), 3] }
      async let sent: Void = near.send(contentsOf: messages)
      for message in messages {
        for _ in 0..<9 { #expect(try await near.receive() == message) }
      }
      try await sent
      try await near.connection.shutdownWrite()
      try await served
    }
  }

  @Test("end with the other side's length 0, whatever follows it")
  func closing() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u16)
      try await cable.far.write([0, 1, 5, 0, 0, 0, 1, 6])
      var heard: [UInt8] = []
      try await near.forEach { message, _ in heard.append(message[0]) }
      #expect(heard == [5])
      #expect(try await near.receive() == nil)
    }
  }

  @Test("never mix with what other tasks send", arguments: Cable.Transport.allCases)
  func othersSend(transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      let size = 30_000
      async let served: Void = far.forEach { message, replies in
        for _ in 0..<5 { try replies.send([UInt8](repeating: message[0], count: size)) }
      }
      async let others: Void = {
        for _ in 0..<100 { try await far.send([UInt8](repeating: 200, count: size)) }
      }()
      async let asked: Void = {
        for number in UInt8(0)..<40 { try await near.send([number]) }
      }()
      var replies: [UInt8] = []
      for _ in 0..<(40 * 5 + 100) {
        let message = try #require(try await near.receive())
        #expect(message == [UInt8](repeating: message[0], count: size))
        if message[0] != 200 { replies.append(message[0]) }
      }
      #expect(replies == (UInt8(0)..<40).flatMap { [UInt8](repeating: $0, count: 5) })
      try await asked
      try await others
      try await near.connection.shutdownWrite()
      try await served
    }
  }

  @Test("are not asked for by a peer that does not read them")
  func backPressure() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      let heard = Heard()
      async let served: Void = far.forEach { message, replies in
        heard.count += 1
        try replies.send([UInt8](repeating: message[0], count: 60_000))
      }
      async let asked: Void = {
        for number in 0..<1000 { try await near.send([UInt8(truncatingIfNeeded: number)]) }
      }()
      for number in 0..<1000 {
        // Ahead of the reader by no more than what the sockets hold, and one batch.
        #expect(heard.count < number + 100)
        #expect(try await near.receive()?.first == UInt8(truncatingIfNeeded: number))
      }
      try await asked
      try await near.connection.shutdownWrite()
      try await served
      #expect(heard.count == 1000)
    }
  }

  @Test("end with the task that is cancelled while it waits, and lose nothing")
  func cancelled() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup { group in
          group.addTask {
            try await far.forEach { message, replies in try replies.send(message) }
          }
          for number in UInt8(0)..<3 {
            try await near.send([number])
            #expect(try await near.receive() == [number])
          }
          try await near.connection.write([0, 0, 0, 2, 7])
          await settle()
          group.cancelAll()
          try await group.waitForAll()
        }
      }
      try await near.connection.write([8])
      #expect(try await far.receive() == [7, 8])
      try await far.send([9])
      #expect(try await near.receive() == [9])
    }
  }

  @Test("stay on the actor of the caller")
  func onActor() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      let counter = Counter()
      async let served: Void = counter.serve(far)
      for number in UInt8(0)..<20 {
        try await near.send([number])
        #expect(try await near.receive() == [number])
      }
      try await near.connection.shutdownWrite()
      try await served
      #expect(await counter.count == 20)
    }
  }

  @Test("fail when the body closes the connection")
  func closesItself() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      async let asked: Void = {
        try await near.send([0])
        #expect(try await near.receive() == [0])
        try await near.send([1])
      }()
      await #expect(throws: SocketError.self) {
        try await far.forEach { message, replies in
          if message[0] == 1 { far.connection.close() } else { try replies.send(message) }
        }
      }
      try await asked
      #expect(try await near.receive() == nil)
    }
  }

  @Test("leave with one write for all that arrived together")
  func oneWrite() async throws {
    try await Cable.run(.tcp) { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      let before = try #require(cable.segmentsSent)
      async let served: Void = near.forEach { message, replies in
        try replies.send(message)
        try replies.send("and")
        try replies.send([4])
      }
      try await far.send(contentsOf: Array(repeating: [1, 2, 3], count: 100))
      for index in 0..<300 {
        let expected = [[1, 2, 3], [UInt8]("and"), [4]][index % 3]
        #expect(try await far.receive() == expected)
      }
      #expect(cable.segmentsSent == before + 1)
      try await far.connection.shutdownWrite()
      try await served
    }
  }

  @Test("are sent before an error is thrown", arguments: [true, false])
  func errors(isPeers: Bool) async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u16, limit: 10)
      let far = MessageConnection(cable.far, framing: .u16)
      try await far.send(contentsOf: [[1], [2], isPeers ? Array(1...11) : [0], [3]])
      await #expect(throws: MessagingError.self) {
        try await near.forEach { message, replies in
          if message[0] == 0 { throw MessagingError.closed }
          try replies.send(message)
        }
      }
      cable.near.close()
      #expect(try await far.receive() == [1])
      #expect(try await far.receive() == [2])
      // Closing with unread input may reset the connection, so the end is not looked at.
    }
  }

  @Test("work off the loop, and may touch what their task owns")
  func offLoop() async throws {
    let count = try await EventLoop.run { home in
      let cable = try Cable(.unix, on: home)
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      return try await EventLoop.run { _ in
        try await far.send(contentsOf: [[1], [2], [3]])
        try await far.connection.shutdownWrite()
        var count = 0
        try await near.forEach { message, replies in
          count += message.count
          try replies.send(message)
        }
        for number in UInt8(1)...3 { #expect(try await far.receive() == [number]) }
        cable.near.close()
        cable.far.close()
        return count
      }
    }
    #expect(count == 3)
  }

  @Test("wait for a peer that does not read")
  func slowReader() async throws {
    try await Cable.run { cable in
      let near = MessageConnection(cable.near, framing: .u32)
      let far = MessageConnection(cable.far, framing: .u32)
      async let served: Void = near.forEach { message, replies in
        for _ in 0..<64 { try replies.send([UInt8](repeating: message[0], count: 10_000)) }
      }
      try await far.send(contentsOf: (1...20).map { [$0] })
      await settle()
      try await far.connection.shutdownWrite()
      for number in UInt8(1)...20 {
        for _ in 0..<64 { #expect(try await far.receive()?.first == number) }
      }
      try await served
    }
  }
}

/// Counts on the loop's thread.
private final class Heard: @unchecked Sendable {
  // @unchecked: one thread.
  var count = 0
}

private actor Counter {
  private(set) var count = 0

  func serve(_ peer: MessageConnection) async throws {
    try await peer.forEach { message, replies in
      self.assertIsolated()
      count += 1
      try replies.send(message)
    }
  }
}
