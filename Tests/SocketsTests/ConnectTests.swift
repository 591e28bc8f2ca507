import Glibc
import Sockets
import Testing

@Suite("connecting")
struct ConnectTests {
  @Test("a connection carries bytes both ways, and is closed when its scope ends")
  func connects() async throws {
    for address in [SocketAddress.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)] {
      try await EventLoop.run { loop in
        let server = try BlockingServer(on: address)
        let reply = try await Connect.to(
          Address(server.address), on: loop, resolver: Resolver()
        ) { connection in
          #expect(connection.peerAddress == server.address)
          try await connection.write("ping")
          let accepted = try server.accept()
          #expect(server.read(accepted, 4) == "ping")
          server.write(accepted, "pong")
          let reply = try await connection.read(exactly: 4)
          close(accepted)
          return String(decoding: reply, as: UTF8.self)
        }
        #expect(reply == "pong")
      }
    }
  }

  @Test("a Unix-domain socket is connected to like any other")
  func unix() async throws {
    let name = try #require(UnixAddress(abstract: "parley-connect-\(getpid())"))
    try await EventLoop.run { loop in
      let server = try BlockingServer(on: .unix(name))
      try await Connect.to(
        Address("unix:@parley-connect-\(getpid())"), on: loop, resolver: Resolver()
      ) { connection in
        #expect(connection.peerAddress == .unix(name))
      }
      close(try server.accept())
    }
  }

  @Test("of several addresses the one that answers is used")
  func fallsBack() async throws {
    try await EventLoop.run { loop in
      let server = try BlockingServer(on: .ipv4(.loopback, port: 0))
      let resolver = Resolver { _ throws(SocketError) in
        [.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)]
      }
      let port = try #require(server.address.port)
      try await Connect.to(Address("h", port: Int(port)), on: loop, resolver: resolver) {
        #expect($0.peerAddress == server.address)
      }
    }
  }

  @Test("the error names the address and lists every attempt")
  func listsAttempts() async throws {
    try await EventLoop.run { loop in
      let silent = try SilentPort()
      defer { withExtendedLifetime(silent) {} }
      let port = silent.number
      let resolver = Resolver { _ throws(SocketError) in
        [.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)]
      }
      await #expect {
        try await Connect.to(Address("localhost:\(port)"), on: loop, resolver: resolver) { _ in }
      } throws: {
        "\($0)"
          == "connect localhost:\(port): [::1]:\(port): Connection refused; "
          + "127.0.0.1:\(port): Connection refused"
      }
      await #expect {
        try await Connect.to(Address("127.0.0.1:\(port)"), on: loop, resolver: resolver) { _ in }
      } throws: { error in
        "\(error)" == "connect 127.0.0.1:\(port): Connection refused"
          && (error as? SocketError)?.code == ECONNREFUSED
      }
      await #expect {
        try await Connect.to(Address("unix:/nosuch/x"), on: loop, resolver: resolver) { _ in }
      } throws: {
        "\($0)" == "connect unix:/nosuch/x: No such file or directory"
      }
      let lost = Resolver { name throws(SocketError) in
        throw SocketError(operation: "resolve", address: name, reason: .unresolved("not known"))
      }
      await #expect {
        try await Connect.to(Address("nosuch.invalid:80"), on: loop, resolver: lost) { _ in }
      } throws: {
        "\($0)" == "resolve nosuch.invalid: not known"
      }
    }
  }

  @Test("a time-out says which attempt took how long", arguments: [true, false])
  func timesOut(ofTheLoop: Bool) async throws {
    let timeout = Timeout.milliseconds(20)
    try await EventLoop.run(defaultTimeout: ofTheLoop ? timeout : .none) { loop in
      let server = try FullServer()
      var options = Connect.Options()
      if !ofTheLoop { options.timeout = timeout }
      await #expect {
        try await Connect.to(
          Address(server.address), on: loop, resolver: Resolver(), options: options
        ) { _ in }
      } throws: { error in
        (error as? SocketError)?.code == ETIMEDOUT
          && "\(error)".hasPrefix("connect \(server.address): timed out after ")
      }
    }
  }

  @Test("a task that is cancelled stops connecting at once")
  func cancels() async throws {
    try await EventLoop.run { loop in
      let server = try FullServer()
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 {
          group.addTask {
            do {
              try await Connect.to(Address(server.address), on: loop, resolver: Resolver()) { _ in }
              return false
            } catch { return error is CancellationError }
          }
        }
        await Task.yield()
        group.cancelAll()
        for await wasCancelled in group { #expect(wasCancelled) }
      }
    }
  }
}

