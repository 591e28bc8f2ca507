internal import Glibc

/// A multicast group and the network interface that it is heard on: `239.7.0.1%lo`, `ff02::7%eth0`.
///
/// Whoever joins a group with ``Datagrams/join(_:)`` gets every datagram that is sent to it. The groups
/// `239.0.0.0/8` and `ff02::/16` are for everybody's own use within one network.
public struct MulticastGroup: Hashable, Sendable, CustomStringConvertible {
  private enum Host: Hashable {
    case ipv4(IPv4Address)
    case ipv6(IPv6Address)
  }

  private let host: Host

  /// The name or the number of the interface as it was given; nil leaves the choice to the kernel,
  /// which follows its routes.
  public let interface: String?

  /// Reads a group: a multicast address, and after a `%` an interface if wanted.
  ///
  /// - Parameter text: `GROUP` or `GROUP%INTERFACE`; GROUP is in `224.0.0.0/4` or `ff00::/8`, INTERFACE
  ///   is the name or the number of a network interface. Blanks around the text are ignored.
  /// - Throws: ``AddressError`` with the text and what is wrong with it.
  public init(_ text: String) throws(AddressError) {
    let bytes = trimmed(text)
    let word = bytes.prefix { $0 != UInt8(ascii: "%") }
    if let address = IPv4Address(ascii: word), address.isMulticast {
      host = .ipv4(address)
    } else if let address = IPv6Address(ascii: word), address.isMulticast {
      host = .ipv6(address)
    } else {
      throw AddressError(text, .notMulticast)
    }
    guard word.count < bytes.count else {
      interface = nil
      return
    }
    guard let name = interfaceWord(bytes.dropFirst(word.count + 1)) else {
      throw AddressError(text, .scope)
    }
    interface = name
  }

  /// The family of the sockets that can join the group; dual-stack ones can join both kinds.
  public var family: SocketAddress.Family {
    switch host {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    }
  }

  /// Where to send what the group shall get.
  ///
  /// - Parameter port: The port that its members listen on.
  /// - Returns: The address, with the interface's number for IPv6.
  /// - Throws: ``SocketError`` with `ENODEV` when the machine has no such interface.
  ///
  /// The corresponding C function is `if_nametoindex`.
  public func address(port: UInt16) throws(SocketError) -> SocketAddress {
    switch host {
    case .ipv4(let address): .ipv4(address, port: port)
    case .ipv6(let address): .ipv6(address, port: port, scope: try index())
    }
  }

  /// The group as it is read: `239.7.0.1%lo`.
  public var description: String {
    let address =
      switch host {
      case .ipv4(let address): address.description
      case .ipv6(let address): address.description
      }
    return interface.map { "\(address)%\($0)" } ?? address
  }

  /// The number of the interface, 0 for any.
  func index() throws(SocketError) -> UInt32 {
    guard let interface else { return 0 }
    return try interfaceIndex(interface, for: "join", description)
  }
}

/// What follows a `%`, if it can be an interface's name or number.
func interfaceWord(_ bytes: Substring.UTF8View) -> String? {
  // The name of an interface has at most 15 bytes; a colon would hide a port: `fe80::1%eth0:80`.
  guard (1...15).contains(bytes.count),
    bytes.allSatisfy({ (0x21...0x7e).contains($0) && !"%/:[]".utf8.contains($0) })
  else { return nil }
  return String(Substring(bytes))
}

/// The number of a network interface that is given by name or by number.
///
/// The corresponding C function is `if_nametoindex`.
func interfaceIndex(
  _ interface: String, for operation: String, _ address: String
) throws(SocketError) -> UInt32 {
  if let number = decimal(interface.utf8[...], maximum: Int(UInt32.max)) { return UInt32(number) }
  let index = if_nametoindex(interface)
  guard index > 0 else { throw SocketError(operation: operation, address: address, code: ENODEV) }
  return index
}
