internal import CLinux
internal import Glibc
internal import Synchronization

/// A datagram socket, UDP over IPv4, IPv6 or both: each send is one message, which may get lost, come
/// twice or come late.
///
///     let datagrams = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop)
///     try await datagrams.send("hello", to: peer)
///     let datagram = try await datagrams.receive()
///
/// It lives on one ``EventLoop`` and is closed by ``close()``, or when the last reference to it is gone.
/// Receiving and sending are independent; several tasks may do either, and each call is served whole, in
/// order. Called on the loop's thread, operations try the system call at once and suspend only when it
/// would block; from elsewhere each goes to the loop and back. A ``DatagramBatch`` takes many with one
/// system call. Each throws `CancellationError` when its
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

    /// The bytes as UTF-8, those that are not as U+FFFD.
    ///
    /// A sender may put anything in it: what a terminal could obey must be escaped before it is
    /// printed, as `debugDescription` does.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

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

  /// Where a message that is in the caller's memory came from.
  public struct Envelope: Hashable, Sendable {
    /// Who sent it, as far as anybody can know.
    public var sender: SocketAddress

    /// How many bytes of it were taken.
    public var count: Int

    /// How many bytes the message had.
    public var originalCount: Int

    /// Whether bytes were lost because more arrived than was asked for.
    public var isTruncated: Bool { originalCount > count }
  }

  /// The address that the socket is bound to; a port 0 has become the real one.
  public let localAddress: SocketAddress

  /// The loop that the socket lives on.
  public var loop: EventLoop { source.loop }

  let source: Source
  let family: SocketAddress.Family
  /// How many messages came one by one since other tasks had their turn; for the loop's thread.
  private let unpaused = Atomic<Int>(0)

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
      // Each message that leaves is told as room to send: only who waits for it wants to know.
      let source = try Source(descriptor, on: loop, for: .readable)
      return Datagrams(source, address.family, bound)
    } catch {
      throw SocketError(operation: "bind", address: address.description, reason: error.reason)
    }
  }

  /// Makes a socket and binds it to an address as people type it.
  ///
  /// Of the addresses that a name stands for it is the first that this machine has.
  ///
  /// - Parameters:
  ///   - address: Where to receive; without a host it is every address of this machine.
  ///   - loop: Where the socket lives.
  ///   - options: Broadcast and sharing.
  ///   - resolver: Who resolves names.
  /// - Returns: The socket.
  /// - Throws: ``SocketError`` of the operation `resolve` or `bind`; `CancellationError` when the task
  ///   is cancelled while it waits for the resolver.
  ///
  /// The corresponding C function is `bind`.
  public static func bind(
    _ address: Address, on loop: EventLoop, options: Options = Options(),
    resolver: Resolver = .shared
  ) async throws -> Datagrams {
    var limit: Duration?
    if case .after(let total) = loop.defaultTimeout { limit = total }
    let addresses = try await resolver.resolve(address, for: .listening, timeout: limit)
    for address in addresses.dropLast() {
      do {
        return try await bind(address, on: loop, options: options)
      } catch let error as SocketError where error.isMissingAddress {}
    }
    return try await bind(addresses[addresses.count - 1], on: loop, options: options)
  }

  /// Closes the socket; everybody who waits for it gets an error, and what has not been received is lost.
  ///
  /// The corresponding C function is `close`.
  public func close() {
    source.close()
  }

  /// Makes one address the only one to talk with.
  ///
  /// From now on only its datagrams are received, and when nobody is there the next operation throws
  /// `ECONNREFUSED`: the one sign of life, or of its absence, that UDP gives.
  ///
  /// - Parameter address: The peer; not a broadcast address or a group, whose members answer from their
  ///   own.
  /// - Throws: ``SocketError`` of the operation `connect`, with the address.
  ///
  /// The corresponding C function is `connect`.
  public func connect(to address: SocketAddress) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.connect(to: address) }
    }
    do throws(SocketError) {
      let number = try number("connect")
      try call("connect") { address.withSockaddr { parley_connect(number, $0, $1) } }
    } catch {
      throw SocketError(
        operation: "connect", address: address.description, reason: error.reason)
    }
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
    do {
      try await sending(timeout) { number throws(SocketError) in
        let result = bytes.withUnsafeBytes { bytes in
          address.withSockaddr { pointer, length in
            retrying { parley_sendto(number, bytes.baseAddress, bytes.count, pointer, length) }
          }
        }
        return try outcome(of: result, "send") != nil
      }
    } catch let error as SocketError {
      throw error.about(address.description)
    }
  }

  /// Sends one message, the text in UTF-8.
  ///
  /// - Parameters:
  ///   - text: What to send.
  ///   - address: To whom.
  ///   - timeout: How long to wait for room in the socket's buffer.
  /// - Throws: As ``send(_:to:timeout:)-([UInt8],_,_)``.
  public func send(
    _ text: String, to address: SocketAddress, timeout: Timeout = .inherited
  ) async throws {
    try await send(Array(text.utf8), to: address, timeout: timeout)
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
    var bytes: [UInt8] = []
    let envelope = try await receive(into: &bytes, atMost: maximum, timeout: timeout)
    return Datagram(
      bytes: bytes, sender: envelope.sender, originalCount: envelope.originalCount)
  }

  /// Receives one message into memory that is used again, waiting until there is one.
  ///
  /// - Parameters:
  ///   - buffer: Holds the message afterwards, and nothing else; what it held is gone.
  ///   - maximum: The most bytes to take, 0 to 65,535; the rest of a longer message is lost, and the
  ///     envelope says so.
  ///   - timeout: How long to wait.
  /// - Returns: Who sent it, and how long it was.
  /// - Throws: ``SocketError`` of the operation `receive`, with the local address, or
  ///   `CancellationError`.
  ///
  /// The corresponding C function is `recvfrom`.
  public func receive(
    into buffer: inout [UInt8], atMost maximum: Int = 65_535, timeout: Timeout = .inherited
  ) async throws -> Envelope {
    guard loop.isHome else {
      let datagram = try await receive(atMost: maximum, timeout: timeout)
      buffer = datagram.bytes
      return Envelope(
        sender: datagram.sender, count: buffer.count, originalCount: datagram.originalCount)
    }
    buffer.removeAll(keepingCapacity: true)
    if unpaused.add(1, ordering: .relaxed).newValue >= 64 { giveWay() }
    let scratch = loop.scratch
    let capacity = min(max(maximum, 0), scratch.count)
    return try await receiving(timeout) { number throws(SocketError) in
      // With MSG_TRUNC the kernel tells the length that the message had.
      let (result, sender) = SocketAddress.reading { storage, length in
        retrying {
          parley_recvfrom(
            number, scratch.baseAddress, capacity, CInt(MSG_TRUNC), storage, length)
        }
      }
      guard let count = try outcome(of: result, "receive") else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<min(count, capacity)])
      buffer.append(contentsOf: bytes)
      return Envelope(
        sender: sender?.unmapped ?? .unix(.unnamed), count: bytes.count, originalCount: count)
    }
  }
}

