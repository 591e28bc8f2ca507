import Wire

extension FrameFormat {
  /// Appends one frame whose payload is what `write` appends; the length is filled in afterwards.
  ///
  /// A payload that does not fit the format is left out altogether.
  @inline(__always)
  func appendFrame(to block: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
    let start = block.count
    for _ in 0..<headerWidth { block.append(UInt8(ascii: " ")) }
    write(&block)
    if self == .line {
      block.append(UInt8(ascii: "\r"))
      block.append(UInt8(ascii: "\n"))
    } else if !fill(&block, at: start) {
      block.removeSubrange(start...)
    }
  }

  var headerWidth: Int {
    switch self {
    case .line: 0
    case .dec10: 10
    case .u16: 2
    case .u32: 4
    }
  }

  private func fill(_ block: inout [UInt8], at start: Int) -> Bool {
    let length = block.count - start - headerWidth
    guard length <= maximum, length > 0 || self != .u16 else { return false }
    var rest = length
    for place in (start..<(start + headerWidth)).reversed() {
      if self == .dec10 {
        let isDigit = rest > 0 || place == start + headerWidth - 1
        block[place] = isDigit ? UInt8(ascii: "0") + UInt8(rest % 10) : UInt8(ascii: " ")
        rest /= 10
      } else {
        block[place] = UInt8(truncatingIfNeeded: rest)
        rest >>= 8
      }
    }
    return true
  }
}
