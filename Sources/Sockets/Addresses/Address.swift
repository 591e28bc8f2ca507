/// What a user types to name an endpoint: a host and a port, or a Unix-domain socket; not resolved yet.
///
///     try Address("example.org:80")      try Address("[fe80::1%eth0]:80")
///     try Address("127.0.0.1", port: 7)  try Address("::1")           // port 0
///     try Address("8080")                try Address(":8080")         // all addresses
///     try Address("unix:/run/chat")      try Address("unix:@chat")    // a path, an abstract name
///
/// ``Resolver`` turns it into the ``SocketAddress``es that the kernel takes.
public struct Address: Hashable, Sendable, CustomStringConvertible {
  /// The host part of an address.
  public enum Host: Hashable, Sendable, CustomStringConvertible {
    /// No host was named: listening, every address of this machine; connecting, this machine.
    case any
    /// A numeric IPv4 address.
    case ipv4(IPv4Address)
    /// A numeric IPv6 address and, if given, the name or number of the interface that it is behind.
    case ipv6(IPv6Address, scope: String?)
    /// A name to look up; not checked beyond its length and the absence of control characters.
    case name(String)

    /// The host without brackets; empty for ``any``.
    public var description: String {
      switch self {
      case .any: ""
      case .ipv4(let address): address.description
      case .ipv6(let address, let scope): scope.map { "\(address)%\($0)" } ?? address.description
      case .name(let name): printable(name)
      }
    }
  }

  /// The two kinds of endpoint.
  public enum Target: Hashable, Sendable {
    /// A host and a port. Port 0 lets the system pick one when listening.
    case host(Host, port: UInt16)
    /// A Unix-domain socket.
    case unix(UnixAddress)
  }

  /// What the address names.
  public let target: Target

  /// Reads an address.
  ///
  /// Accepted are `HOST`, `HOST:PORT`, `:PORT`, `PORT`, `[IPV6]`, `[IPV6]:PORT`, `IPV6`, `unix:PATH` and
  /// `unix:@NAME`, where HOST is a name or an IPv4 address and IPV6 may end in `%` and an interface.
  /// Blanks around the text and around PORT are ignored. Digits alone are a PORT. A host without a port
  /// has port 0. A text that is an IPv6 address as a whole has no port in it: `::1:80` is a host.
  ///
  /// - Parameters:
  ///   - text: The address. The default is `0.0.0.0:0`, so a port alone means every IPv4 address.
  ///   - port: A port that replaces the one in the text, 0 to 65535. 0 and `nil` replace nothing.
  /// - Throws: ``AddressError`` with the text and what is wrong with it. No text traps.
  public init(_ text: String = "0.0.0.0:0", port: Int? = nil) throws(AddressError) {
    do throws(AddressError.Reason) {
      target = try Target(parsing: trimmed(text), port: port ?? 0)
    } catch {
      throw AddressError(port.map { "\(text), \($0)" } ?? text, error)
    }
  }

  /// Makes the address that the kernel already knows by number.
  public init(_ address: SocketAddress) {
    switch address {
    case .ipv4(let host, let port): target = .host(.ipv4(host), port: port)
    case .ipv6(let host, let port, let scope):
      target = .host(.ipv6(host, scope: scope == 0 ? nil : String(scope)), port: port)
    case .unix(let unix): target = .unix(unix)
    }
  }

  /// The host, or `nil` for a Unix-domain socket.
  public var host: Host? {
    guard case .host(let host, _) = target else { return nil }
    return host
  }

  /// The port, or `nil` for a Unix-domain socket.
  public var port: UInt16? {
    guard case .host(_, let port) = target else { return nil }
    return port
  }

  /// The address in a form that can be read again: `h:80`, `[::1]:80`, `:80`, `unix:/x`.
  ///
  /// Only characters that a terminal could obey are written in another way than they were typed.
  public var description: String {
    switch target {
    case .host(.ipv6(let address, let scope), let port):
      "[\(Host.ipv6(address, scope: scope))]:\(port)"
    case .host(.name("unix"), 0): "unix"  // "unix:0" is a path.
    case .host(let host, let port): "\(host):\(port)"
    case .unix(let address): address.description
    }
  }
}
