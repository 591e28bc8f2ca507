import Glibc
import Sockets

/// Echoes bytes with the synchronous core alone, as the chat's links do.
///
/// It shows what a connection without a task costs. `BareCore [PORT]` prints `port N` when it listens. It
/// belongs to the main package, as the core is `package`.
@main
struct BareCore {
  static func main() throws {
    Signals.ignoreBrokenPipes()
    let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
    try EventLoop.runBlocking { loop in
      let descriptor = try AcceptCore.listen(on: .ipv4(.loopback, port: port), backlog: 1024)
      let bound = try SocketAddress.local(of: descriptor).port ?? 0
      _ = try Door(descriptor, on: loop)  // The loop keeps it.
      print("port", bound)
      fflush(nil)
      while true { try await loop.sleep(for: .seconds(3600)) }
    }
  }
}

/// Accepts; only the loop's thread touches it.
private final class Door: ReadinessTarget {
  private let loop: EventLoop
  private var registered: Registered?

  init(_ descriptor: consuming Descriptor, on loop: EventLoop) throws(SocketError) {
    self.loop = loop
    registered = try Registered(descriptor, on: loop, target: self)
  }

  func ready(_ readiness: Readiness) {
    guard let number = registered?.descriptor.rawValue else { return }
    while case .accepted(let descriptor, _) = AcceptCore.accept(number) {
      // The loop keeps it; one that cannot be registered is closed.
      _ = try? Echo(descriptor, on: loop)
    }
  }
}

/// One connection: nothing but its core, and what its peer has not taken yet.
private final class Echo: ReadinessTarget {
  private var core: StreamCore?
  private var pending: [UInt8] = []

  init(_ descriptor: consuming Descriptor, on loop: EventLoop) throws(SocketError) {
    core = StreamCore(try Registered(descriptor, on: loop, target: self))
  }

  func ready(_ readiness: Readiness) {
    core?.note(readiness)
    if !serve() { core = nil }
  }

  /// Echoes until there is nothing to read or no room; false when the connection is of no use any more.
  private func serve() -> Bool {
    guard let loop = core?.registered.loop else { return true }
    guard flush() else { return false }
    while pending.isEmpty {
      switch core?.read(into: loop.scratch) {
      case .bytes(let count):
        let bytes = UnsafeRawBufferPointer(loop.scratch)[..<count]
        let taken: Int
        switch core?.write(UnsafeRawBufferPointer(rebasing: bytes)) {
        case .wrote(let count): taken = count
        case .wouldBlock: taken = 0
        case .failed, nil: return false
        }
        pending += bytes.dropFirst(taken)
      case .wouldBlock: return true
      case .end, .failed, nil: return false
      }
    }
    return true
  }

  /// Sends what is pending as far as there is room.
  private func flush() -> Bool {
    while !pending.isEmpty {
      switch pending.withUnsafeBytes({ core?.write($0) }) {
      case .wrote(let count): pending.removeFirst(count)
      case .wouldBlock: return true
      case .failed, nil: return false
      }
    }
    return true
  }
}
