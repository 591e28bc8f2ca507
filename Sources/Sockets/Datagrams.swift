internal import CLinux
internal import Glibc

/// A datagram socket, UDP over IPv4, IPv6 or both: each send is one message, which may get lost, come
/// twice or come late.
///
///     let datagrams = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop)
///     try await datagrams.send(Array("hello".utf8), to: peer)
///     let datagram = try await datagrams.receive()
///
/// It lives on one ``EventLoop`` and is closed by ``close()``, or when the last reference to it is gone.
/// Receiving and sending are independent; several tasks may do either, and each call is served whole, in
/// order. Called on the loop's thread, operations try the system call at once and suspend only when it
/// would block; from elsewhere each goes to the loop and back. Each throws `CancellationError` when its
/// task is cancelled, and ``SocketError`` with ``SocketError/Reason/timedOut(after:)`` when its time is
/// over; neither loses a datagram that can still be received.
public final class Datagrams: Sendable {
  /// How a datagram socket is made.
  public struct Options: Hashable, Sendable {
    /// Whether datagrams may be sent to broadcast addresses (`SO_BROADCAST`).
    public var broadcast = false

    /// Whether several sockets of one user may share the address (`SO_REUSEPORT`).
    public var reusePort = false

    /// The defaults: no broadcasts, an address of its own.
    public init() {}
  }

  /// One message and where it came from.
  public struct Datagram: Hashable, Sendable {
    /// What arrived, cut to what was asked for.
    public var bytes: [UInt8]

    /// Who sent it, as far as anybody can know: senders of datagrams are easily forged.
    public var sender: SocketAddress

    /// How many bytes the message had; more than ``bytes`` has when the rest was lost.
    public var originalCount: Int

    /// Whether bytes were lost because more arrived than was asked for.
    public var isTruncated: Bool { originalCount > bytes.count }

    /// Makes a datagram that is whole.
    public init(bytes: [UInt8], sender: SocketAddress) {
      self.init(bytes: bytes, sender: sender, originalCount: bytes.count)
    }

    init(bytes: [UInt8], sender: SocketAddress, originalCount: Int) {
      self.bytes = bytes
      self.sender = sender
      self.originalCount = originalCount
    }
  }

  /// The address that the socket is bound to; a port 0 has become the real one.
  public let localAddress: SocketAddress

  /// The loop that the socket lives on.
  public var loop: EventLoop { source.loop }

  let source: Source
  private let family: SocketAddress.Family

  private init(_ source: Source, _ family: SocketAddress.Family, _ address: SocketAddress) {
    self.source = source
    self.family = family
    localAddress = address
  }

  deinit { source.close() }

  /// Makes a socket and binds it.
  ///
  /// The unspecified IPv6 address takes IPv4 as well; IPv4 peers then look the same as on an IPv4 socket.
  ///
  /// - Parameters:
  ///   - address: Where to receive, IPv4 or IPv6; port 0 lets the system choose.
  ///   - loop: Where the socket lives.
  ///   - options: Broadcast and sharing.
  /// - Returns: The socket.
  /// - Throws: ``SocketError`` of the operation `bind`, with the address; `EAFNOSUPPORT` for a
  ///   Unix-domain one.
  ///
  /// The corresponding C function is `bind`.
  public static func bind(
    _ address: SocketAddress, on loop: EventLoop, options: Options = Options()
  ) async throws -> Datagrams {
    guard loop.isHome else {
      return try await loop.perform { try await bind(address, on: loop, options: options) }
    }
    do throws(SocketError) {
      // The kernel does not tell when a full Unix-domain receiver has room again: a send would hang.
      guard address.family != .unix else {
        throw SocketError(operation: "bind", code: EAFNOSUPPORT)
      }
      let descriptor = try Descriptor.socket(
        family: address.family.rawValue, type: CInt(SOCK_DGRAM.rawValue))
      if options.broadcast { try descriptor.set(.broadcast, to: true) }
      if options.reusePort { try descriptor.set(.reusePort, to: true) }
      if address.family == .ipv6 { try descriptor.set(.v6Only, to: !address.isUnspecified) }
      let number = descriptor.rawValue
      try call("bind") { address.withSockaddr { parley_bind(number, $0, $1) } }
      let bound = try SocketAddress.local(of: descriptor)
      return Datagrams(try Source(descriptor, on: loop), address.family, bound)
    } catch {
      throw SocketError(operation: "bind", address: address.description, reason: error.reason)
    }
  }

  /// Closes the socket; everybody who waits for it gets an error, and what has not been received is lost.
  ///
  /// The corresponding C function is `close`.
  public func close() {
    source.close()
  }

