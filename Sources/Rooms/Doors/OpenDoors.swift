/// The doors that one listener opens.
///
/// A client that knocks at a closed one is cut without a word: whether a server is protected is
/// nobody's business but its operator's.
package struct OpenDoors: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package init(_ kind: DoorKind) { rawValue = 1 << kind.rawValue }

  package static let line = Self(.line)
  package static let dec10 = Self(.dec10)
  package static let u16 = Self(.u16)
  package static let u32 = Self(.u32)
  /// The native door's unencrypted pattern.
  package static let native = Self(.native)

  package static let all: Self = [.line, .dec10, .u16, .u32, .native]

  package func contains(_ kind: DoorKind) -> Bool { contains(Self(kind)) }
}