// MARK: - Waiting (loop thread only)

extension Datagrams {
  /// Tries to receive until something came; `attempt` gives nil when nothing is there.
  func receiving<Result>(
    _ timeout: Timeout, _ attempt: (CInt) throws(SocketError) -> Result?
  ) async throws -> Result {
    let limit = source.limit("receive", timeout)
    do {
      try await source.begin(.reading, limit)
      defer { source.end(.reading) }
      while true {
        if source.core?.canRead != false, let result = try attempt(try number("receive")) {
          return result
        }
        source.core?.noteNothingToRead()
        // The loop looks at its sockets before it looks at its timers: what has come is not missed.
        try await source.wait(.reading, limit)
      }
    } catch let error as SocketError {
      throw error.about(localAddress.description)
    }
  }

  /// Lets the next receive wait for the loop's next turn.
  ///
  /// Who is flooded with messages would never wait, and the loop's other tasks would never run. Unlike
  /// `Task.yield` this allocates nothing.
  func giveWay() {
    unpaused.store(0, ordering: .relaxed)
    source.core?.noteNothingToRead()
    source.core?.registered.retryNextTurn()
  }

  /// Tries to send until all has gone; `attempt` is false when there is no room.
  func sending(
    _ timeout: Timeout, _ attempt: (CInt) throws(SocketError) -> Bool
  ) async throws {
    let limit = source.limit("send", timeout)
    try await source.begin(.writing, limit)
    defer { source.end(.writing) }
    if try attempt(try number("send")) { return }
    source.core?.registered.watch(for: .everything)
    defer { source.core?.registered.watch(for: .readable) }
    repeat {
      source.core?.noteNoRoom()
      try await source.wait(.writing, limit)
    } while try !attempt(try number("send"))
  }

  private func number(_ operation: StaticString) throws(SocketError) -> CInt {
    guard let number = source.core?.number else {
      throw SocketError(operation: "\(operation)", reason: .closed)
    }
    return number
  }

  /// The count that a system call returned, nil when it would have blocked.
  func outcome(of result: Int, _ operation: StaticString) throws(SocketError) -> Int? {
    guard result < 0 else { return result }
    guard result != -Int(EAGAIN) else { return nil }
    throw SocketError(operation: "\(operation)", code: CInt(truncatingIfNeeded: -result))
  }
}

/// Runs a system call again as long as signals interrupt it.
func retrying(_ body: () -> Int) -> Int {
  while true {
    let result = body()
    if result != -Int(EINTR) { return result }
  }
}
