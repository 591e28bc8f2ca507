/// How a stream of bytes is cut into messages.
package enum FrameFormat: String, CaseIterable, Sendable {
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
    appendHeader(payload.count, to: &output)
    output.append(contentsOf: payload)
    appendEnd(to: &output)
  }

  /// Appends `payload` as one frame, as the other `encode` does.
  ///
  /// For bytes that are lent, the fastest: another target's generic call costs more than a short frame.
  package func encode(
    _ payload: Span<UInt8>, limit: Int = .max, into output: inout [UInt8]
  ) throws(WireError) {
    try checkLength(payload.count, limit)
    if self == .line, payload.holds(Byte.lf) { throw .lineEndInLine }
    appendHeader(payload.count, to: &output)
    output.append(copying: payload)
    appendEnd(to: &output)
  }

  @inline(__always)
  private func checkLength(_ length: Int, _ limit: Int) throws(WireError) {
    guard length <= min(limit, maximum) else {
      throw .frameTooLong(length: length, limit: min(limit, maximum))
    }
    if self == .u16, length == 0 { throw .emptyFrame }
  }

  @inline(__always)
  private func appendHeader(_ length: Int, to output: inout [UInt8]) {
    switch self {
    case .line: return
    case .dec10: FrameFormat.appendTenDigits(length, to: &output)
    case .u16:
      output.append(UInt8(truncatingIfNeeded: length >> 8))
      output.append(UInt8(truncatingIfNeeded: length))
    case .u32:
      output.append(UInt8(truncatingIfNeeded: length >> 24))
      output.append(UInt8(truncatingIfNeeded: length >> 16))
      output.append(UInt8(truncatingIfNeeded: length >> 8))
      output.append(UInt8(truncatingIfNeeded: length))
    }
  }

  @inline(__always)
  private func appendEnd(to output: inout [UInt8]) {
    guard self == .line else { return }
    output.append(Byte.cr)
    output.append(Byte.lf)
  }

  private static func appendTenDigits(_ length: Int, to output: inout [UInt8]) {
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
