internal import Glibc

/// A network interface of this machine, with the addresses that it has at the moment.
///
///     for interface in try NetworkInterface.all() where interface.canMulticast {
///       print(interface.name, interface.addresses)
///     }
public struct NetworkInterface: Hashable, Sendable {
  /// One of the addresses of an interface.
  public struct Assignment: Hashable, Sendable {
    /// The address; a link-local IPv6 address has the interface's name as its scope.
    public let host: Address.Host
    /// How many of its first bits name the network: 0 to 32 for IPv4, 0 to 128 for IPv6.
    public let prefixLength: Int
    /// Where a datagram reaches every machine of that network; IPv6 has no such address.
    public let broadcast: IPv4Address?
  }

  /// What the kernel calls it, such as `lo` or `eth0`.
  public let name: String
  /// Its number, from 1, as in the scope of a ``SocketAddress``; 0 when it has gone in the meantime.
  public let index: UInt32
  /// Whether it is switched on.
  public let isUp: Bool
  /// Whether what is sent through it never leaves the machine.
  public let isLoopback: Bool
  /// Whether datagrams to a group can be sent and received through it.
  public let canMulticast: Bool
  /// Whether it has IPv4 addresses that reach every machine of a network.
  public let canBroadcast: Bool
  /// IPv4 first, otherwise in the kernel's order; none is usual for an interface that is not in use.
  public private(set) var addresses: [Assignment]

  /// All interfaces, in the order of their numbers, those that are switched off included.
  ///
  /// - Returns: What there is now; it may be otherwise at the next call.
  /// - Throws: ``SocketError`` with the operation `getifaddrs`.
  ///
  /// The corresponding C function is `getifaddrs`.
  public static func all() throws(SocketError) -> [NetworkInterface] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { throw SocketError(operation: "getifaddrs", code: errno) }
    defer { freeifaddrs(first) }
    var interfaces: [String: NetworkInterface] = [:]
    var next = first
    while let entry = next?.pointee {
      next = entry.ifa_next
      // An address may have a label of its own, "eth0:1", which begins with the interface's name.
      let label = String(cString: entry.ifa_name)
      let name = String(label.utf8.prefix { $0 != UInt8(ascii: ":") }) ?? label
      let assignment = Assignment(entry, of: name)
      interfaces[name, default: NetworkInterface(name, flags: entry.ifa_flags)].add(assignment)
    }
    return interfaces.values.sorted { ($0.index, $0.name) < ($1.index, $1.name) }
  }

  private init(_ name: String, flags: CUnsignedInt) {
    func has(_ flag: Int) -> Bool { Int(flags) & flag != 0 }
    self.name = name
    index = if_nametoindex(name)
    isUp = has(IFF_UP)
    isLoopback = has(IFF_LOOPBACK)
    canMulticast = has(IFF_MULTICAST)
    canBroadcast = has(IFF_BROADCAST)
    addresses = []
  }

  private mutating func add(_ assignment: Assignment?) {
    guard let assignment else { return }
    guard case .ipv4 = assignment.host else { return addresses.append(assignment) }
    let end = addresses.firstIndex { if case .ipv6 = $0.host { true } else { false } }
    addresses.insert(assignment, at: end ?? addresses.endIndex)
  }
}

extension NetworkInterface.Assignment {
  /// nil for what is not an address of the Internet: each interface has an entry for its hardware, too.
  fileprivate init?(_ entry: ifaddrs, of name: String) {
    switch SocketAddress(entry.ifa_addr) {
    case .ipv4(let address, _):
      host = .ipv4(address)
      guard case .ipv4(let mask, _) = SocketAddress(entry.ifa_netmask) else { return nil }
      prefixLength = mask.rawValue.nonzeroBitCount
      // For other interfaces the same field is the address of the other end.
      let isBroadcast = Int(entry.ifa_flags) & IFF_BROADCAST != 0
      if isBroadcast, case .ipv4(let all, _) = SocketAddress(entry.ifa_ifu.ifu_broadaddr) {
        broadcast = all
      } else {
        broadcast = nil
      }
    case .ipv6(let address, _, let scope):
      host = .ipv6(address, scope: scope == 0 ? nil : name)
      guard case .ipv6(let mask, _, _) = SocketAddress(entry.ifa_netmask) else { return nil }
      prefixLength = mask.high.nonzeroBitCount + mask.low.nonzeroBitCount
      broadcast = nil
    case .unix, nil: return nil
    }
  }
}

extension SocketAddress {
  /// Reads an address of the Internet that the kernel wrote whole; nil for every other family.
  fileprivate init?(_ pointer: UnsafeMutablePointer<sockaddr>?) {
    guard let pointer else { return nil }
    let size: Int
    switch CInt(pointer.pointee.sa_family) {
    case AF_INET: size = MemoryLayout<sockaddr_in>.size
    case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    self.init(sockaddr: UnsafeRawBufferPointer(start: pointer, count: size))
  }
}
