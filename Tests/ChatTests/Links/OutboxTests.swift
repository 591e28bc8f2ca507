import Glibc
import Sockets
import Testing

@testable import Chat

@Suite("an outbox", .timeLimit(.minutes(5)))
struct OutboxTests {
  @Test("gives everything out once and in order, however it came and was taken", arguments: 0..<20)
  func inOrder(seed: UInt64) async throws {
    try await Linked.run(limit: 1 << 30) { linked in
      var random = Seeded(seed: seed)
      var expected: [UInt8] = []
      var heard: [UInt8] = []
      var next: UInt8 = 0
      func some(_ most: Int) -> [UInt8] {
        next &+= 1
        var bytes = [UInt8](repeating: next, count: .random(in: 1...most, using: &random))
        bytes[0] = 0
        return bytes
      }
      for _ in 0..<100 {
        for _ in 0..<Int.random(in: 0...8, using: &random) {
          switch Int.random(in: 0..<5, using: &random) {
          case 0:
            let bytes = some(300)
            linked.link.send(bytes)
            expected += bytes
          case 1:
            // Somebody else's: there is a gap between what this link gets.
            _ = some(50).withUnsafeBytes { linked.flusher.share($0) }
          case 2:
            // Not all of it, as for an author.
            let bytes = some(9000)
            let (block, range) = bytes.withUnsafeBytes { linked.flusher.share($0) }
            let first = bytes.count / 3
            let second = bytes.count / 2
            linked.link.send(block, range.lowerBound..<range.lowerBound + first)
            linked.link.send(block, range.lowerBound + second..<range.upperBound)
            expected += bytes[..<first] + bytes[second...]
          default:
            let bytes = some(9000)
            let (block, range) = bytes.withUnsafeBytes { linked.flusher.share($0) }
            linked.link.send(block, range)
            expected += bytes
          }
        }
        try await linked.loop.sleep(for: .zero)
        // The peer reads little at times, so that the socket is full.
        if heard.count < expected.count, Bool.random(using: &random) {
          heard += try await linked.peer.read(
            atMost: Int.random(in: 1...100_000, using: &random))
        }
      }
      while heard.count < expected.count { heard += try await linked.peer.read() }
      #expect(heard == expected)
    }
  }
}
