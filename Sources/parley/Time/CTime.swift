/// The form of the 24 bytes of C's `ctime`, without its line end: `Thu Jan  1 00:00:00 1970`.
enum CTime {
  /// Whether these bytes have it, with the names of a day and of a month in them.
  static func matches(_ bytes: [UInt8]) -> Bool {
    let form = "Day Mon d0 00:00:00 0000".utf8
    guard bytes.count == form.count else { return false }
    for (byte, wanted) in zip(bytes, form) {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      switch wanted {
      case UInt8(ascii: "0"): guard isDigit else { return false }
      // Days of one digit have a blank before it.
      case UInt8(ascii: "d"): guard isDigit || byte == UInt8(ascii: " ") else { return false }
      case UInt8(ascii: " "), UInt8(ascii: ":"): guard byte == wanted else { return false }
      default: break
      }
    }
    return days.contains { bytes.starts(with: $0.utf8) }
      && months.contains { bytes.dropFirst(4).starts(with: $0.utf8) }
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
