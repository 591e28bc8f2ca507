/// The head of an answer: its status line and its fields.
package struct HTTPHead: Equatable, Sendable {
  package struct Field: Equatable, Sendable {
    /// As it was sent; only letters, digits and some marks of ASCII.
    package var name: String
    /// Without the blanks around it; any bytes but CR, LF and NUL, so not to be shown as it is.
    package var value: [UInt8]

    package init(name: String, value: [UInt8]) { (self.name, self.value) = (name, value) }
  }

  /// The x of HTTP/1.x.
  package var minorVersion: Int
  package var status: Int
  /// As for a field's value.
  package var reason: [UInt8]
  package var fields: [Field] = []

  /// The values of the fields of a name, in their order; the name's case does not count.
  package func values(of name: String) -> [[UInt8]] {
    fields.filter { $0.name.isSame(as: name) }.map(\.value)
  }

  /// The value of a field that may be there once; of several it is the first.
  package func value(of name: String) -> [UInt8]? {
    fields.first { $0.name.isSame(as: name) }?.value
  }

  /// Whether the server wants another URL to be fetched instead, and says which.
  package var location: [UInt8]? {
    [301, 302, 303, 307, 308].contains(status) ? value(of: "Location") : nil
  }

  /// Which part of the whole the body is.
  package var contentRange: HTTPContentRange? { value(of: "Content-Range").flatMap { .init($0) } }
}

extension HTTPHead {
  /// Reads `HTTP/1.1 200 OK`; the reason may be missing, its blank as well.
  init(statusLine line: ArraySlice<UInt8>) throws(HTTPError.Offence) {
    guard line.starts(with: "HTTP/".utf8) else { throw .notHTTP }
    let rest = line.dropFirst(5)
    let version = rest.prefix { $0 != Byte.blank }
    guard version.count == 3, version.starts(with: "1.".utf8), let minor = version.last,
      minor.isDigit
    else { throw .version }
    let words = rest.dropFirst(4)
    let digits = words.prefix(3)
    guard digits.count == 3, let status = HTTPNumber.decimal(digits), status >= 100,
      words.count == 3 || words[digits.endIndex] == Byte.blank
    else { throw .status }
    self.init(
      minorVersion: Int(minor - Byte.zero), status: status, reason: Array(words.dropFirst(4)))
  }
}

extension HTTPHead.Field {
  /// Reads `Name: value`.
  init(line: ArraySlice<UInt8>) throws(HTTPError.Offence) {
    if let first = line.first, first == Byte.blank || first == Byte.tab { throw .foldedField }
    let name = line.prefix { $0 != Byte.colon }
    guard !name.isEmpty, name.endIndex < line.endIndex, name.allSatisfy(\.isToken) else {
      throw .fieldName
    }
    self.init(
      name: String(decoding: name, as: UTF8.self),
      value: Array(line[(name.endIndex + 1)...].trimmed))
  }
}

extension ArraySlice<UInt8> {
  /// Without the blanks and tabs around it.
  var trimmed: ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == Byte.blank || byte == Byte.tab }
    let tail = drop(while: isBlank)
    guard let last = tail.lastIndex(where: { !isBlank($0) }) else { return [] }
    return tail[...last]
  }
}

extension UInt8 {
  /// Whether it may stand in the name of a field (RFC 9110, 5.6.2).
  var isToken: Bool { isLetter || isDigit || "!#$%&'*+-.^_`|~".utf8.contains(self) }
}

extension String {
  /// Whether both are the same word of ASCII, whatever the case of its letters.
  fileprivate func isSame(as other: String) -> Bool {
    utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0.lowered == $1.lowered }
  }
}

extension UInt8 {
  var lowered: UInt8 { isLetter ? self | 0x20 : self }
}
