import Glibc
import Testing

/// This machine, as one family of addresses has it.
enum Loopback: String, CaseIterable, CustomTestStringConvertible {
  case v4 = "127.0.0.1"
  case v6 = "::1"

  /// Where to listen on any free port.
  var anyPort: String { Place(host: rawValue, port: "0").address }

  var testDescription: String { self == .v4 ? "IPv4" : "IPv6" }
}

/// Where somebody listens on this machine.
struct Place: Sendable {
  var host: String
  var port: String

  init(host: String, port: String) { (self.host, self.port) = (host, port) }

  /// Reads `127.0.0.1:80` and `[::1]:80`.
  init(_ address: some StringProtocol) throws {
    guard let colon = address.lastIndex(of: ":") else { throw ToolError("no port in \(address)") }
    host = String(address[..<colon].filter { $0 != "[" && $0 != "]" })
    port = String(address[colon...].dropFirst())
  }

  var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A port that nobody listens on, and that no other program gets so long as this object lives.
///
/// Who sets SO_REUSEADDR, as servers do, may listen there all the same.
final class HeldPort: Sendable {
  let place: Place
  private let descriptor: CInt

  init(_ kind: __socket_type = SOCK_STREAM) throws {
    let descriptor = socket(AF_INET, CInt(kind.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    self.descriptor = descriptor
    var yes: CInt = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    place = Place(host: "127.0.0.1", port: "\(UInt16(bigEndian: address.sin_port))")
    guard code == 0 else { throw ToolError("bind", errno) }
  }

  deinit { close(descriptor) }
}
