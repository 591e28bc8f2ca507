import Glibc
import Sockets
import Wire

@testable import Chat

/// A link over a socket pair, with the other end of it.
struct Linked: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  let loop: EventLoop
  let flusher: Flusher
  let link: Link
  let owner: Owner
  let peer: Connection
  let turns: Turns

  /// Counts the ends of turns that the flusher was asked for.
  final class Turns {
    var count = 0
  }

  /// Notes what a link tells.
  final class Owner: LinkOwner {
    let hasEnded = Latch()
    let isLost = Latch()
    let hasOverflowed = Latch()
    var bytes: [UInt8] = []
    var codes: [CInt] = []
    var overflows: [LimitName] = []
    /// What is said when too much waits.
    var goodbye: [UInt8] = []
    weak var link: Link?

    func received(_ bytes: Span<UInt8>) { self.bytes.append(copying: bytes) }
    func ended() { hasEnded.open() }

    func lost(_ code: CInt) {
      codes.append(code)
      isLost.open()
    }

    func overflowed(_ limit: LimitName) {
      overflows.append(limit)
      hasOverflowed.open()
      link?.send(goodbye)
      link?.finish(within: .seconds(60))
    }
  }

  static func run(
    limit: Int = 1 << 20, type: CInt = CInt(SOCK_STREAM.rawValue),
    total: QueueTotal = QueueTotal(loops: 1, limit: .max),
    _ body: @escaping @Sendable @concurrent (Linked) async throws -> Void
  ) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let linked = try make(on: loop, limit, type, total)
      defer {
        linked.peer.close()
        linked.link.drop()
      }
      try await body(linked)
    }
  }

  private static func make(
    on loop: EventLoop, _ limit: Int, _ type: CInt, _ total: QueueTotal
  ) throws -> Linked {
    let flusher = Flusher(loop: loop, limit: limit, total: total)
    let turns = Turns()
    flusher.prepare = { turns.count += 1 }
    let owner = Owner()
    var pair: [CInt] = [-1, -1]
    let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    try call("socketpair") { socketpair(AF_UNIX, type | flags, 0, &pair) == 0 ? 0 : -errno }
    let link = try Link(
      Descriptor(owning: pair[0]), peer: .unix(.unnamed), flusher: flusher, owner: owner)
    owner.link = link
    let source = try Source(Descriptor(owning: pair[1]), on: loop)
    return Linked(
      loop: loop, flusher: flusher, link: link, owner: owner,
      peer: Connection(source, peer: .unix(.unnamed)), turns: turns)
  }
}

extension Block {
  static func of(_ bytes: [UInt8], from pool: BlockPool) -> Block {
    bytes.withUnsafeBytes { Block($0, from: pool) }
  }
}
