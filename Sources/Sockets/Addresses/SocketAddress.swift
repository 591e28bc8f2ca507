internal import Glibc

/// An address as the kernel takes it: numeric, with its port, ready for a system call.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IPv4 address and a port.
  case ipv4(IPv4Address, port: UInt16)

  /// An IPv6 address, a port, and the number of the interface for addresses that need one, else 0.
  case ipv6(IPv6Address, port: UInt16, scope: UInt32 = 0)

  /// A Unix-domain socket.
  case unix(UnixAddress)

  /// The address family of a socket.
  public enum Family: Hashable, Sendable, CaseIterable {
    /// IPv4, `AF_INET`.
    case ipv4
    /// IPv6, `AF_INET6`; a dual-stack socket speaks IPv4 too.
    case ipv6
    /// Unix-domain, `AF_UNIX`.
    case unix

    package var rawValue: CInt {
      switch self {
      case .ipv4: AF_INET
      case .ipv6: AF_INET6
      case .unix: AF_UNIX
      }
    }
  }

  /// The family of the socket that takes this address.
  public var family: Family {
    switch self {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    case .unix: .unix
    }
  }

  /// The port, or `nil` for a Unix-domain socket.
  public var port: UInt16? {
    switch self {
    case .ipv4(_, let port), .ipv6(_, let port, _): port
    case .unix: nil
    }
  }

  /// Whether packets to this address never leave the machine.
  ///
  /// True for 127.0.0.0/8, also as `::ffff:127.…`, and for `::1`. Unix-domain sockets are local too but
  /// are not counted: who may reach them is decided by file permissions, or, for abstract names, by
  /// nobody.
  public var isLoopback: Bool {
    switch self {
    case .ipv4(let address, _): address.isLoopback
    case .ipv6(let address, _, _): address.isLoopback
    case .unix: false
    }
  }

  /// `1.2.3.4:80`, `[::1]:80`, `[fe80::1%2]:80`, `unix:/x` or `unix:@x`.
  public var description: String {
    switch self {
    case .ipv4(let address, let port):
      // Each connection that ends with an error is named in it.
      String(unsafeUninitializedCapacity: 21) { text in
        var end = address.write(to: text)
        text.write(":", at: &end)
        text.write(port, at: &end)
        return end
      }
    case .ipv6(let address, let port, 0): "[\(address)]:\(port)"
    case .ipv6(let address, let port, let scope): "[\(address)%\(scope)]:\(port)"
    case .unix(let address): address.description
    }
  }
}

extension SocketAddress {
  /// Lends the address in the form that `bind`, `connect` and `sendto` take.
  ///
  /// - Parameter body: Gets a pointer to a `sockaddr` of the right family and its length; the pointer
  ///   must not be kept.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw.
  package func withSockaddr<Result, Failure: Error>(
    _ body: (UnsafeRawPointer, UInt32) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .ipv4(let address, let port):
      var value = sockaddr_in()
      value.sin_family = sa_family_t(AF_INET)
      value.sin_port = port.bigEndian
      value.sin_addr.s_addr = address.rawValue.bigEndian
      return try lend(&value, MemoryLayout<sockaddr_in>.size, body)
    case .ipv6(let address, let port, let scope):
      var value = sockaddr_in6()
      value.sin6_family = sa_family_t(AF_INET6)
      value.sin6_port = port.bigEndian
      value.sin6_scope_id = scope
      withUnsafeMutableBytes(of: &value.sin6_addr) { $0.copyBytes(from: address.bytes) }
      return try lend(&value, MemoryLayout<sockaddr_in6>.size, body)
    case .unix(let address):
      var value = sockaddr_un()
      value.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &value.sun_path) { $0.copyBytes(from: address.kernelBytes) }
      // A path counts its terminating zero, an abstract name has none.
      let terminator = address.path == nil ? 0 : 1
      let length = Self.pathOffset + address.kernelBytes.count + terminator
      return try lend(&value, length, body)
    }
  }

  /// Reads an address that a system call wrote.
  ///
  /// - Parameter bytes: The bytes that the kernel filled in, cut to the length that it reported. What
  ///   is too short or of a family that Parley does not speak gives `nil`.
  package init?(sockaddr bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= MemoryLayout<sa_family_t>.size else { return nil }
    switch CInt(bytes.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET:
      guard bytes.count >= MemoryLayout<sockaddr_in>.size else { return nil }
      let value = bytes.loadUnaligned(as: sockaddr_in.self)
      let address = IPv4Address(rawValue: UInt32(bigEndian: value.sin_addr.s_addr))
      self = .ipv4(address, port: UInt16(bigEndian: value.sin_port))
    case AF_INET6:
      guard bytes.count >= MemoryLayout<sockaddr_in6>.size else { return nil }
      let value = bytes.loadUnaligned(as: sockaddr_in6.self)
      guard let address = withUnsafeBytes(of: value.sin6_addr, { IPv6Address(bytes: $0) })
      else { return nil }
      let port = UInt16(bigEndian: value.sin6_port)
      self = .ipv6(address, port: port, scope: value.sin6_scope_id)
    case AF_UNIX:
      let name = bytes.dropFirst(Self.pathOffset).prefix(UnixAddress.maximumLength + 1)
      // The zero that ends a path may be counted or not; every byte of an abstract name counts.
      let path = Array(name.first == 0 ? name : name.prefix { $0 != 0 })
      self = .unix(UnixAddress(kernelBytes: path == [0] ? [] : path))
    default:
      return nil
    }
  }

  /// Lets a system call such as `getsockname`, `accept4` or `recvfrom` write an address, and reads it.
  ///
  /// - Parameter body: Gets room for any address and its length, which the call replaces.
  /// - Returns: What the call returned, and the address, `nil` when the call wrote none.
  /// - Throws: What `body` threw.
  package static func reading<Result, Failure: Error>(
    _ body: (UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>) throws(Failure) -> Result
  ) throws(Failure) -> (Result, SocketAddress?) {
    var storage = sockaddr_storage()
    let capacity = MemoryLayout<sockaddr_storage>.size
    var length = UInt32(capacity)
    // Typed errors do not pass through the standard library's closures; a pointer of our own does.
    let result = try body(&storage, &length)
    let address = withUnsafeBytes(of: &storage) { bytes in
      SocketAddress(sockaddr: UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(length))))
    }
    return (result, address)
  }

  private static let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2

  private func lend<Value, Result, Failure: Error>(
    _ value: inout Value, _ length: Int,
    _ body: (UnsafeRawPointer, UInt32) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafePointer(to: &value) { (pointer) throws(Failure) in
      try body(UnsafeRawPointer(pointer), UInt32(length))
    }
  }
}
