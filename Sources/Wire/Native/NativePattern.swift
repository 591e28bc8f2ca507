/// How the bytes behind the preface are protected; the number is the one in the preface.
///
/// A client fixes its pattern before it connects and never reads frames of another: there is
/// nothing here to negotiate, so nothing to talk down.
package enum NativePattern: UInt8, CaseIterable, Sendable {
  /// No protection: the frames as they are.
  case plain = 0
  /// A Noise XX handshake, then sealed records that hold the frames.
  case xx = 1
  /// The same, keyed by the secret of an invite.
  case xxpsk0 = 2

  /// Whether this build speaks it.
  package var isSpoken: Bool {
    switch self {
    case .plain: true
    case .xx, .xxpsk0: false
    }
  }
}

/// The first eight bytes of a native client: `PLY1`, pattern, version and two zero bytes.
package enum NativePreface {
  package static let length = 8
  package static let mark: [UInt8] = Array("PLY1".utf8)
  package static let version: UInt8 = 1

  package static func bytes(_ pattern: NativePattern) -> [UInt8] {
    mark + [pattern.rawValue, version, 0, 0]
  }

  /// Refuses the first bytes of a client as soon as they are wrong, and tells when all are there.
  package static func check(
    _ bytes: some Collection<UInt8>, for pattern: NativePattern
  ) throws(WireError) -> Bool {
    for (place, byte) in bytes.prefix(length).enumerated() {
      switch place {
      case 0..<mark.count:
        guard byte == mark[place] else { throw .notNative }
      case 4:
        guard byte == pattern.rawValue else { throw .unsupported("native pattern", byte) }
      case 5:
        guard byte == version else { throw .unsupported("native version", byte) }
      default:
        guard byte == 0 else { throw .invalidValue("the native preface") }
      }
    }
    return bytes.count >= length
  }
}
