import Sockets

/// Readers of single values. The text is what the user typed; the errors show it, and the verb puts the
/// name of the option in front, as it was typed.

/// How long to wait for something: `--timeout`.
enum TimeLimit: Equatable {
  /// Nothing was said: what the command finds right.
  case standard
  case none
  case after(Duration)

  /// Reads `none` or seconds, such as `10` or `0.5`.
  init(_ text: String, mayBeZero: Bool = false) throws(UsageError) {
    if text == "none" {
      self = .none
      return
    }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : "0"
    // Nine digits at most on either side: thirty years, a nanosecond, and no overflow.
    guard let whole = digits(parts[0]), let part = digits(fraction) else {
      throw UsageError(value: "takes seconds or none, not '\(text)'")
    }
    let scale = (fraction.utf8.count..<9).reduce(1) { product, _ in product * 10 }
    let duration = Duration.seconds(whole) + .nanoseconds(part * scale)
    guard duration > .zero || mayBeZero else {
      throw UsageError(value: "must be over zero, or none")
    }
    self = .after(duration)
  }

  /// The limit for `Sockets`; `standard` where the user said nothing.
  func orStandard(_ standard: Duration) -> Timeout {
    switch self {
    case .standard: .after(standard)
    case .none: .none
    case .after(let duration): .after(duration)
    }
  }
}

/// Reads a count, in ASCII digits only, with an optional `k` or `m` for 1,024 or 1,024 times that.
func count(
  _ text: String, of name: String? = nil, in range: ClosedRange<Int>
) throws(UsageError) -> Int {
  var number = Substring(text)
  var unit = 1
  if range.upperBound >= 1 << 20, let last = text.utf8.last {
    switch last | 0x20 {
    case UInt8(ascii: "k"): unit = 1 << 10
    case UInt8(ascii: "m"): unit = 1 << 20
    default: break
    }
    if unit > 1 { number.removeLast() }
  }
  guard let value = digits(number), range.contains(value * unit) else {
    throw UsageError(
      value: "takes a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'",
      of: name)
  }
  return value * unit
}

/// One to nine ASCII digits as a number; nil for anything else.
private func digits(_ text: Substring) -> Int? {
  guard (1...9).contains(text.utf8.count) else { return nil }
  var value = 0
  for byte in text.utf8 {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    value = value * 10 + Int(byte - UInt8(ascii: "0"))
  }
  return value
}

/// Reads one of the words of an enum.
func choice<Choice: RawRepresentable & CaseIterable>(
  _ text: String, of name: String? = nil, as type: Choice.Type = Choice.self
) throws(UsageError) -> Choice where Choice.RawValue == String {
  if let choice = Choice(rawValue: text) { return choice }
  let known = Choice.allCases.map(\.rawValue)
  let guess = nearest(to: text, among: known).map { "; did you mean \($0)?" } ?? ""
  throw UsageError(
    value: "is one of \(known.joined(separator: ", ")), not '\(text)'\(guess)", of: name)
}
