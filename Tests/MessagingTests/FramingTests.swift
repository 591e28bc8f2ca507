import Messaging
import Sockets
import Testing

/// Three messages in every framing, byte for byte as in docs/wire.md.
private let golden: [(framing: Framing, bytes: [UInt8], borders: Set<Int>)] = [
  (.line, [UInt8]("hello\r\nè €\r\nx\n"), [0, 7, 15, 17]),
  (.dec10, [UInt8]("         5hello         6è €         1x"), [0, 15, 31, 42]),
  (
    .u16, [0, 5] + [UInt8]("hello") + [0, 6] + [UInt8]("è €") + [0, 1, 0x78],
    [0, 7, 15, 18]
  ),
  (
    .u32, [0, 0, 0, 5] + [UInt8]("hello") + [0, 0, 0, 6] + [UInt8]("è €") + [0, 0, 0, 1, 0x78],
    [0, 9, 19, 24]
  ),
]
private let messages = ["hello", "è €", "x"]

/// What a peer receives until the end or an error.
private func collect(
  _ peer: MessageConnection
) async throws -> (texts: [String], error: MessagingError?) {
  var texts: [String] = []
  do {
    for try await message in peer { texts.append(String(decoding: message, as: UTF8.self)) }
    return (texts, nil)
  } catch let error as MessagingError {
    return (texts, error)
  }
}

@Suite("a framing", .timeLimit(.minutes(5)))
struct FramingTests {
  @Test("writes the documented bytes", arguments: Framing.allCases)
  func writes(framing: Framing) async throws {
    let expected = try #require(golden.first { $0.framing == framing }).bytes
    try await Cable.run { cable in
      let peer = MessageConnection(cable.near, framing: framing)
      for message in messages { try await peer.send(message) }
      cable.near.close()
      let bytes = try await cable.far.readToEnd(atMost: 1000)
      // A line may end in LF alone, but ours end in CR LF.
      #expect(bytes == (framing == .line ? expected.dropLast() + [13, 10] : expected))
    }
  }

  @Test(
    "gives the same messages at every split", arguments: Framing.allCases, Cable.Transport.allCases)
  func splits(framing: Framing, transport: Cable.Transport) async throws {
    let bytes = try #require(golden.first { $0.framing == framing }).bytes
    try await EventLoop.run { loop in
      for cut in 0...bytes.count {
        let cable = try Cable(transport, on: loop)
        async let received = collect(MessageConnection(cable.far, framing: framing))
        try await cable.near.write(Array(bytes[..<cut]))
        await settle()
        try await cable.near.write(Array(bytes[cut...]))
        cable.near.close()
        let (texts, error) = try await received
        #expect(texts == messages && error == nil, "cut at \(cut)")
        cable.far.close()
      }
    }
  }

  @Test(
    "gives the same messages byte by byte", arguments: Framing.allCases, Cable.Transport.allCases)
  func dribbles(framing: Framing, transport: Cable.Transport) async throws {
    let bytes = try #require(golden.first { $0.framing == framing }).bytes
    try await Cable.run(transport) { cable in
      async let received = collect(MessageConnection(cable.far, framing: framing))
      for byte in bytes {
        try await cable.near.write([byte])
        await settle()
      }
      cable.near.close()
      let (texts, error) = try await received
      #expect(texts == messages && error == nil)
    }
  }

  @Test(
    "calls an end inside a message an error, and one between messages an end",
    arguments: Framing.allCases, Cable.Transport.allCases)
  func ends(framing: Framing, transport: Cable.Transport) async throws {
    let (_, bytes, borders) = try #require(golden.first { $0.framing == framing })
    try await EventLoop.run { loop in
      for cut in 0...bytes.count {
        let cable = try Cable(transport, on: loop)
        try await cable.near.write(Array(bytes[..<cut]))
        cable.near.close()
        let (texts, error) = try await collect(MessageConnection(cable.far, framing: framing))
        #expect(error == (borders.contains(cut) ? nil : .truncated), "cut at \(cut)")
        #expect(texts == Array(messages.prefix(texts.count)), "cut at \(cut)")
        cable.far.close()
      }
    }
  }

