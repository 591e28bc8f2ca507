internal import CLinux
internal import Glibc

extension Datagrams {
  /// Joins a multicast group: from now on what is sent to it arrives here.
  ///
  /// The socket must be bound to the port that the group uses, on the unspecified address or on the
  /// group's own; with ``Options/reusePort`` several programs of one user can be. Datagrams of groups that only
  /// other programs have joined do not come.
  ///
  /// - Parameter group: Which one, and on which interface.
  /// - Throws: ``SocketError`` of the operation `join`, with the group: `ENODEV` when there is no such
  ///   interface, or none is named and no route leads to the group; `EADDRINUSE` when it is joined there
  ///   already; `EAFNOSUPPORT` for a group of the other family.
  ///
  /// The corresponding socket option is `MCAST_JOIN_GROUP`.
  public func join(_ group: MulticastGroup) async throws {
    try await change(group, "join", MCAST_JOIN_GROUP)
  }

  /// Leaves a multicast group that was joined on the same interface.
  ///
  /// Closing the socket leaves all groups.
  ///
  /// - Parameter group: As it was joined.
  /// - Throws: ``SocketError`` of the operation `leave`, with the group: `EADDRNOTAVAIL` when it was not
  ///   joined.
  ///
  /// The corresponding socket option is `MCAST_LEAVE_GROUP`.
  public func leave(_ group: MulticastGroup) async throws {
    try await change(group, "leave", MCAST_LEAVE_GROUP)
  }

  /// Chooses the interface that datagrams to groups leave through, in place of the routes' choice.
  ///
  /// - Parameters:
  ///   - interface: Its name or number, such as `lo`.
  ///   - source: What the datagrams to IPv4 groups have for their sender's address, one of this machine's;
  ///     with `nil` it is the kernel's choice, which need not be an address of the interface.
  /// - Throws: ``SocketError`` of the operation `send through`, with the interface: `ENODEV` when there
  ///   is no such one.
  ///
  /// The corresponding socket options are `IP_MULTICAST_IF` and `IPV6_MULTICAST_IF`.
  public func sendToGroups(
    through interface: String, from source: IPv4Address? = nil
  ) async throws {
    let index = try interfaceIndex(interface, for: "send through", printable(interface, limit: 40))
    try await option("send through", interface) { number, family throws(SocketError) in
      var plain = ip_mreqn()
      plain.imr_ifindex = CInt(truncatingIfNeeded: index)
      plain.imr_address.s_addr = (source ?? .any).rawValue.bigEndian
      // A dual-stack socket sends to IPv4 groups by IPv4's rules.
      try setOption(number, CInt(IPPROTO_IP), IP_MULTICAST_IF, &plain)
      guard family == .ipv6 else { return }
      var value = CInt(truncatingIfNeeded: index)
      try setOption(number, CInt(IPPROTO_IPV6), IPV6_MULTICAST_IF, &value)
    }
  }

  private func change(
    _ group: MulticastGroup, _ operation: StaticString, _ name: CInt
  ) async throws {
    let index = try group.index()
    let address = try group.address(port: 0)
    try await option(operation, group.description) { number, family throws(SocketError) in
      guard group.family == .ipv4 || family == .ipv6 else {
        throw SocketError(operation: "\(operation)", code: EAFNOSUPPORT)
      }
      // Linux would also hand over what other programs have joined.
      var off: CInt = 0
      try setOption(number, CInt(IPPROTO_IP), IP_MULTICAST_ALL, &off)
      if family == .ipv6 { try setOption(number, CInt(IPPROTO_IPV6), IPV6_MULTICAST_ALL, &off) }
      var request = group_req()
      request.gr_interface = index
      address.withSockaddr { pointer, length in
        withUnsafeMutableBytes(of: &request.gr_group) {
          $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
        }
      }
      let level = group.family == .ipv4 ? IPPROTO_IP : IPPROTO_IPV6
      try setOption(number, CInt(level), name, &request)
    }
  }

  /// Runs `body` on the loop's thread; what it throws gets an operation's name and address.
  private func option(
    _ operation: StaticString, _ address: String,
    _ body: @escaping @Sendable (CInt, SocketAddress.Family) throws(SocketError) -> Void
  ) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.option(operation, address, body) }
    }
    do throws(SocketError) {
      guard let number = source.core?.number else {
        throw SocketError(operation: "\(operation)", reason: .closed)
      }
      try body(number, family)
    } catch {
      throw SocketError(operation: "\(operation)", address: address, reason: error.reason)
    }
  }
}

extension SocketOption where Value == Int {
  /// How many routers a datagram to a group may pass, `IP_MULTICAST_TTL` and `IPV6_MULTICAST_HOPS`, from
  /// 0 to 255; 1, the default, is this network, 0 this machine.
  public static var multicastHops: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      var value: CInt = 0
      let isIPv6 = try socketFamily(of: descriptor) == AF_INET6
      try getOption(
        descriptor, CInt(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP),
        isIPv6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, &value)
      return Int(value)
    } set: { descriptor, value throws(SocketError) in
      guard (0...255).contains(value) else {
        throw SocketError(operation: "setsockopt IP_MULTICAST_TTL", code: EINVAL)
      }
      try setBoth(descriptor, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, CInt(value))
    }
  }
}

extension SocketOption where Value == Bool {
  /// Whether this machine's members hear what is sent to a group from here, `IP_MULTICAST_LOOP` and
  /// `IPV6_MULTICAST_LOOP`; on until it is turned off.
  public static var multicastLoop: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      var value: CInt = 0
      let isIPv6 = try socketFamily(of: descriptor) == AF_INET6
      try getOption(
        descriptor, CInt(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP),
        isIPv6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP, &value)
      return value != 0
    } set: { descriptor, value throws(SocketError) in
      try setBoth(descriptor, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, value ? 1 : 0)
    }
  }
}

/// Sets an option for IPv4 and, on an IPv6 socket, for IPv6 as well.
func setBoth(
  _ number: CInt, _ plain: CInt, _ long: CInt, _ value: CInt
) throws(SocketError) {
  var value = value
  try setOption(number, CInt(IPPROTO_IP), plain, &value)
  if try socketFamily(of: number) == AF_INET6 {
    try setOption(number, CInt(IPPROTO_IPV6), long, &value)
  }
}

func socketFamily(of number: CInt) throws(SocketError) -> CInt {
  var value: CInt = 0
  try getOption(number, SOL_SOCKET, SO_DOMAIN, &value)
  return value
}

private func setOption<Value: BitwiseCopyable>(
  _ number: CInt, _ level: CInt, _ name: CInt, _ value: inout Value
) throws(SocketError) {
  let size = socklen_t(MemoryLayout<Value>.size)
  let result = parley_setsockopt(number, level, name, &value, size)
  guard result >= 0 else { throw SocketError(operation: "setsockopt", code: -result) }
}

func getOption(
  _ number: CInt, _ level: CInt, _ name: CInt, _ value: inout CInt
) throws(SocketError) {
  var size = socklen_t(MemoryLayout<CInt>.size)
  let result = parley_getsockopt(number, level, name, &value, &size)
  guard result >= 0 else { throw SocketError(operation: "getsockopt", code: -result) }
}
