internal import CLinux
internal import Glibc

/// A setting of a socket, with the type of its value.
///
///     try await connection.set(.keepAlive, to: KeepAlive())
///     let size = try await datagrams.get(.receiveBuffer)
///
/// The corresponding C functions are `setsockopt` and `getsockopt`.
public struct SocketOption<Value: Sendable>: Sendable {
  let get: @Sendable (CInt) throws(SocketError) -> Value
  let set: @Sendable (CInt, Value) throws(SocketError) -> Void
}

extension Descriptor {
  /// Reads a socket option.
  ///
  /// - Parameter option: Which one.
  /// - Returns: What the kernel uses, which may be more or less than what was set.
  /// - Throws: ``SocketError`` when the socket has no such option.
  ///
  /// The corresponding C function is `getsockopt`.
  public borrowing func get<Value>(
    _ option: SocketOption<Value>
  ) throws(SocketError) -> Value {
    try option.get(rawValue)
  }

  /// Changes a socket option.
  ///
  /// - Parameters:
  ///   - option: Which one.
  ///   - value: Its new value.
  /// - Throws: ``SocketError``, with `EINVAL` for a value that the option cannot have.
  ///
  /// The corresponding C function is `setsockopt`.
  public borrowing func set<Value>(
    _ option: SocketOption<Value>, to value: Value
  ) throws(SocketError) {
    try option.set(rawValue, value)
  }
}

extension SocketOption where Value == Bool {
  /// Whether a port in TIME_WAIT may be bound again at once, `SO_REUSEADDR`.
  public static var reuseAddress: SocketOption { flag("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR) }

  /// Whether several sockets of one user may share an address and its load, `SO_REUSEPORT`.
  public static var reusePort: SocketOption { flag("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT) }

  /// Whether datagrams to a broadcast address may be sent, `SO_BROADCAST`; off until it is set.
  public static var broadcast: SocketOption { flag("SO_BROADCAST", SOL_SOCKET, SO_BROADCAST) }

  /// Whether small writes leave at once instead of waiting for acknowledgements, `TCP_NODELAY`.
  public static var noDelay: SocketOption { flag("TCP_NODELAY", tcp, TCP_NODELAY) }

  /// Whether an IPv6 socket refuses IPv4, `IPV6_V6ONLY`; can be set until it is bound.
  public static var v6Only: SocketOption {
    flag("IPV6_V6ONLY", CInt(IPPROTO_IPV6), IPV6_V6ONLY)
  }

  private static func flag(_ label: StaticString, _ level: CInt, _ name: CInt) -> SocketOption {
    SocketOption { descriptor throws(SocketError) in
      try read(descriptor, label, level, name) != 0
    } set: { descriptor, value throws(SocketError) in
      try write(descriptor, label, level, name, value ? 1 : 0)
    }
  }
}

extension SocketOption where Value == Int {
  /// Bytes that the kernel keeps for what the peer has not acknowledged, `SO_SNDBUF`.
  ///
  /// Linux reserves twice what is set, for its own use, up to a limit of the system, and reports that.
  public static var sendBuffer: SocketOption { bytes("SO_SNDBUF", SO_SNDBUF) }

  /// Bytes that the kernel keeps for what has not been read, `SO_RCVBUF`.
  ///
  /// Linux reserves twice what is set, for its own use, up to a limit of the system, and reports that.
  /// The size that is announced to the peer follows from it, so set it before connecting or listening.
  public static var receiveBuffer: SocketOption { bytes("SO_RCVBUF", SO_RCVBUF) }

  private static func bytes(_ label: StaticString, _ name: CInt) -> SocketOption {
    SocketOption { descriptor throws(SocketError) in
      Int(try read(descriptor, label, SOL_SOCKET, name))
    } set: { descriptor, value throws(SocketError) in
      try write(descriptor, label, SOL_SOCKET, name, try checked(value, label))
    }
  }
}

extension SocketOption where Value == Int? {
  /// Unsent bytes from which on the socket is not writable, `TCP_NOTSENT_LOWAT`; `nil` is no limit.
  ///
  /// A low value keeps what is not sent yet in the program, where it can still be reordered or dropped.
  public static var notSentLowWater: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      let value = try read(descriptor, "TCP_NOTSENT_LOWAT", tcp, TCP_NOTSENT_LOWAT)
      return value == 0 || value == -1 ? nil : Int(value)
    } set: { descriptor, value throws(SocketError) in
      let bytes = try value.map { value throws(SocketError) in
        try checked(value, "TCP_NOTSENT_LOWAT")
      }
      try write(descriptor, "TCP_NOTSENT_LOWAT", tcp, TCP_NOTSENT_LOWAT, bytes ?? 0)
    }
  }
}

extension SocketOption where Value == Duration? {
  /// How long sent data may stay unacknowledged before the connection ends, `TCP_USER_TIMEOUT`.
  ///
  /// Whole milliseconds, rounded up; `nil` leaves it to the system, which tries for about 15 minutes.
  public static var userTimeout: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      let value = try read(descriptor, "TCP_USER_TIMEOUT", tcp, TCP_USER_TIMEOUT)
      return value == 0 ? nil : .milliseconds(value)
    } set: { descriptor, value throws(SocketError) in
      let milliseconds = try value.map { value throws(SocketError) in
        try units(of: .milliseconds(1), in: value, "TCP_USER_TIMEOUT", atLeast: 1)
      }
      try write(descriptor, "TCP_USER_TIMEOUT", tcp, TCP_USER_TIMEOUT, milliseconds ?? 0)
    }
  }

