import Glibc
import Sockets
import Testing

@Suite("socket options")
struct SocketOptionTests {
  @Test("a flag that was set is read back", arguments: [true, false])
  func flags(value: Bool) throws {
    let descriptor = try stream(.ipv6)
    for option in [
      SocketOption.reuseAddress, .reusePort, .broadcast, .noDelay, .v6Only,
    ] {
      try descriptor.set(option, to: value)
      #expect(try descriptor.get(option) == value)
    }
  }

  @Test("broadcast is off and buffers have a size until somebody says otherwise")
  func defaults() throws {
    let datagrams = try Descriptor.socket(family: AF_INET, type: CInt(SOCK_DGRAM.rawValue))
    #expect(try !datagrams.get(.broadcast))
    #expect(try datagrams.get(.sendBuffer) > 0)
    let stream = try stream(.ipv4)
    #expect(try stream.get(.keepAlive) == nil)
    #expect(try stream.get(.userTimeout) == nil)
    #expect(try stream.get(.linger) == nil)
  }

  @Test("buffers have at least the size that was asked for")
  func buffers() throws {
    let descriptor = try stream(.ipv4)
    try descriptor.set(.sendBuffer, to: 20_000)
    try descriptor.set(.receiveBuffer, to: 30_000)
    #expect(try descriptor.get(.sendBuffer) >= 20_000)
    #expect(try descriptor.get(.receiveBuffer) >= 30_000)
    try descriptor.set(.notSentLowWater, to: 16_384)
    #expect(try descriptor.get(.notSentLowWater) == 16_384)
    try descriptor.set(.notSentLowWater, to: nil)
    #expect(try descriptor.get(.notSentLowWater) == nil)
  }

  @Test("durations are rounded up to what the kernel counts in, and nil turns them off")
  func durations() throws {
    let descriptor = try stream(.ipv4)
    try descriptor.set(.userTimeout, to: .microseconds(1_500))
    #expect(try descriptor.get(.userTimeout) == .milliseconds(2))
    try descriptor.set(.userTimeout, to: nil)
    #expect(try descriptor.get(.userTimeout) == nil)
    try descriptor.set(.linger, to: .milliseconds(1))
    #expect(try descriptor.get(.linger) == .seconds(1))
    try descriptor.set(.linger, to: .zero)
    #expect(try descriptor.get(.linger) == .zero)
    try descriptor.set(.linger, to: nil)
    #expect(try descriptor.get(.linger) == nil)
    let probes = KeepAlive(idle: .milliseconds(9_500), interval: .seconds(2), count: 3)
    try descriptor.set(.keepAlive, to: probes)
    #expect(
      try descriptor.get(.keepAlive)
        == KeepAlive(idle: .seconds(10), interval: .seconds(2), count: 3))
    try descriptor.set(.keepAlive, to: nil)
    #expect(try descriptor.get(.keepAlive) == nil)
  }

  @Test("a value that an option cannot have is refused by its name, and nothing is changed")
  func refusals() throws {
    let descriptor = try stream(.ipv4)
    for size in [0, -1, .max, .min] {
      #expect {
        try descriptor.set(.sendBuffer, to: size)
      } throws: {
        "\($0)" == "setsockopt SO_SNDBUF: Invalid argument"
      }
    }
    #expect(throws: SocketError.self) { try descriptor.set(.userTimeout, to: .zero) }
    #expect(throws: SocketError.self) { try descriptor.set(.linger, to: .seconds(-1)) }
    #expect(throws: SocketError.self) { try descriptor.set(.linger, to: .seconds(Int64.max)) }
    #expect(throws: SocketError.self) { try descriptor.set(.keepAlive, to: KeepAlive(count: 0)) }
    #expect(throws: SocketError.self) {
      try descriptor.set(.keepAlive, to: KeepAlive(count: 128))
    }
    #expect(try descriptor.get(.keepAlive) == nil)
    let unix = try stream(.unix)
    #expect {
      try unix.set(.noDelay, to: true)
    } throws: {
      "\($0)" == "setsockopt TCP_NODELAY: Operation not supported"
    }
  }

  @Test("the options of a socket can be changed from its loop and from anywhere else")
  func ofSockets() async throws {
    let resolver = Resolver()
    try await EventLoop.run { home in
      let server = try BlockingServer(on: .ipv4(.loopback, port: 0))
      let datagrams = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: home)
      let address = Address(server.address)
      try await Connect.to(address, on: home, resolver: resolver) { connection in
        #expect(try await connection.get(.noDelay))
        try await connection.set(.keepAlive, to: KeepAlive(count: 7))
        #expect(try await connection.get(.keepAlive)?.count == 7)
        try await EventLoop.run { _ in
          try await datagrams.set(.receiveBuffer, to: 50_000)
          #expect(try await datagrams.get(.receiveBuffer) >= 50_000)
          #expect(try await connection.get(.userTimeout) == nil)
        }
        connection.close()
        await #expect {
          try await connection.set(.noDelay, to: false)
        } throws: {
          "\($0)" == "setsockopt \(server.address): the socket is closed"
        }
      }
    }
  }

  private func stream(_ family: SocketAddress.Family) throws -> Descriptor {
    try Descriptor.socket(family: family.rawValue, type: CInt(SOCK_STREAM.rawValue))
  }
}
