internal import CLinux
import Glibc
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("a gentle link", .timeLimit(.minutes(5)))
struct PacingTests {
  @Test("has little on its way to a peer that does not read, and goes on when it does")
  func unacknowledged() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let listening = try AcceptCore.listen(on: .ipv4(.loopback, port: 0), backlog: 1)
      let address = try SocketAddress.local(of: listening)
      let dialling = try Descriptor.socket(
        family: AF_INET, type: CInt(bitPattern: SOCK_STREAM.rawValue))
      // A small window, so that the kernel cannot acknowledge much for a reader that sleeps.
      var size: CInt = 4096
      setsockopt(
        dialling.rawValue, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
      _ = address.withSockaddr { parley_connect(dialling.rawValue, $0, $1) }
      guard case .accepted(let accepted, let peer) = AcceptCore.accept(listening.rawValue) else {
        throw Ended()
      }
      let number = accepted.rawValue
      let flusher = Flusher(loop: loop, limit: 1 << 20)
      let owner = Linked.Owner()
      let link = try Link(
        accepted, peer: peer, flusher: flusher, owner: owner,
        pacing: Pacing(.u16, peer: peer, loop: loop))
      let reader = Connection(try Source(dialling, on: loop), peer: address)
      defer {
        reader.close()
        link.drop()
      }
      var frames: [UInt8] = []
      for index in 0..<200 {
        try FrameFormat.u16.encode(
          Array(repeating: UInt8(index), count: 1000), into: &frames)
      }
      link.send(frames)
      for _ in 0..<20 {
        try await loop.sleep(for: .zero)
        link.send([])
        #expect(parley_unacknowledged(number) <= 16_384 + 1002)
      }
      // The peer wakes up, and everything comes in order.
      #expect(try await reader.read(exactly: frames.count) == frames)
    }
  }
}
