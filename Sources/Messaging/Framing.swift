internal import Wire

/// How a stream of bytes is cut into messages; both sides must use the same.
///
/// A message is any bytes within the limit, except as noted below. Framings are described byte for
/// byte in `docs/wire.md`.
@nonexhaustive
public enum Framing: Hashable, Sendable, CaseIterable {
  /// Text up to LF or CR LF; sent with CR LF. A message must not hold an LF.
  case line
  /// Ten ASCII bytes, blanks then decimal digits, and that many bytes.
  case dec10
  /// Two bytes, big-endian, and that many bytes.
  ///
  /// An empty message cannot be sent. A received length 0 is the other side's way to say that it
  /// closes: the messages end.
  case u16
  /// Four bytes, big-endian, and that many bytes.
  case u32

  /// The longest message that is sent or accepted unless told otherwise, in bytes: 16 MiB, 65,535
  /// for ``u16``.
  public var defaultLimit: Int { min(16 << 20, format.maximum) }

  var format: FrameFormat {
    switch self {
    case .line: .line
    case .dec10: .dec10
    case .u16: .u16
    case .u32: .u32
    }
  }

  /// What `limit` comes to: nil is the default, and no limit is beyond what the framing can
  /// express.
  func effectiveLimit(_ limit: Int?) -> Int {
    min(max(limit ?? defaultLimit, 0), format.maximum)
  }
}