  /// Sends one message.
  ///
  /// That it was sent does not mean that it arrives, nor that anybody is there to receive it.
  ///
  /// - Parameters:
  ///   - bytes: 0 to 65,507 bytes over IPv4, 65,527 over IPv6; up to about 1,400 travel in one piece.
  ///   - address: To whom. IPv4 addresses may be used on a dual-stack socket as they are.
  ///   - timeout: How long to wait for room in the socket's buffer.
  /// - Throws: ``SocketError`` of the operation `send`, with the address: `EMSGSIZE` when there are too
  ///   many bytes, `EACCES` for a broadcast address without ``Options/broadcast``, `EINVAL` for port 0.
  ///   Or `CancellationError`.
  ///
  /// The corresponding C function is `sendto`.
  public func send(
    _ bytes: [UInt8], to address: SocketAddress, timeout: Timeout = .inherited
  ) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.send(bytes, to: address, timeout: timeout) }
    }
    let limit = source.limit("send", timeout)
    do {
      try await source.begin(.writing, limit)
      defer { source.end(.writing) }
      while try !sendNow(bytes, to: address) {
        try await source.wait(.writing, limit)
      }
    } catch let error as SocketError {
      throw error.about(address.description)
    }
  }

  /// Receives one message, waiting until there is one.
  ///
  /// - Parameters:
  ///   - maximum: The most bytes to take, 0 to 65,535, which is more than any message has; the rest of a
  ///     longer one is lost, and the datagram says so.
  ///   - timeout: How long to wait.
  /// - Returns: The datagram. No bytes mean an empty message; datagrams have no end of stream.
  /// - Throws: ``SocketError`` of the operation `receive`, with the local address, or
  ///   `CancellationError`.
  ///
  /// The corresponding C function is `recvfrom`.
  public func receive(
    atMost maximum: Int = 65_535, timeout: Timeout = .inherited
  ) async throws -> Datagram {
    guard loop.isHome else {
      return try await loop.perform {
        try await self.receive(atMost: maximum, timeout: timeout)
      }
    }
    let limit = source.limit("receive", timeout)
    do {
      try await source.begin(.reading, limit)
      defer { source.end(.reading) }
      while true {
        if let datagram = try receiveNow(atMost: maximum) { return datagram }
        try await source.wait(.reading, limit)
      }
    } catch let error as SocketError {
      throw error.about(localAddress.description)
    }
  }

  /// Sends, or is false when there is no room.
  private func sendNow(_ bytes: [UInt8], to address: SocketAddress) throws(SocketError) -> Bool {
    guard let number = source.core?.number else {
      throw SocketError(operation: "send", reason: .closed)
    }
    let target = mapped(address)
    let result = bytes.withUnsafeBytes { bytes in
      target.withSockaddr { pointer, length in
        retrying { parley_sendto(number, bytes.baseAddress, bytes.count, pointer, length) }
      }
    }
    if try outcome(of: result, "send") != nil { return true }
    source.core?.noteNoRoom()
    return false
  }

  /// Receives, or is nil when there is nothing.
  private func receiveNow(atMost maximum: Int) throws(SocketError) -> Datagram? {
    guard let number = source.core?.number else {
      throw SocketError(operation: "receive", reason: .closed)
    }
    let scratch = loop.scratch
    let capacity = min(max(maximum, 0), scratch.count)
    // With MSG_TRUNC the kernel tells the length that the message had.
    let flags = CInt(MSG_TRUNC)
    let (result, sender) = SocketAddress.reading { storage, length in
      retrying { parley_recvfrom(number, scratch.baseAddress, capacity, flags, storage, length) }
    }
    guard let count = try outcome(of: result, "receive") else {
      source.core?.noteNothingToRead()
      return nil
    }
    return Datagram(
      bytes: Array(scratch[..<min(count, capacity)]),
      sender: sender?.unmapped ?? .unix(.unnamed), originalCount: count)
  }

  /// What a dual-stack socket takes for an IPv4 address.
  private func mapped(_ address: SocketAddress) -> SocketAddress {
    guard family == .ipv6, case .ipv4(let host, let port) = address else { return address }
    return .ipv6(IPv6Address(mapping: host), port: port)
  }

  /// The count that a system call returned, nil when it would have blocked.
  private func outcome(
    of result: Int, _ operation: StaticString
  ) throws(SocketError) -> Int? {
    guard result < 0 else { return result }
    guard result != -Int(EAGAIN) else { return nil }
    throw SocketError(operation: "\(operation)", code: CInt(truncatingIfNeeded: -result))
  }
}

/// Runs a system call again as long as signals interrupt it.
private func retrying(_ body: () -> Int) -> Int {
  while true {
    let result = body()
    if result != -Int(EINTR) { return result }
  }
}
