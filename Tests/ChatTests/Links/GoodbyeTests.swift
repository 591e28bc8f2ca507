import Glibc
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("a link that is cut as slow", .timeLimit(.minutes(5)))
struct GoodbyeTests {
  private final class Owner: LinkOwner {
    weak var link: Link?
    var overflows: [LimitName] = []
    var losses = 0
    /// Whether it ends the link with its goodbye.
    var isEnding = true

    func received(_ bytes: Span<UInt8>) {}
    func ended() {}
    func lost(_ code: CInt) { losses += 1 }

    func overflowed(_ limit: LimitName) {
      overflows.append(limit)
      link?.send(Array("BYE".utf8))
      if isEnding { link?.finish(within: .seconds(60)) }
    }
  }

  @Test("says goodbye once, also when what it has begun is longer than the limit by itself")
  func longSlice() async throws {
    try await run { loop, link, owner, peer in
      let long = [UInt8](repeating: 7, count: 4 << 20)
      link.send(long)
      try await loop.sleep(for: .zero)
      link.send([1, 2, 3])
      let heard = try await peer.read(exactly: long.count + 3)
      #expect(heard.suffix(3) == Array("BYE".utf8)[...])
      #expect(owner.overflows == [.maxSendq])
    }
  }

  @Test("is closed when its owner has ended it already, and is not cut again and again")
  func endedOwner() async throws {
    try await run { loop, link, owner, _ in
      owner.isEnding = false
      link.send([UInt8](repeating: 7, count: 4 << 20))
      try await loop.sleep(for: .zero)
      link.send([1, 2, 3])
      try await loop.sleep(for: .zero)
      #expect(owner.overflows == [.maxSendq] && owner.losses == 1 && link.queued == 0)
    }
  }

  private func run(
    _ body: @Sendable (EventLoop, Link, Owner, Connection) async throws -> Void
  ) async throws {
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
      try await body(loop, link, owner, peer)
    }
  }
}