  /// How long closing waits for unsent data, `SO_LINGER`; `nil` sends it in the background.
  ///
  /// Whole seconds, rounded up. Zero throws the data away and resets the connection. Do not set anything
  /// above zero on a socket of an event loop: `close` would block the loop.
  public static var linger: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      var value = Glibc.linger()
      var length = socklen_t(MemoryLayout<Glibc.linger>.size)
      try run("getsockopt", "SO_LINGER") {
        parley_getsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, &length)
      }
      return value.l_onoff == 0 ? nil : .seconds(value.l_linger)
    } set: { descriptor, value throws(SocketError) in
      let seconds = try value.map { value throws(SocketError) in
        try units(of: .seconds(1), in: value, "SO_LINGER", atLeast: 0)
      }
      var linger = Glibc.linger(l_onoff: seconds == nil ? 0 : 1, l_linger: seconds ?? 0)
      try run("setsockopt", "SO_LINGER") {
        parley_setsockopt(
          descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      }
    }
  }
}

extension SocketOption where Value == KeepAlive? {
  /// Whether and how silent connections are probed; `nil`, the default of new sockets, is never.
  ///
  /// The C names are `SO_KEEPALIVE`, `TCP_KEEPIDLE`, `TCP_KEEPINTVL` and `TCP_KEEPCNT`.
  public static var keepAlive: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      guard try read(descriptor, "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE) != 0 else { return nil }
      return KeepAlive(
        idle: .seconds(try read(descriptor, "TCP_KEEPIDLE", tcp, TCP_KEEPIDLE)),
        interval: .seconds(try read(descriptor, "TCP_KEEPINTVL", tcp, TCP_KEEPINTVL)),
        count: Int(try read(descriptor, "TCP_KEEPCNT", tcp, TCP_KEEPCNT)))
    } set: { descriptor, value throws(SocketError) in
      if let value {
        // All values are checked before the first is set: the change is whole or none.
        let idle = try units(of: .seconds(1), in: value.idle, "TCP_KEEPIDLE", atLeast: 1)
        let interval = try units(of: .seconds(1), in: value.interval, "TCP_KEEPINTVL", atLeast: 1)
        let count = try checked(value.count, "TCP_KEEPCNT")
        try write(descriptor, "TCP_KEEPCNT", tcp, TCP_KEEPCNT, count)
        try write(descriptor, "TCP_KEEPIDLE", tcp, TCP_KEEPIDLE, idle)
        try write(descriptor, "TCP_KEEPINTVL", tcp, TCP_KEEPINTVL, interval)
      }
      try write(descriptor, "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, value == nil ? 0 : 1)
    }
  }
}

private let tcp = CInt(IPPROTO_TCP)

private func read(
  _ descriptor: CInt, _ label: StaticString, _ level: CInt, _ name: CInt
) throws(SocketError) -> CInt {
  var value: CInt = 0
  var length = socklen_t(MemoryLayout<CInt>.size)
  try run("getsockopt", label) { parley_getsockopt(descriptor, level, name, &value, &length) }
  return value
}

private func write(
  _ descriptor: CInt, _ label: StaticString, _ level: CInt, _ name: CInt, _ value: CInt
) throws(SocketError) {
  var value = value
  try run("setsockopt", label) {
    parley_setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
  }
}

/// The funnel, with the option's C name in the error.
private func run(
  _ name: StaticString, _ label: StaticString, _ body: () -> CInt
) throws(SocketError) {
  do throws(SocketError) {
    try call(name, body)
  } catch {
    throw SocketError(operation: "\(name) \(label)", reason: error.reason)
  }
}

private func checked(_ value: Int, _ label: StaticString) throws(SocketError) -> CInt {
  guard value > 0, let value = CInt(exactly: value) else {
    throw SocketError(operation: "setsockopt \(label)", code: EINVAL)
  }
  return value
}

/// How many whole units the duration has, rounded up.
private func units(
  of unit: Duration, in duration: Duration, _ label: StaticString, atLeast minimum: CInt
) throws(SocketError) -> CInt {
  let size = unit.clampedNanoseconds
  let nanoseconds = duration.clampedNanoseconds
  let count = nanoseconds / size + (nanoseconds % size == 0 ? 0 : 1)
  guard duration >= .zero, let value = CInt(exactly: count), value >= minimum else {
    throw SocketError(operation: "setsockopt \(label)", code: EINVAL)
  }
  return value
}
