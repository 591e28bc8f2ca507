/// What a peer did wrong on the wire, or what cannot be put on it.
///
/// Every case ends the session it comes from. A `String` names the place in the peer's bytes; it is
/// always ours, never the peer's, so that a description is safe to print.
@usableFromInline package enum WireError: Error, Equatable, Sendable {
  /// A length prefix, or a payload to send, over what is allowed here.
  case frameTooLong(length: Int, limit: Int)
  /// More bytes than a line may have, and no line end among them.
  case lineTooLong(limit: Int)
  /// Ten bytes that are not blanks followed by digits.
  case malformedLength
  /// An empty payload for `u16`, where length 0 means "close" to the other side.
  case emptyFrame
  /// A payload with a line end of its own for the line format.
  case lineEndInLine
  /// The stream or the body ended inside what is named.
  case truncated(String)
  /// Bytes were left after what is named.
  case trailingBytes(String)
  /// Bytes that must be UTF-8 and are not.
  case invalidUTF8(String)
  /// A number, order or length that is not allowed in what is named.
  case invalidValue(String)
  /// A critical (odd) type that we do not know, in what is named.
  case unknownType(UInt8, String)
  /// Not the first bytes of the native protocol.
  case notNative
  /// A native pattern or version that we do not speak, or not the one that was agreed on.
  case unsupported(String, UInt8)
}

extension WireError: CustomStringConvertible {
  @usableFromInline
  package var description: String {
    switch self {
    case .frameTooLong(let length, let limit):
      "a frame of \(length) bytes is over the limit of \(limit)"
    case .lineTooLong(let limit): "a line is over the limit of \(limit) bytes"
    case .malformedLength: "a length is not blanks and digits in ten bytes"
    case .emptyFrame: "an empty frame would close the other side"
    case .lineEndInLine: "a line cannot hold a line end"
    case .truncated(let place): "the bytes end inside \(place)"
    case .trailingBytes(let place): "bytes are left over after \(place)"
    case .invalidUTF8(let place): "\(place) is not UTF-8"
    case .invalidValue(let place): "\(place) has a value that is not allowed"
    case .unknownType(let type, let place): "\(place) has the unknown critical type \(type)"
    case .notNative: "the other side does not speak the native protocol"
    case .unsupported(let what, let number): "\(what) \(number) is not supported"
    }
  }
}
