import Sockets

/// Addresses as the lessons' programs print them: the forms of Python.
enum PythonForm {
  /// `('127.0.0.1', 8080)`; IPv6 has two numbers more.
  static func of(_ address: SocketAddress) -> String {
    switch address {
    case .ipv4(let host, let port): "('\(host)', \(port))"
    case .ipv6(let host, let port, let scope): "('\(host)', \(port), 0, \(scope))"
    case .unix(let address): "'\(address)'"
    }
  }

  /// The same of an address before it was resolved: `('localhost', 8080)`.
  static func of(_ address: Address) -> String {
    guard let port = address.port else { return "'\(address)'" }
    return "('\(host(of: address))', \(port))"
  }

  /// The host as it was given.
  static func host(of address: Address) -> String {
    switch address.host {
    case .any, nil: "0.0.0.0"
    case .some(let host): host.description
    }
  }
}
