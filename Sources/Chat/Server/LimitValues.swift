/// What is wrong with the name or value of a limit, as it goes on behind its name.
package struct LimitError: Error, Equatable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

extension LimitRow {
  /// A number in ASCII digits, with `k` or `m` for 1,024 or 1,024 times that; nil for no limit.
  func number(
    _ text: String, in range: ClosedRange<Int>, hasUnits: Bool
  ) throws(LimitError) -> Int? {
    guard text != "none" else { return nil }
    let zero = if case .size = field { "the largest" } else { "no limit" }
    var digits = Substring(text)
    var unit = 1
    if hasUnits, let last = text.utf8.last {
      switch last | 0x20 {
      case UInt8(ascii: "k"): unit = 1 << 10
      case UInt8(ascii: "m"): unit = 1 << 20
      default: break
      }
      if unit > 1 { digits.removeLast() }
    }
    let number = LimitRow.digits(digits)
    if number == 0 { return nil }
    guard let number, range.contains(number * unit) else {
      throw LimitError(
        "takes a number from \(range.lowerBound) to \(range.upperBound), or 0 for \(zero), "
          + "not '\(text)'")
    }
    return number * unit
  }

  /// Seconds, such as `10` or `0.5`; nil for no limit.
  func time(_ text: String) throws(LimitError) -> Duration? {
    guard text != "none" else { return nil }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : "0"
    guard let whole = parts.first.flatMap(LimitRow.digits),
      let part = LimitRow.digits(fraction), fraction.utf8.count <= 9
    else {
      throw LimitError("takes seconds, or 0 for no limit, not '\(text)'")
    }
    let scale = (fraction.utf8.count..<9).reduce(1) { product, _ in product * 10 }
    let duration = Duration.seconds(whole) + .nanoseconds(part * scale)
    return duration > .zero ? duration : nil
  }

  /// `N:BURST`, or `N` alone, which may then all come at once.
  func rate(_ text: String, per period: Int) throws(LimitError) -> Rate {
    if text == "none" { return .unlimited }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.map(LimitRow.digits)
    guard let count = numbers.first.flatMap({ $0 }), let burst = numbers.last.flatMap({ $0 }),
      count <= 1_000_000, burst <= 1_000_000, count == 0 || burst > 0
    else {
      throw LimitError("takes N:BURST, such as 5:10, or 0 for no limit, not '\(text)'")
    }
    return Rate(count, perSeconds: period, burst: burst)
  }

  static func text(_ time: Duration?) -> String {
    guard let (seconds, attoseconds) = time?.components else { return "0" }
    var digits = "\(attoseconds / 1_000_000_000)"
    digits = String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
    while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.isEmpty ? "\(seconds)" : "\(seconds).\(digits)"
  }

  /// One to nine ASCII digits as a number; nil for anything else.
  private static func digits(_ text: Substring) -> Int? {
    guard (1...9).contains(text.utf8.count) else { return nil }
    var value = 0
    for byte in text.utf8 {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
