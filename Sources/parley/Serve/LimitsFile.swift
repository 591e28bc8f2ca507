import Chat
import Rooms

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
      guard let word = words.first else { continue }
      /// What is wrong, and with which word.
      func mistake(_ what: String, at word: ArraySlice<UInt8>) -> Complaint {
        let column = word.startIndex - line.startIndex + 1
        // The file may hold anything, and what is wrong in it is shown on a terminal.
        return Complaint("\(path):\(index + 1):\(column): \(SafeText.safe(what))", .usage)
      }
      guard words.count == 2 else { throw mistake("not NAME VALUE", at: word) }
      let name = String(decoding: word, as: UTF8.self)
      do throws(LimitError) {
        _ = try LimitTable.row(called: name)
      } catch {
        throw mistake("\(error)", at: word)
      }
      do throws(LimitError) {
        try LimitTable.set(name, to: String(decoding: words[1], as: UTF8.self), in: &limits)
      } catch {
        throw mistake("\(error)", at: words[1])
      }
    }
  }
}
