import Glibc
import Testing

@testable import Sockets

@Suite("urgent data of TCP", .timeLimit(.minutes(5)))
struct UrgentDataTests {
  /// Telnet sends some when its user interrupts; `recv` stops in front of it.
  @Test("does not hide what follows it", arguments: [false, true])
  func followed(isLent: Bool) async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let peer = try ListenerTests.dial(listener.localAddress)
      try call("setsockopt") {
        var one: CInt = 1
        return setsockopt(
          peer.rawValue, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
          == 0 ? 0 : -errno
      }
      try send("1", to: peer)
      let number = peer.rawValue
      try await listener.run(report: { Issue.record("\($0)") }) { connection in
        defer { listener.close() }
        #expect(try await connection.read(timeout: .seconds(20)) == Array("1".utf8))
        // The loop's thread does this: all of it is there before the loop looks again.
        try send("abc", to: number)
        try send("!", to: number, urgent: true)
        try send("def", to: number)
        var heard: [UInt8] = []
        if isLent {
          try await connection.forEach(timeout: .seconds(20)) { bytes, _ in
            for index in bytes.indices { heard.append(bytes[index]) }
            if heard.count == 6 { shutdown(number, CInt(SHUT_WR)) }
          }
        } else {
          while heard.count < 6 {
            _ = try await connection.read(into: &heard, timeout: .seconds(20))
          }
        }
        #expect(heard == Array("abcdef".utf8))
      }
      _ = peer
    }
  }
}

private func send(_ text: String, to peer: borrowing Descriptor) throws {
  try send(text, to: peer.rawValue)
}

private func send(_ text: String, to number: CInt, urgent: Bool = false) throws {
  let bytes = Array(text.utf8)
  let flags = CInt(MSG_NOSIGNAL) | (urgent ? CInt(MSG_OOB) : 0)
  try call("send") { Glibc.send(number, bytes, bytes.count, flags) >= 0 ? 0 : -errno }
}
