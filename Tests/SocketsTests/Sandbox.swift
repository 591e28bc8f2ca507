import Glibc

@testable import Sockets

/// A loop with a listener on a free loopback port and one connection to it.
enum Sandbox {
  /// Two connected ends on one loop, over TCP or over a Unix-domain pair.
  static func pair(_ transport: Transport, on loop: EventLoop) throws -> (Connection, Connection) {
    let (one, other) = try transport.descriptors()
    let peer = SocketAddress.ipv4(.loopback, port: 1)
    return (
      Connection(try Source(Descriptor(owning: one), on: loop), peer: peer),
      Connection(try Source(Descriptor(owning: other), on: loop), peer: peer)
    )
  }

  /// Lends two connected ends to `body`, the first of which belongs to the calling task, as in a listener's body.
  static func scope<Result>(
    _ transport: Transport = .unix, on loop: EventLoop,
    _ body: (Connection, Connection) async throws -> Result
  ) async throws -> Result {
    let (one, other) = try pair(transport, on: loop)
    let source = one.source
    source.enterScope()
    defer {
      one.close()
      other.close()
    }
    return try await withTaskCancellationHandler {
      try await body(one, other)
    } onCancel: {
      source.cancelScope()
    }
  }

  /// Runs blocking code on a thread of its own: the tasks' threads must never block.
  static func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withUnsafeThrowingContinuation {
      (continuation: UnsafeContinuation<Void, any Error>) in
      let work = Unmanaged.passRetained(
        Work {
          continuation.resume(with: Result(catching: body))
        })
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      if code == 0 { pthread_detach(thread) }
    }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// How many descriptors this process has open.
  static func openDescriptors() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
  }
}

/// What carries the bytes of a test.
enum Transport: CaseIterable, Sendable {
  case unix, tcp

  func descriptors() throws -> (CInt, CInt) {
    switch self {
    case .unix:
      var pair: [CInt] = [-1, -1]
      let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
      try call("socketpair") { socketpair(AF_UNIX, type, 0, &pair) == 0 ? 0 : -errno }
      return (pair[0], pair[1])
    case .tcp:
      let listening = try AcceptCore.listen(on: .ipv4(.loopback, port: 0), backlog: 1)
      let address = try SocketAddress.local(of: listening)
      let dialling = try Descriptor.socket(
        family: AF_INET, type: CInt(bitPattern: SOCK_STREAM.rawValue))
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
}
