import Chat

/// A file with a limit on each line: its name, a blank, its value; `#` begins a remark.
enum LimitsFile {
  /// Reads limits on top of those that hold already; a line that is wrong is told with its number.
  static func read(_ path: String, into limits: inout Limits) throws {
    try read(try SmallFile.bytes(of: path), called: path, into: &limits)
  }

  static func read(
    _ bytes: [UInt8], called path: String, into limits: inout Limits
  ) throws(Complaint) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let words = line.prefix { $0 != UInt8(ascii: "#") }
        .split { $0 == UInt8(ascii: " ") || UInt8(ascii: "\t")...UInt8(ascii: "\r") ~= $0 }
        .map { String(decoding: $0, as: UTF8.self) }
      guard let name = words.first else { continue }
      guard words.count == 2 else {
        throw Complaint("\(path):\(index + 1): not NAME VALUE", .usage)
      }
      do throws(LimitError) {
        try LimitTable.set(name, to: words[1], in: &limits)
      } catch {
        throw Complaint("\(path):\(index + 1): \(error)", .usage)
      }
    }
  }
}
