import Glibc
import Rooms
import Sockets
import Testing

@testable import Chat

@Suite("who may come to a server", .timeLimit(.minutes(5)))
struct AdmissionTests {
  @Test("the total and the number per address are kept, and places become free", arguments: [1, 2])
  func caps(loops: Int) async throws {
    for isTotal in [true, false] {
      let configure = { (options: inout ServerOptions) in
        options.loops = loops
        if isTotal {
          options.limits.maximumClients = 2
        } else {
          options.limits.maximumPerAddress = 2
        }
        options.limits.said = [.maxPerAddress]
      }
      try await Served.run(configure) { served in
        let first = try await served.enter(.line, "first")
        _ = try await served.enter(.line, "second")
        for _ in 1...3 {
          let third = try await served.connect()
          #expect(try await third.read().isEmpty)
        }
        await served.reports.wait(3) { if case .refused = $0 { true } else { false } }
        let hits = await served.server.counts().hits
        #expect(hits == [isTotal ? .maxClients : .maxPerAddress: 3])
        first.close()
        await served.reports.waitForClosing()
        // Its place is free as soon as the connection is gone, which comes after the report.
        while true {
          let fourth = Peer(try await served.connect(), .line, nick: "fourth")
          try await fourth.enter()
          if case .words = try? await fourth.next() { break }
        }
      }
    }
  }

  @Test("who has spoken while the server was busy is not sent away for one who came then")
  func spokenMeanwhile() async throws {
    try await Served.run {
      $0.limits.maximumWaiting = 1
    } _: { served in
      let first = Peer(try await served.connect(), .line, nick: "first")
      await served.reports.wait { if case .connected = $0 { true } else { false } }
      var ends: [CInt] = [-1, -1]
      try #require(pipe(&ends) == 0)
      let (hold, release) = (ends[0], ends[1])
      served.server.loops[0].loop.execute {
        var byte: UInt8 = 0
        _ = read(hold, &byte, 1)
      }
      // The kernel takes it in; the server hears of it before it hears of the words.
      let second = try await served.connect()
      try await first.enter()
      #expect(write(release, [1], 1) == 1)
      await served.reports.waitForEntry(of: "first")
      await served.reports.wait(2) { if case .connected = $0 { true } else { false } }
      #expect(await served.server.counts().closes.isEmpty)
      for end in ends { close(end) }
      second.close()
    }
  }

  @Test("the kernel keeps no more for a client than it may, and little of what is not sent")
  func kernel() async throws {
    try await Served.run {
      $0.limits.sendBuffer = 32_768
    } _: { served in
      let connection = try await served.connect()
      await served.reports.wait { if case .connected = $0 { true } else { false } }
      // Both ends are in this process.
      let ours = try #require(connection.localAddress)
      let number = try #require((CInt(3)..<4096).first { Self.peer(of: $0) == ours.port })
      func option(_ level: CInt, _ name: CInt) -> CInt {
        var value: CInt = -1
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(number, level, name, &value, &length)
        return value
      }
      // The kernel doubles what it is told, for its own bookkeeping.
      #expect(option(SOL_SOCKET, SO_SNDBUF) == 65_536)
      #expect(option(CInt(IPPROTO_TCP), 25) == 8192)  // TCP_NOTSENT_LOWAT
    }
  }

  /// The port of a socket's peer on IPv4.
  private static func peer(of number: CInt) -> UInt16? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(number, $0, &length) }
    }
    guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return UInt16(bigEndian: address.sin_port)
  }

  @Test("of too many who say nothing, the one that waits longest goes")
  func undecided() async throws {
    try await Served.run {
      $0.limits.maximumWaiting = 3
    } _: { served in
      var silent: [Connection] = []
      for number in 1...3 {
        silent.append(try await served.connect())
        await served.reports.wait(number) { if case .connected = $0 { true } else { false } }
      }
      // Who has said something does not count any more.
      _ = try await served.enter(.line, "talker")
      let cut = silent.removeFirst()
      let last = Peer(try await served.connect(), .line, nick: "last")
      while !(try await cut.read().isEmpty) {}
      #expect(await served.server.counts().hits[.maxWaiting] ?? 0 > 0)
      try await last.enter()
      await served.reports.waitForEntry(of: "last")
      for connection in silent {
        try await connection.write("hello\n")
        var text = ""
        while !text.contains("You are guest-") {
          text += String(decoding: try await connection.read(), as: UTF8.self)
        }
      }
    }
  }
}
