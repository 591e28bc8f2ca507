/// Why a text is not a URL that can be fetched; what it quotes is safe to print.
package enum URLError: Error, Equatable, Sendable {
  /// Nothing before the path.
  case noHost
  /// A character that no host name has.
  case hostCharacter(UInt8)
  /// A name in letters of its own, which the network writes in another way.
  case hostNotASCII
  /// A numeric IPv6 address without brackets, or brackets that hold none or have something behind them.
  case brackets
  /// Not a number from 1 to 65535.
  case port
  /// `user:password@`; not quoted, because it may be secret.
  case userinfo
  /// A blank or a control character anywhere.
  case control(UInt8)
  /// A `%` without two hexadecimal digits behind it.
  case percent
  /// What only a TLS connection could fetch.
  case tls
  /// Another scheme than http.
  case scheme(String)
}

extension URLError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noHost: "there is no host in it"
    case .hostCharacter(let byte): "a host cannot have \(Self.shown(byte)) in it"
    case .hostNotASCII: "its host is not ASCII; write the name as xn--…"
    case .brackets: "an IPv6 address needs brackets, and only :PORT may come behind them"
    case .port: "its port is not a number from 1 to 65535"
    case .userinfo: "names and passwords before an @ are not supported"
    case .control(let byte): "it has \(Self.shown(byte)) in it, which must be written as %XX"
    case .percent: "a % in it has no two hexadecimal digits behind it"
    case .tls: "TLS is not built in yet, so only http:// can be fetched"
    case .scheme(let name): "only http:// can be fetched, not \(name):"
    }
  }

  private static func shown(_ byte: UInt8) -> String {
    if byte == Byte.blank { return "a blank" }
    if (0x21..<0x7F).contains(byte) { return "'\(UnicodeScalar(byte))'" }
    return "the byte \(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
  }
}
