/// Why a text is not an address.
///
/// The description is one line that names the text and what is wrong with it, fit for a terminal:
/// `address "h:70000": Port number must be in the range 0-65535`.
public struct AddressError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong with the text.
  @nonexhaustive
  public enum Reason: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing but blanks.
    case empty
    /// A number, but not one of 0 to 65535.
    case portOutOfRange
    /// Something after the last colon that is not made of the digits 0 to 9.
    case portNotANumber
    /// More than one colon, and not an IPv6 address.
    case notIPv6
    /// Brackets around something else than an IPv6 address, or not closed, or text after them.
    case brackets
    /// A host that ends in a number and is not four numbers with dots.
    case notIPv4
    /// What follows `%` is not the name or number of a network interface.
    case scope
    /// A control character in the host.
    case controlCharacter
    /// A host of more than 255 bytes.
    case hostTooLong
    /// `unix:` without a path or name, with one of more than 107 bytes, or with a zero byte in it.
    case unixPath
    /// A port together with a Unix-domain address.
    case portOfUnixAddress
    /// Neither an address nor an address, a slash and a prefix length.
    case notANetwork
    /// A prefix length that is not a number of 0 to 32 (IPv4) or 0 to 128 (IPv6).
    case prefixLength
    /// Not a multicast address, with or without an interface.
    case notMulticast
    /// Bits after the prefix are not zero; the network that was probably meant is given.
    case hostBits(Network)

    /// The reason as half a sentence, without the text that it is about.
    public var description: String {
      switch self {
      case .empty: "Address is empty"
      case .portOutOfRange: "Port number must be in the range 0-65535"
      case .portNotANumber: "Port is not a number"
      case .notIPv6: "Not an IPv6 address (with a port it is written [::1]:80)"
      case .brackets: "Brackets must hold one IPv6 address, as in [::1]:80"
      case .notIPv4: "Not an IPv4 address, which has four numbers of 0-255 without leading zeros"
      case .scope: "Scope after % must be the name or number of a network interface"
      case .controlCharacter: "Host contains a control character"
      case .hostTooLong: "Host is longer than 255 bytes"
      case .unixPath: "Unix path or name must have 1-\(UnixAddress.maximumLength) bytes, none zero"
      case .portOfUnixAddress: "A Unix address has no port"
      case .notANetwork: "Not a network, as in 10.0.0.0/8, ::1/128 or one address"
      case .prefixLength: "Prefix length must be in the range 0-32 for IPv4, 0-128 for IPv6"
      case .notMulticast: "Not a multicast group, as in 239.7.0.1%eth0 or ff02::7%eth0"
      case .hostBits(let network): "Bits after the prefix are not zero, did you mean \(network)?"
      }
    }
  }

  /// The text as it was given.
  public let text: String

  /// What is wrong with it.
  public let reason: Reason

  init(_ text: String, _ reason: Reason) {
    self.text = text
    self.reason = reason
  }

  /// One line: the text, made safe for a terminal and cut when it is long, and the reason.
  public var description: String {
    "address \"\(printable(text, limit: 80))\": \(reason)"
  }
}
