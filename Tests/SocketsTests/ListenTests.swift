import Glibc
import Testing

@testable import Sockets

@Suite("listening at an address as people type it", .timeLimit(.minutes(5)))
struct ListenTests {
  @Sendable private static func echo(_ connection: Connection) async throws {
    try await connection.forEach { bytes, replies in replies.write(bytes) }
  }

  @Test("serves on all addresses that a name stands for and the machine has, on one port")
  func severalAddresses() async throws {
    let resolver = Resolver { _ throws(SocketError) in
      // The second is in a network for documentation: no machine has it.
      [
        .ipv4(.loopback, port: 0), .ipv4(IPv4Address(rawValue: 0xC000_0201), port: 0),
        .ipv4(IPv4Address(rawValue: 0x7F00_0002), port: 0),
      ]
    }
    try await EventLoop.run { loop in
      try await Listen.at(Address("name:0"), on: loop, resolver: resolver, Self.echo) {
        addresses in
        #expect(addresses.count == 2 && Set(addresses.map(\.port)).count == 1)
        for address in addresses {
          let reply = try await Connect.to(Address(address), on: loop) { connection in
            try await connection.write("hello")
            return try await connection.read(exactly: 5)
          }
          #expect(reply == Array("hello".utf8))
        }
      }
    }
  }

  @Test("ends with its task; who has failed is reported, and the others are served on")
  func endsWithItsTask() async throws {
    struct Bad: Error {}
    try await EventLoop.run { loop in
      let (told, tell) = AsyncStream.makeStream(of: SocketAddress.self)
      let (reported, report) = AsyncStream.makeStream(of: String.self)
      let server = Task(executorPreference: loop) {
        try await Listen.at(
          Address("127.0.0.1:0"), on: loop, ready: { tell.yield($0[0]) },
          report: { report.yield("\($0)") }
        ) { connection in
          if try await connection.read(exactly: 1) == [0] { throw Bad() }
          try await connection.write("y")
        }
      }
      let address = Address(try #require(await told.first { _ in true }))
      try await Connect.to(address, on: loop) { connection in
        try await connection.write([0])
        #expect(try await connection.readToEnd(atMost: 9).isEmpty)
      }
      let words = try #require(await reported.first { _ in true })
      #expect(words.hasPrefix("127.0.0.1:") && words.hasSuffix(": Bad()"))
      try await Connect.to(address, on: loop) { connection in
        try await connection.write([1])
        #expect(try await connection.readToEnd(atMost: 9) == Array("y".utf8))
      }
      server.cancel()
      await #expect(throws: CancellationError.self) { try await server.value }
    }
  }

  @Test("connections that are cancelled with it are no incidents")
  func cancelled() async throws {
    try await EventLoop.run { loop in
      let (reported, report) = AsyncStream.makeStream(of: String.self)
      try await Listen.at(
        Address("127.0.0.1:0"), on: loop, report: { report.yield("\($0)") }
      ) { connection in
        try await connection.write("x")
        _ = try await connection.read()
      } while: { addresses in
        try await Connect.to(Address(addresses[0]), on: loop) { connection in
          _ = try await connection.read(exactly: 1)
        }
        try await Connect.to(Address(addresses[0]), on: loop) { connection in
          _ = try await connection.read(exactly: 1)
          // The scope ends while both are served: one at its end, the other waiting.
        }
      }
      report.finish()
      for await words in reported { Issue.record("\(words)") }
    }
  }

  @Test("says what it went on after in one line")
  func words() {
    let peer = SocketAddress.ipv4(.loopback, port: 7)
    let error = SocketError(operation: "receive", code: ECONNRESET)
    let lines: [(Listener.Incident, String)] = [
      (.refused(peer, "too many"), "refused 127.0.0.1:7: too many"),
      (.failed(peer, error), "127.0.0.1:7: receive: Connection reset by peer"),
      (.failed(peer, error.about("127.0.0.1:7")), "receive 127.0.0.1:7: Connection reset by peer"),
      (
        .exhausted(SocketError(operation: "accept", code: EMFILE)),
        "accept: Too many open files; going on"
      ),
    ]
    for (incident, line) in lines { #expect("\(incident)" == line) }
  }
}
