/// How a stream of bytes is cut into messages.
@usableFromInline package enum FrameFormat: String, CaseIterable, Sendable {
  /// Text up to LF or CR LF.
  case line
  /// Ten ASCII bytes, blanks then decimal digits, and that many bytes.
  case dec10
  /// Two bytes, big-endian, and that many bytes.
  case u16
  /// Four bytes, big-endian, and that many bytes.
  case u32

  /// The longest payload that the format itself can carry.
  package var maximum: Int {
    switch self {
    case .line: .max
    case .dec10: 9_999_999_999
    case .u16: 0xFFFF
    case .u32: 0xFFFF_FFFF
    }
  }

  /// Appends `payload` as one frame.
  ///
  /// Lines end in CR LF: terminals, telnet and text streams all take it, and a payload that ends in
  /// CR survives. On an error nothing is written.
  @specialized(where Payload == [UInt8])
  @specialized(where Payload == ArraySlice<UInt8>)
  @specialized(where Payload == String.UTF8View)
  package func encode<Payload: Collection<UInt8>>(
    _ payload: Payload, limit: Int = .max, into output: inout [UInt8]
  ) throws(WireError) {
    try checkLength(payload.count, limit)
    if self == .line, payload.contains(Byte.lf) { throw .lineEndInLine }
    let length = payload.count
    output.append(addingCapacity: FrameFormat.overhead) { appendHeader(length, to: &$0) }
    output.append(contentsOf: payload)
    if self == .line {
      output.append(addingCapacity: 2) { $0.append(bigEndian: FrameFormat.lineEnd) }
    }
  }

  /// Appends `payload` as one frame, as the other `encode` does, in memory that has room for it.
  ///
  /// A frame takes at most ``overhead`` bytes more than its payload.
  package func encode(
    _ payload: Span<UInt8>, limit: Int = .max, into output: inout OutputSpan<UInt8>
  ) throws(WireError) {
    try checkLength(payload.count, limit)
    if self == .line, payload.holds(Byte.lf) { throw .lineEndInLine }
    appendHeader(payload.count, to: &output)
    output.append(copying: payload)
    if self == .line { output.append(bigEndian: FrameFormat.lineEnd) }
  }

  /// The most bytes that a frame of any format has beside its payload.
  package static var overhead: Int { 10 }

  /// In how many bytes the length stands as a big-endian number; 0 where it does not.
  package var numberWidth: Int {
    switch self {
    case .line, .dec10: 0
    case .u16: 2
    case .u32: 4
    }
  }

  /// CR LF.
  private static var lineEnd: UInt16 { 0x0D0A }

  private func checkLength(_ length: Int, _ limit: Int) throws(WireError) {
    guard length <= min(limit, maximum) else {
      throw .frameTooLong(length: length, limit: min(limit, maximum))
    }
    if self == .u16, length == 0 { throw .emptyFrame }
  }

  private func appendHeader(_ length: Int, to output: inout OutputSpan<UInt8>) {
    switch self {
    case .line: return
    case .dec10: FrameFormat.appendTenDigits(length, to: &output)
    case .u16: output.append(bigEndian: UInt16(truncatingIfNeeded: length))
    case .u32: output.append(bigEndian: UInt32(truncatingIfNeeded: length))
    }
  }

  private static func appendTenDigits(_ length: Int, to output: inout OutputSpan<UInt8>) {
    var divisor = 1_000_000_000
    while divisor > 0 {
      let significant = length >= divisor || divisor == 1
      output.append(
        significant ? Byte.zero + UInt8(truncatingIfNeeded: length / divisor % 10) : Byte.blank)
      divisor /= 10
    }
  }
}

/// The bytes that the formats of this target give a meaning to.
enum Byte {
  static let tab: UInt8 = 0x09
  static let lf: UInt8 = 0x0A
  static let cr: UInt8 = 0x0D
  static let blank: UInt8 = 0x20
  static let zero: UInt8 = 0x30
  static let nine: UInt8 = 0x39
  static let colon: UInt8 = 0x3A
}
