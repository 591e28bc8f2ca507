/// Which peers may connect, by their address.
///
/// A peer in a denied network is refused. If any network is allowed, everybody outside the allowed ones
/// is refused too. With two empty lists everybody may come. Unix-domain peers have no location and pass:
/// the permissions of the socket file guard them.
public struct AddressFilter: Hashable, Sendable {
  /// The networks that may connect; empty means all of them.
  public var allowed: [Network]

  /// The networks that may not connect, even when they are allowed too.
  public var denied: [Network]

  /// Makes a filter.
  ///
  /// - Parameters:
  ///   - allowed: The networks that may connect; empty means all of them.
  ///   - denied: The networks that may not connect, even when they are allowed too.
  public init(allowed: [Network] = [], denied: [Network] = []) {
    self.allowed = allowed
    self.denied = denied
  }

  /// Whether a peer with this address may connect.
  ///
  /// The time is linear in the length of the lists.
  public func allows(_ address: SocketAddress) -> Bool {
    switch address {
    case .ipv4(let address, _): allows { $0.contains(address) }
    case .ipv6(let address, _, _): allows { $0.contains(address) }
    case .unix: true
    }
  }

  private func allows(_ matches: (Network) -> Bool) -> Bool {
    guard !denied.contains(where: matches) else { return false }
    return allowed.isEmpty || allowed.contains(where: matches)
  }
}