@Suite("connecting many times")
struct ConnectLeakTests {
  @Test("10,000 refused and cancelled connects leave no descriptor behind")
  func leaks() async throws {
    // In a process of its own: it counts the descriptors of all of it.
    await #expect(processExitsWith: .success) {
      try await EventLoop.run { loop in
        let silent = try SilentPort()
        defer { withExtendedLifetime(silent) {} }
        let full = try FullServer()
        let refusing = Resolver { _ throws(SocketError) in
          [.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)]
        }
        let before = Sandbox.openDescriptors()
        for round in 0..<50 {
          await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
              let address =
                number % 2 == 0 ? try? Address("h:\(silent.number)") : Address(full.address)
              guard let address else { continue }
              group.addTask {
                _ = try? await Connect.to(address, on: loop, resolver: refusing) { _ in }
              }
            }
            for _ in 0..<round % 5 { await Task.yield() }
            if round % 10 != 0 {
              for _ in 0..<round { await group.next() }
            }
            group.cancelAll()
          }
        }
        guard Sandbox.openDescriptors() == before else { exit(1) }
      }
      exit(0)
    }
  }
}

/// A port of 127.0.0.1 and ::1 at which nobody listens while this lives.
///
/// It is bound. A port that only was free a moment ago may be given to another program, and even to the socket
/// that connects to it: then that is connected to itself.
final class SilentPort: Sendable {
  private let descriptor: Descriptor
  let number: UInt16

  init() throws {
    let descriptor = try Descriptor.socket(family: AF_INET6, type: CInt(SOCK_STREAM.rawValue))
    let result = SocketAddress.ipv6(.any, port: 0).withSockaddr {
      bind(descriptor.rawValue, $0.assumingMemoryBound(to: sockaddr.self), $1)
    }
    guard result == 0 else { throw SocketError(operation: "bind", code: errno) }
    number = try SocketAddress.local(of: descriptor).port ?? 0
    self.descriptor = descriptor
  }
}

/// A listening socket that the kernel serves: connections wait in its backlog.
final class BlockingServer: Sendable {
  let descriptor: Descriptor
  let address: SocketAddress

  init(on address: SocketAddress) throws {
    let descriptor = try AcceptCore.listen(on: address, backlog: 16)
    self.address = try SocketAddress.local(of: descriptor)
    self.descriptor = descriptor
  }

  /// The next connection; the caller closes it.
  func accept() throws -> CInt {
    while true {
      switch AcceptCore.accept(descriptor.rawValue) {
      case .accepted(let accepted, _): return accepted.release()
      case .wouldBlock: continue
      case .exhausted(let error): throw error
      case .failed(let error): throw error
      }
    }
  }

  func read(_ number: CInt, _ count: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    while recv(number, &bytes, count, CInt(MSG_PEEK)) < count {}
    return String(decoding: bytes, as: UTF8.self)
  }

  func write(_ number: CInt, _ text: String) {
    _ = send(number, text, text.utf8.count, 0)
  }
}

/// A server that never answers: its backlog is full, and Linux drops what comes on top.
final class FullServer: Sendable {
  private let descriptor: Descriptor
  private let fillers: [CInt]
  let address: SocketAddress

  init() throws {
    let descriptor = try AcceptCore.listen(on: .ipv4(.loopback, port: 0), backlog: 0)
    let address = try SocketAddress.local(of: descriptor)
    // A backlog of 0 takes one; the second is for kernels that count otherwise.
    fillers = try (0..<2).map { _ in
      let filler = try Descriptor.socket(family: AF_INET, type: CInt(SOCK_STREAM.rawValue))
      _ = address.withSockaddr {
        connect(filler.rawValue, $0.assumingMemoryBound(to: sockaddr.self), $1)
      }
      return filler.release()
    }
    self.address = address
    self.descriptor = descriptor
  }

  deinit { for filler in fillers { close(filler) } }
}
