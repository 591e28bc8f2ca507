import Messaging
import Sockets
import Testing

@Suite("text lines", .timeLimit(.minutes(5)))
struct TextLinesTests {
  @Test("leave when they are flushed, not before", arguments: Cable.Transport.allCases)
  func flush(transport: Cable.Transport) async throws {
    try await Cable.run(transport) { cable in
      let lines = TextLines(cable.near)
      try await lines.write("hello")
      try await lines.write("")
      await #expect(throws: SocketError.self) {
        try await cable.far.read(timeout: .milliseconds(5))
      }
      try await lines.flush()
      try await lines.flush()
      #expect(try await cable.far.read() == [UInt8]("hello\r\n\r\n"))
    }
  }

  @Test("are read up to LF or CR LF, at every split", arguments: Cable.Transport.allCases)
  func splits(transport: Cable.Transport) async throws {
    let bytes = [UInt8]("hé\r\n\na\rb\r\r\n")
    try await EventLoop.run { loop in
      for cut in 0...bytes.count {
        let cable = try Cable(transport, on: loop)
        let lines = TextLines(cable.far)
        async let received = lines.reduce(into: []) { $0.append($1) }
        try await cable.near.write(Array(bytes[..<cut]))
        await settle()
        try await cable.near.write(Array(bytes[cut...]))
        cable.near.close()
        #expect(try await received == ["hé", "", "a\rb\r"])
        #expect(try await lines.read() == nil)
        cable.far.close()
      }
    }
  }

  @Test("that do not fit beside the others send those first")
  func full() async throws {
    try await Cable.run { cable in
      let lines = TextLines(cable.near, limit: 100, capacity: 10)
      try await lines.write("123")
      try await lines.write("456")
      try await lines.write("7")
      #expect(try await cable.far.read() == [UInt8]("123\r\n456\r\n"))
      try await lines.write("longer than the buffer")
      #expect(try await cable.far.read() == [UInt8]("7\r\nlonger than the buffer\r\n"))
    }
  }

  @Test("of several tasks never mix")
  func severalTasks() async throws {
    try await Cable.run(.tcp) { cable in
      let lines = TextLines(cable.near, capacity: 1000)
      let far = TextLines(cable.far)
      try await withThrowingTaskGroup { group in
        for writer in 0..<4 {
          group.addTask {
            for _ in 0..<500 { try await lines.write(String(repeating: "\(writer)", count: 400)) }
            try await lines.flush()
          }
        }
        var counts: [String: Int] = [:]
        for _ in 0..<2000 { counts[try #require(try await far.read()), default: 0] += 1 }
        #expect(counts.count == 4 && counts.values.allSatisfy { $0 == 500 })
        try await group.waitForAll()
      }
    }
  }

  @Test("cannot hold a line end, nor be over the limit")
  func refused() async throws {
    try await Cable.run { cable in
      let lines = TextLines(cable.near, limit: 5)
      for line in ["a\nb", "123456"] {
        await #expect {
          try await lines.write(line)
        } throws: { error in
          if case MessagingError.unsendable? = error as? MessagingError { true } else { false }
        }
      }
      try await lines.write("12345")
      try await lines.flush()
      cable.near.close()
      #expect(try await cable.far.readToEnd(atMost: 100) == [UInt8]("12345\r\n"))
    }
  }

  @Test("still wait after a flush that was cancelled before it began")
  func cancelled() async throws {
    try await Cable.run { cable in
      let lines = TextLines(cable.near)
      try await lines.write("kept")
      await withThrowingTaskGroup(of: Void.self) { group in
        group.cancelAll()
        group.addTask { try await lines.flush() }
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      try await lines.flush()
      #expect(try await cable.far.read() == [UInt8]("kept\r\n"))
    }
  }

  @Test("show bytes that are not UTF-8 as U+FFFD, and miss no end")
  func notText() async throws {
    try await Cable.run { cable in
      let lines = TextLines(cable.far)
      try await cable.near.write([0x61, 0xFF, 0x0A, 0x62])
      cable.near.close()
      #expect(try await lines.read() == "a\u{FFFD}")
      await #expect(throws: MessagingError.truncated) { try await lines.read() }
    }
  }
}
