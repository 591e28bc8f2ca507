internal import CLinux
import Glibc

extension SocketAddress {
  /// The address that a socket is bound to.
  ///
  /// The corresponding C function is `getsockname`.
  package static func local(of descriptor: borrowing Descriptor) throws(SocketError)
    -> SocketAddress
  {
    let number = descriptor.rawValue
    let (_, address) = try reading { (storage, length) throws(SocketError) in
      try call("getsockname") { parley_getsockname(number, storage, length) }
    }
    return address?.unmapped ?? .unix(.unnamed)
  }

  /// The IPv4 address where this is one in IPv6 clothes, as dual-stack listeners see them.
  package var unmapped: SocketAddress {
    guard case .ipv6(let address, let port, _) = self, let plain = address.mapped else {
      return self
    }
    return .ipv4(plain, port: port)
  }

  /// Whether the address stands for all addresses of the machine.
  package var isUnspecified: Bool {
    switch self {
    case .ipv4(let address, _): address == .any
    case .ipv6(let address, _, _): address == .any
    case .unix: false
    }
  }

  /// What counts as one client's home: an IPv4 address, an IPv6 /64 network, or this machine.
  package var group: SocketAddress {
    switch unmapped {
    case .ipv4(let address, _): .ipv4(address, port: 0)
    case .ipv6(let address, _, _): .ipv6(IPv6Address(high: address.high, low: 0), port: 0)
    case .unix: .unix(.unnamed)
    }
  }

  /// Whether only this machine's users can reach a listener here: loopback, or a socket file.
  ///
  /// An abstract Unix-domain name has no permissions, so it does not count.
  package var isLocal: Bool {
    guard case .unix(let address) = self else { return isLoopback }
    return address.path != nil
  }

  /// The path of a socket file, if this is one.
  package var socketFile: [UInt8]? {
    guard case .unix(let address) = self else { return nil }
    return address.path
  }
}
