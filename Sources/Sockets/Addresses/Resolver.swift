internal import CLinux
internal import Glibc

/// Turns addresses that people type into addresses that the kernel takes, without blocking any task.
///
/// The system's lookup blocks its thread for as long as a name server likes, so names are looked up on
/// a few threads of the resolver's own, which exist only while there is work. Numeric and Unix-domain
/// addresses need no thread and are answered at once. One resolver is enough for a program.
public final class Resolver: Sendable {
  /// What the addresses are for.
  public enum Purpose: Hashable, Sendable, CaseIterable {
    /// To connect or send to: an address without a host means this machine, `[::1]` and `127.0.0.1`.
    case connecting
    /// To bind: an address without a host means all addresses, `[::]`, which takes IPv4 too, or
    /// `0.0.0.0` where the kernel has no IPv6.
    case listening
  }

  /// More addresses than this of one name are left out.
  static let mostAddresses = 64

  /// The one that is asked where none is named.
  public static let shared = Resolver()

  private let pool: LookupPool

  /// Makes a resolver.
  ///
  /// - Parameters:
  ///   - threads: How many lookups run at the same time, 1 to 4.
  ///   - waiting: How many more may wait for a thread; further ones are refused at once.
  public convenience init(threads: Int = 4, waiting: Int = 256) {
    self.init(threads: threads, waiting: waiting, lookup: systemLookup)
  }

  /// Makes a resolver with another lookup than the system's.
  package init(threads: Int = 4, waiting: Int = 256, lookup: @escaping Lookup) {
    pool = LookupPool(
      threads: min(max(threads, 1), 4), waiting: max(waiting, 0), lookup: lookup)
  }

  /// Finds the addresses that an address stands for.
  ///
  /// Cancelling the task ends the waiting at once with `CancellationError`. A lookup that has begun
  /// cannot be stopped: it ends on its thread and its result is thrown away.
  ///
  /// - Parameters:
  ///   - address: What to resolve.
  ///   - purpose: What the result is for.
  ///   - timeout: How long to wait for the result; `nil` for as long as the system tries.
  /// - Returns: At least one and at most 64 addresses, each once, in the system's order of preference.
  /// - Throws: ``SocketError`` with the operation `resolve` and the host:
  ///   ``SocketError/Reason/unresolved(_:)`` with the system's words when there is no such name, when no
  ///   name server answers, or when too many lookups wait; ``SocketError/Reason/timedOut(after:)``;
  ///   `ENODEV` when there is no such interface. Or `CancellationError`.
  ///
  /// The corresponding C function is `getaddrinfo`.
  public func resolve(
    _ address: Address, for purpose: Purpose = .connecting, timeout: Duration? = nil
  ) async throws -> [SocketAddress] {
    try Task.checkCancellation()
    switch address.target {
    case .unix(let unix): return [.unix(unix)]
    case .host(.any, let port): return Self.everyAddress(port: port, for: purpose)
    case .host(.ipv4(let host), let port): return [.ipv4(host, port: port)]
    case .host(.ipv6(let host, let scope), let port):
      return [.ipv6(host, port: port, scope: try Self.index(of: scope, behind: host))]
    case .host(.name(let name), let port):
      return try await lookUp(name, timeout: timeout).map { $0.withPort(port) }
    }
  }

  private func lookUp(_ name: String, timeout: Duration?) async throws -> [SocketAddress] {
    guard let timeout else { return try await pool.addresses(of: name) }
    return try await withThrowingTaskGroup(of: [SocketAddress]?.self) { group in
      defer { group.cancelAll() }
      group.addTask { [pool] in try await pool.addresses(of: name) }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      guard let addresses = try await group.next() ?? nil else {
        throw SocketError(
          operation: "resolve", address: printable(name), reason: .timedOut(after: timeout))
      }
      return addresses
    }
  }

  private static func everyAddress(port: UInt16, for purpose: Purpose) -> [SocketAddress] {
    switch purpose {
    case .connecting: [.ipv6(.loopback, port: port), .ipv4(.loopback, port: port)]
    case .listening: hasIPv6 ? [.ipv6(.any, port: port)] : [.ipv4(.any, port: port)]
    }
  }

  /// Whether the kernel makes IPv6 sockets at all; it does not change while a program runs.
  private static let hasIPv6: Bool = {
    let type = CInt(bitPattern: SOCK_DGRAM.rawValue)
    let descriptor = try? Descriptor.socket(family: AF_INET6, type: type)
    return descriptor != nil
  }()

  private static func index(
    of scope: String?, behind host: IPv6Address
  ) throws(SocketError) -> UInt32 {
    guard let scope else { return 0 }
    return try interfaceIndex(scope, for: "resolve", "\(host)%\(scope)")
  }
}

extension SocketAddress {
  fileprivate func withPort(_ port: UInt16) -> SocketAddress {
    switch self {
    case .ipv4(let host, _): .ipv4(host, port: port)
    case .ipv6(let host, _, let scope): .ipv6(host, port: port, scope: scope)
    case .unix: self
    }
  }
}

/// The C library's lookup: blocks for as long as the name servers let it.
@Sendable
private func systemLookup(_ name: String) throws(SocketError) -> [SocketAddress] {
  var hints = addrinfo()
  hints.ai_family = AF_UNSPEC
  // Of one type: otherwise each address comes once for each type of socket.
  hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
  var list: UnsafeMutablePointer<addrinfo>?
  let code = getaddrinfo(name, nil, &hints, &list)
  let systemCode = errno
  guard code == 0 else {
    guard code != EAI_SYSTEM else {
      throw SocketError(operation: "resolve", address: printable(name), code: systemCode)
    }
    throw SocketError(
      operation: "resolve", address: printable(name),
      reason: .unresolved(String(cString: gai_strerror(code))))
  }
  defer { freeaddrinfo(list) }
  var addresses: [SocketAddress] = []
  var entry = list
  while let current = entry, addresses.count < Resolver.mostAddresses {
    let bytes = UnsafeRawBufferPointer(
      start: current.pointee.ai_addr, count: Int(current.pointee.ai_addrlen))
    if let address = SocketAddress(sockaddr: bytes), !addresses.contains(address) {
      addresses.append(address)
    }
    entry = current.pointee.ai_next
  }
  return addresses
}
