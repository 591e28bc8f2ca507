/// Numbers in the text of a message: digits only, and never one that overflows.
enum HTTPNumber {
  /// Decimal digits as a number; nil for anything else and for what no `Int` can hold.
  static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for digit in digits {
      guard digit.isDigit else { return nil }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(digit - Byte.zero))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// Hexadecimal digits as a number; nil for anything else and for what no `Int` can hold.
  static func hexadecimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for digit in digits {
      guard let half = digit.hexValue, value <= Int.max >> 4 else { return nil }
      value = value << 4 | Int(half)
    }
    return value
  }
}
