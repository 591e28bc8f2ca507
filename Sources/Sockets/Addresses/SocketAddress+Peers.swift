extension SocketAddress {
  /// By which addresses a socket that is bound to this one can be reached: itself, or all that the machine
  /// has now where it stands for these.
  package var reachable: [SocketAddress] {
    guard isUnspecified, let port else { return [self] }
    let interfaces = (try? NetworkInterface.all()) ?? []
    return interfaces.flatMap { interface in
      interface.addresses.compactMap { (assignment) -> SocketAddress? in
        switch assignment.host {
        case .ipv4(let address): .ipv4(address, port: port)
        case .ipv6(let address, let scope):
          .ipv6(address, port: port, scope: scope == nil ? 0 : interface.index)
        case .any, .name: nil
        }
      }
    }
  }
}

extension Resolver {
  /// The one address that a name means among peers.
  ///
  /// That is the first IPv4 one if there is one, because the lessons' programs speak only that. No host means
  /// this machine, whose answers come from an address.
  ///
  /// - Parameters:
  ///   - address: A name or an address.
  ///   - timeout: How long to wait.
  /// - Returns: The address.
  /// - Throws: As ``resolve(_:for:timeout:)``.
  package func peer(_ address: Address, timeout: Duration? = nil) async throws -> SocketAddress {
    let all = try await resolve(address, timeout: timeout)
    let chosen = all.first { $0.family == .ipv4 } ?? all[0]
    return switch chosen {
    case .ipv4(.any, let port): .ipv4(.loopback, port: port)
    case .ipv6(.any, let port, _): .ipv6(.loopback, port: port)
    default: chosen
    }
  }
}