  @Test("refuses a length over the limit when it is announced")
  func refusesLength() async throws {
    let announced: [(Framing, [UInt8])] = [
      (.dec10, [UInt8]("       101")), (.u16, [0, 101]), (.u32, [0, 0, 0, 101]),
    ]
    try await EventLoop.run { loop in
      for (framing, header) in announced {
        let cable = try Cable(.unix, on: loop)
        let peer = MessageConnection(cable.far, framing: framing, limit: 100)
        try await cable.near.write(header)
        // The payload has not come and the stream is open: it did not wait for them.
        for _ in 0..<2 {
          await #expect(throws: MessagingError.tooLong(length: 101, limit: 100)) {
            try await peer.receive()
          }
        }
        cable.near.close()
        cable.far.close()
      }
    }
  }

  @Test("refuses a line that is longer than the limit before its end has come")
  func refusesLine() async throws {
    try await Cable.run { cable in
      let peer = MessageConnection(cable.far, framing: .line, limit: 100)
      try await cable.near.write([UInt8](repeating: 0x61, count: 100) + [UInt8]("\r\n"))
      #expect(try await peer.receive()?.count == 100)
      try await cable.near.write([UInt8](repeating: 0x61, count: 101))
      await #expect(throws: MessagingError.tooLong(length: nil, limit: 100)) {
        try await peer.receive()
      }
    }
  }

  @Test("says what is wrong with a length that is none")
  func malformed() async throws {
    try await Cable.run { cable in
      let peer = MessageConnection(cable.far, framing: .dec10)
      try await cable.near.write("GET / HTTP")
      await #expect {
        try await peer.receive()
      } throws: { error in
        if case MessagingError.malformed? = error as? MessagingError { true } else { false }
      }
    }
  }

  @Test("takes the length 0 of u16 for the end")
  func zeroCloses() async throws {
    try await Cable.run { cable in
      let peer = MessageConnection(cable.far, framing: .u16)
      try await cable.near.write([0, 1, 0x78, 0, 0, 0, 1, 0x79])
      #expect(try await peer.receive() == [0x78])
      #expect(try await peer.receive() == nil)
      #expect(try await peer.receive() == nil)
    }
  }

  @Test("sends nothing of a message that it cannot carry, and stays usable")
  func unsendable() async throws {
    let refused: [(Framing, [UInt8])] = [
      (.line, [UInt8]("a\nb")), (.u16, []), (.u16, [UInt8](repeating: 0, count: 65_536)),
      (.u32, [UInt8](repeating: 0, count: 16 << 20 + 1)),
      (.dec10, [UInt8](repeating: 0, count: 16 << 20 + 1)),
    ]
    try await EventLoop.run { loop in
      for (framing, message) in refused {
        let cable = try Cable(.unix, on: loop)
        let near = MessageConnection(cable.near, framing: framing)
        let far = MessageConnection(cable.far, framing: framing)
        for attempt in 0..<2 {
          await #expect {
            try await attempt == 0 ? near.send(message) : near.send(contentsOf: [[0x78], message])
          } throws: { error in
            if case MessagingError.unsendable? = error as? MessagingError { true } else { false }
          }
        }
        try await near.send("fine")
        #expect(try await far.receive() == [UInt8]("fine"))
        cable.near.close()
        cable.far.close()
      }
    }
  }

  @Test("has a limit of 16 MiB, or what it can express")
  func limits() async throws {
    #expect(Framing.allCases.map(\.defaultLimit) == [16 << 20, 16 << 20, 65_535, 16 << 20])
    try await Cable.run { cable in
      #expect(MessageConnection(cable.near, framing: .u16, limit: .max).limit == 65_535)
      #expect(MessageConnection(cable.near, framing: .u32, limit: .max).limit == 0xFFFF_FFFF)
      #expect(MessageConnection(cable.near, framing: .u32, limit: .min).limit == 0)
    }
  }
}
