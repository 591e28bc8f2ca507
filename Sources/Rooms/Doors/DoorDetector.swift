/// Tells from a client's first bytes whose they are.
///
/// Decides as soon as only one owner is left, and after ten bytes at the latest. What is text and
/// nobody else's belongs to the line door, so a line end settles everything.
struct DoorDetector: Sendable {
  enum Owner: Equatable, Sendable {
    case door(DoorKind)
    /// Somebody whose door does not exist here.
    case stranger(CloseReason.Stranger)
  }

  /// What came so far, all of it undecided until ``owner`` is not nil.
  private(set) var bytes: [UInt8] = []

  /// Takes the next byte; nil means that more are needed.
  mutating func receive(_ byte: UInt8) -> Owner? {
    bytes.append(byte)
    return owner
  }

  private var owner: Owner? {
    guard let first = bytes.first else { return nil }
    switch first {
    case 0x00:
      guard bytes.count > 1 else { return nil }
      return .door(bytes[1] == 0 ? .u32 : .u16)
    case 0x01...0x08: return .door(.u16)
    case 0x16:
      guard bytes.count > 1 else { return nil }
      return bytes[1] == 0x03 ? .stranger(.tls) : .door(.line)
    case UInt8(ascii: " "), UInt8(ascii: "0")...UInt8(ascii: "9"): return digitsOwner
    default: return wordOwner
    }
  }

  /// Blanks and then digits, ten bytes in all, are a length; anything else here is text.
  private var digitsOwner: Owner? {
    let digits = bytes.drop { $0 == UInt8(ascii: " ") }
    guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
      return .door(.line)
    }
    guard bytes.count >= 10 else { return nil }
    return .door(digits.isEmpty ? .line : .dec10)
  }

  private var wordOwner: Owner? {
    var isOpen = false
    for (word, owner) in DoorDetector.words {
      if bytes.starts(with: word) { return owner }
      if word.starts(with: bytes) { isOpen = true }
    }
    return isOpen ? nil : .door(.line)
  }

  /// No word is the beginning of another, so their order does not matter.
  private static let words: [([UInt8], Owner)] =
    [(Array("PLY1".utf8), .door(.native)), (Array("SSH-".utf8), .stranger(.ssh))]
    + [
      "GET ", "HEAD ", "POST ", "PUT ", "PATCH ", "DELETE ", "OPTIONS ", "TRACE ", "CONNECT ",
      "PRI ",
    ]
    .map { (Array($0.utf8), .stranger(.http)) }
    + ["CAP ", "NICK ", "USER ", "PASS "].map { (Array($0.utf8), .stranger(.irc)) }
}
