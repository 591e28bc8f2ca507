import Glibc

/// A row of hostile inputs as data: what strangers send, and what may come of it.
///
/// A file of Tests/Hostile is named after its row; Tests/Hostile/README.md says what its lines mean.
struct HostileFile: Sendable, CustomStringConvertible {
  enum Step: Equatable, Sendable {
    /// Sent by so many sources of that name.
    case send(from: String, count: Int, bytes: [UInt8])
    /// It ends its direction of a connection in order.
    case end(of: String)
    /// It says nothing more for as long as it may.
    case silence(of: String)
    /// Its connection has been ended, in order.
    case closed(String)
    /// Typed by us.
    case type(String)
    /// The next line that is shown; `{A}` is where A is.
    case shows(String)
    /// Whatever is shown.
    case showsAnything
    /// How many datagrams a source has been sent in all.
    case got(String, Int)
    /// How many sources of that name have been sent something.
    case reached(String, Int)
  }

  let name: String
  /// Where it is sent: `plain-udp`, `serve-udp`, `talk-u16`.
  let place: String
  let steps: [Step]

  var description: String { name }

  /// Every file, in the order of the rows.
  static func all(at place: String) throws -> [HostileFile] {
    let folder = "\(Tree.root)/Tests/Hostile"
    guard let entries = opendir(folder) else { throw ToolError("opendir \(folder)", errno) }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".hex") { names.append(name) }
    }
    let files = try names.sorted().map { name in
      try HostileFile(name, Tree.text(of: "Tests/Hostile/\(name)"))
    }
    return files.filter { $0.place == place }
  }

  init(_ name: String, _ text: String) throws {
    self.name = name
    var place: String?
    var steps: [Step] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if let step = Step(counting: line) {
        steps.append(step)
        continue
      }
      guard let words = HostileFile.words(of: line) else {
        throw ToolError("\(name):\(index + 1): not understood: \(line)")
      }
      guard let first = words.first else { continue }
      if first == .word("at"), words.count == 2, case .word(let word) = words[1] {
        place = word
      } else if let step = Step(words) {
        steps.append(step)
      } else {
        throw ToolError("\(name):\(index + 1): no step: \(line)")
      }
    }
    guard let place, !steps.isEmpty else { throw ToolError("\(name): no place, or no steps") }
    (self.place, self.steps) = (place, steps)
  }

  /// A part of a line: a bare word, or bytes in hex or in quotes, some times over.
  enum Word: Equatable {
    case word(String)
    case bytes([UInt8])
  }

  /// The parts of a line without its comment; nil when it has no meaning.
  static func words(of line: Substring) -> [Word]? {
    var words: [Word] = []
    var rest = line.utf8[...]
    while let first = rest.first {
      if first == UInt8(ascii: " ") {
        rest.removeFirst()
      } else if first == UInt8(ascii: "#") {
        return words
      } else if first == UInt8(ascii: "\"") {
        guard let bytes = quoted(&rest), let count = times(&rest) else { return nil }
        words.append(.bytes(Array(repeating: bytes, count: count).flatMap(\.self)))
      } else {
        let end = rest.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "*") }
        let word = rest[..<(end ?? rest.endIndex)]
        rest = rest[word.endIndex...]
        if word.count == 2, let byte = UInt8(String(Substring(word)), radix: 16) {
          guard let count = times(&rest) else { return nil }
          words.append(.bytes(Array(repeating: byte, count: count)))
        } else {
          // The count of a source belongs to its name.
          let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
          words.append(.word(String(Substring(word)) + String(Substring(rest[..<end]))))
          rest = rest[end...]
        }
      }
    }
    return words
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
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "\""): bytes.append(0x22)
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
    let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
    defer { rest = rest[end...] }
    return Int(Substring(rest[..<end]))
  }
}

extension HostileFile.Step {
  /// Reads `got A 3` and `reached S 32`.
  fileprivate init?(counting line: Substring) {
    let words = line.split(separator: " ")
    guard words.count == 3, let count = Int(words[2]) else { return nil }
    switch words[0] {
    case "got": self = .got(String(words[1]), count)
    case "reached": self = .reached(String(words[1]), count)
    default: return nil
    }
  }

  fileprivate init?(_ words: [HostileFile.Word]) {
    guard case .word(let verb)? = words.first else { return nil }
    var bytes: [UInt8] = []
    var names: [String] = []
    for word in words.dropFirst() {
      switch word {
      case .bytes(let more): bytes += more
      case .word(let name): names.append(name)
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    switch (verb, names.count) {
    case ("type", 0): self = .type(text)
    case ("=", 0): self = .shows(text)
    case ("=", 1) where names == ["anything"]: self = .showsAnything
    case (_, 1) where names == ["ends"]: self = .end(of: verb)
    case (_, 1) where names == ["waits"]: self = .silence(of: verb)
    case (_, 1) where names == ["closed"]: self = .closed(verb)
    case (_, 0):
      let parts = verb.split(separator: "*")
      guard let name = parts.first, parts.count < 3 else { return nil }
      guard let count = parts.count == 2 ? Int(parts[1]) : 1 else { return nil }
      self = .send(from: String(name), count: count, bytes: bytes)
    default: return nil
    }
  }
}
