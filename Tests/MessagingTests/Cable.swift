import Glibc
import Messaging
import Sockets

/// Two connected ends on one loop.
struct Cable {
  /// What carries the bytes of a test.
  enum Transport: CaseIterable, Sendable { case unix, tcp }

  let near: Connection
  let far: Connection

  init(_ transport: Transport, on loop: EventLoop) throws {
    let (one, other) = try transport == .unix ? Cable.unixPair() : Cable.tcpPair()
    let peer = SocketAddress.ipv4(.loopback, port: 1)
    near = Connection(try Source(Descriptor(owning: one), on: loop), peer: peer)
    far = Connection(try Source(Descriptor(owning: other), on: loop), peer: peer)
  }

  /// Runs `body` on a loop with both ends, and closes them.
  static func run<Result: Sendable>(
    _ transport: Transport = .unix,
    _ body: @escaping @Sendable @concurrent (Cable) async throws -> Result
  ) async throws -> Result {
    try await EventLoop.run { loop in
      let cable = try Cable(transport, on: loop)
      defer {
        cable.near.close()
        cable.far.close()
      }
      return try await body(cable)
    }
  }

  /// How many segments with data the near end has sent; only for TCP.
  var segmentsSent: UInt32? {
    guard let number = near.source.core?.number else { return nil }
    var info = [UInt8](repeating: 0, count: 256)
    var length = socklen_t(info.count)
    // Glibc's `tcp_info` ends before the counters: tcpi_data_segs_out is at byte 156 since Linux 4.6.
    guard getsockopt(number, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, length >= 160
    else { return nil }
    return info.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 156, as: UInt32.self) }
  }

  private static func unixPair() throws -> (CInt, CInt) {
    var pair: [CInt] = [-1, -1]
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    try call("socketpair") { socketpair(AF_UNIX, type, 0, &pair) == 0 ? 0 : -errno }
    return (pair[0], pair[1])
  }

  private static func tcpPair() throws -> (CInt, CInt) {
    let listening = try AcceptCore.listen(on: .ipv4(.loopback, port: 0), backlog: 1)
    let address = try SocketAddress.local(of: listening)
    let dialling = try Descriptor.socket(
      family: AF_INET, type: CInt(bitPattern: SOCK_STREAM.rawValue))
    var yes: CInt = 1
    setsockopt(dialling.rawValue, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
    _ = address.withSockaddr {
      connect(dialling.rawValue, $0.assumingMemoryBound(to: sockaddr.self), $1)
    }
    while true {
      switch AcceptCore.accept(listening.rawValue) {
      case .accepted(let accepted, _): return (dialling.release(), accepted.release())
      case .wouldBlock: continue
      case .exhausted(let error): throw error
      case .failed(let error): throw error
      }
    }
  }
}

/// Lets all that can run on this loop run, until everybody waits for something.
func settle() async {
  for _ in 0..<16 { await Task.yield() }
}

/// A generator that gives the same numbers for the same seed.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

extension [UInt8] {
  init(_ text: String) { self = Array(text.utf8) }
}
