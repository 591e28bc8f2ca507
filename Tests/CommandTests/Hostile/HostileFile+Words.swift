extension HostileFile {
  /// A part of a line: a bare word, or bytes in hex, in quotes or in parentheses, some times over.
  enum Word: Equatable {
    case word(String)
    case bytes(Filling)
  }

  /// The parts of a line without its comment; nil when it has no meaning.
  static func words(of line: Substring) -> [Word]? {
    var words: [Word] = []
    var groups: [Filling] = []
    var rest = line.utf8[...]
    func append(_ filling: Filling) {
      if groups.isEmpty {
        words.append(.bytes(filling))
      } else {
        groups[groups.count - 1].append(filling)
      }
    }
    while let first = rest.first {
      switch first {
      case UInt8(ascii: " "): rest.removeFirst()
      case UInt8(ascii: "#"): return groups.isEmpty ? words : nil
      case UInt8(ascii: "("):
        rest.removeFirst()
        groups.append(Filling())
      case UInt8(ascii: ")"):
        rest.removeFirst()
        guard let group = groups.popLast(), let count = times(&rest) else { return nil }
        append(Filling(group.bytes, times: count))
      case UInt8(ascii: "\""):
        guard let bytes = quoted(&rest), let count = times(&rest) else { return nil }
        append(Filling(bytes, times: count))
      default:
        let end = rest.firstIndex { " *)".utf8.contains($0) }
        let word = rest[..<(end ?? rest.endIndex)]
        rest = rest[word.endIndex...]
        if word.count == 2, let byte = UInt8(String(Substring(word)), radix: 16) {
          guard let count = times(&rest) else { return nil }
          append(Filling([byte], times: count))
        } else {
          guard groups.isEmpty else { return nil }
          // The count of a source belongs to its name.
          let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
          words.append(.word(String(Substring(word)) + String(Substring(rest[..<end]))))
          rest = rest[end...]
        }
      }
    }
    return groups.isEmpty ? words : nil
  }

  private static func quoted(_ rest: inout Substring.UTF8View) -> [UInt8]? {
    rest.removeFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return bytes
      case UInt8(ascii: "\\"):
        switch rest.popFirst() {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "\""): bytes.append(0x22)
        case UInt8(ascii: "\\"): bytes.append(0x5C)
        default: return nil
        }
      default: bytes.append(byte)
      }
    }
    return nil
  }

  /// `*1000` behind a part; 1 when there is none.
  private static func times(_ rest: inout Substring.UTF8View) -> Int? {
    guard rest.first == UInt8(ascii: "*") else { return 1 }
    rest.removeFirst()
    let end =
      rest.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ")") } ?? rest.endIndex
    defer { rest = rest[end...] }
    return count(String(Substring(rest[..<end])))
  }

  /// `1000`, or `1000/10`: a tenth of it unless the whole is wanted.
  static func count(_ text: String) -> Int? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard let count = parts[0], count > 0 else { return nil }
    guard parts.count > 1 else { return count }
    guard parts.count == 2, let divisor = parts[1], divisor > 0 else { return nil }
    return isWhole ? count : count / divisor
  }
}
