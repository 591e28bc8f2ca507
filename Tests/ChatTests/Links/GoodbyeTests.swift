import Glibc
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("a link that is cut as slow", .timeLimit(.minutes(1)))
struct GoodbyeTests {
  private final class Owner: LinkOwner {
    weak var link: Link?
    var overflows: [LimitName] = []

    func received(_ bytes: Span<UInt8>) {}
    func ended() {}
    func lost(_ code: CInt) {}

    func overflowed(_ limit: LimitName) {
      overflows.append(limit)
      link?.send(Array("BYE".utf8))
    }
  }

  @Test("says goodbye once, also when what it has begun is longer than the limit by itself")
  func longSlice() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let flusher = Flusher(loop: loop, limit: 1000)
      let owner = Owner()
      var pair: [CInt] = [-1, -1]
      let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
      try call("socketpair") { socketpair(AF_UNIX, type, 0, &pair) == 0 ? 0 : -errno }
      let link = try Link(
        Descriptor(owning: pair[0]), peer: .unix(.unnamed), flusher: flusher, owner: owner)
      owner.link = link
      let peer = Connection(
        try Source(Descriptor(owning: pair[1]), on: loop), peer: .unix(.unnamed))
      defer {
        peer.close()
        link.drop()
      }
      let long = [UInt8](repeating: 7, count: 4 << 20)
      link.send(long)
      try await loop.sleep(for: .zero)
      link.send([1, 2, 3])
      let heard = try await peer.read(exactly: long.count + 3)
      #expect(heard.suffix(3) == Array("BYE".utf8)[...])
      #expect(owner.overflows == [.maxSendq])
    }
  }
}
