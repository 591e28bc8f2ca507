import Sockets
import Testing
import Wire

@testable import Chat

@Suite("Announcer")
struct AnnouncerTests {
  /// Other programs of this machine may be heard as well.
  @Test("two programs of one machine find each other on loopback, and nothing finds itself")
  func two() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      try await loop.perform {
        let (finds, find) = AsyncStream.makeStream(of: (Int, SocketAddress).self)
        let ports = [UInt16.random(in: 20_000...30_000), .random(in: 30_001...40_000)]
        await withDiscardingTaskGroup { group in
          for index in ports.indices {
            let announcer = Announcer(
              .tcp, name: "ann", at: .ipv4(.loopback, port: ports[index]), on: loop
            ) { find.yield((index, $0)) }
            group.addTask { await announcer.run() }
          }
          var wanted = Set(ports.indices)
          for await (index, address) in finds {
            #expect(address != .ipv4(.loopback, port: ports[index]))
            if address == .ipv4(.loopback, port: ports[1 - index]) { wanted.remove(index) }
            if wanted.isEmpty { break }
          }
          group.cancelAll()
        }
      }
    }
  }

  @Test(
    "a program that nobody can reach from a network announces itself nowhere, and ends when told")
  func nowhere() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      try await loop.perform {
        let announcer = Announcer(
          .udp, name: "", at: .ipv6(.loopback, port: 1), on: loop
        ) { _ in Issue.record("nobody") }
        await withDiscardingTaskGroup { group in
          group.addTask { await announcer.run() }
          try? await loop.sleep(for: .zero)
          group.cancelAll()
        }
      }
    }
  }
}
