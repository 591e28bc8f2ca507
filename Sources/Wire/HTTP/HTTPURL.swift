/// Where an `http` URL points: a host, a port, and what to ask it for (RFC 3986).
package struct HTTPURL: Hashable, Sendable {
  /// A name or a numeric address as it was written; an IPv6 address is without its brackets.
  package let host: String
  package let isIPv6: Bool
  package let port: UInt16
  /// The path and the query, which begins with a slash and has only bytes that may stand in a request.
  package let target: String

  /// Reads `[http://]HOST[:PORT][/PATH][?QUERY][#FRAGMENT]`.
  ///
  /// A fragment is dropped. What may not stand in a request is written as `%XX`, but blanks and control
  /// characters are refused: they are rather a mistake than a part of a name.
  package init(_ text: String) throws(URLError) {
    let bytes = Array(text.utf8)[...]
    try Self.check(bytes)
    guard let name = Self.scheme(of: bytes) else {
      try self.init(afterScheme: bytes)
      return
    }
    let rest = bytes.dropFirst(name.count + 1)
    guard rest.starts(with: "//".utf8) else {
      // `localhost:80/x` has no scheme but a port; `mailto:x` is no host.
      guard rest.first.map({ (Byte.zero...Byte.nine).contains($0) }) == true else {
        throw Self.refusal(of: name) ?? .noHost
      }
      try self.init(afterScheme: bytes)
      return
    }
    if let refusal = Self.refusal(of: name) { throw refusal }
    try self.init(afterScheme: rest.dropFirst(2))
  }

  /// Reads the value of a `Location`, which may leave out what is as it is here.
  package func resolving(_ reference: [UInt8]) throws(URLError) -> HTTPURL {
    let bytes = reference[...]
    try Self.check(bytes)
    if let name = Self.scheme(of: bytes) {
      if let refusal = Self.refusal(of: name) { throw refusal }
      let rest = bytes.dropFirst(name.count + 1)
      guard rest.starts(with: "//".utf8) else { throw .noHost }
      return try HTTPURL(afterScheme: rest.dropFirst(2))
    }
    if bytes.starts(with: "//".utf8) { return try HTTPURL(afterScheme: bytes.dropFirst(2)) }
    try Self.checkPercents(bytes)
    let (path, query) = Self.split(bytes.prefix { $0 != UInt8(ascii: "#") })
    let (ownPath, ownQuery) = Self.split(Array(target.utf8)[...])
    let whole: [UInt8]
    if path.isEmpty {
      whole = Array(ownPath) + (query.isEmpty ? ownQuery : query)
    } else if path.first == UInt8(ascii: "/") {
      whole = Self.withoutDots(path) + query
    } else {
      let folder = ownPath.prefix(through: ownPath.lastIndex(of: UInt8(ascii: "/")) ?? 0)
      whole = Self.withoutDots(folder + path) + query
    }
    return HTTPURL(host: host, isIPv6: isIPv6, port: port, target: Self.escaped(whole[...]))
  }

  /// The value of the `Host` field: without the default port, and without an IPv6 zone, which means
  /// something on this machine only.
  package var hostField: String {
    let address = Substring(host.utf8.prefix { $0 != UInt8(ascii: "%") })
    let name = isIPv6 ? "[\(address)]" : host
    return port == 80 ? name : "\(name):\(port)"
  }

  /// How `Sockets` reads the endpoint.
  package var endpoint: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  // MARK: - Parts

  private init(host: String, isIPv6: Bool, port: UInt16, target: String) {
    (self.host, self.isIPv6, self.port, self.target) = (host, isIPv6, port, target)
  }

  private init(afterScheme bytes: ArraySlice<UInt8>) throws(URLError) {
    let authority = bytes.prefix { !"/?#\\".utf8.contains($0) }
    guard !authority.contains(UInt8(ascii: "@")) else { throw .userinfo }
    let rest = bytes[authority.endIndex...].prefix { $0 != UInt8(ascii: "#") }
    guard rest.first != UInt8(ascii: "\\") else { throw .hostCharacter(UInt8(ascii: "\\")) }
    try Self.checkPercents(rest)
    let slash = rest.first == UInt8(ascii: "/") ? "" : "/"
    target = slash + Self.escaped(rest)
    if authority.first == UInt8(ascii: "[") {
      (host, port) = try Self.literal(authority)
      isIPv6 = true
    } else {
      let name = authority.prefix { $0 != Byte.colon }
      guard !authority[name.endIndex...].dropFirst().contains(Byte.colon) else { throw .brackets }
      host = try Self.name(name)
      port = try Self.port(authority[name.endIndex...])
      isIPv6 = false
    }
  }

  private static func literal(
    _ authority: ArraySlice<UInt8>
  ) throws(URLError) -> (host: String, port: UInt16) {
    guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .brackets }
    let inside = authority[(authority.startIndex + 1)..<end]
    let address = inside.prefix { $0 != UInt8(ascii: "%") }
    // The zone is behind `%25` in a URL (RFC 6874), and behind `%` where people type it.
    var zone = inside[address.endIndex...].dropFirst()
    if zone.starts(with: "25".utf8), zone.count > 2 { zone = zone.dropFirst(2) }
    let isAddress =
      address.contains(Byte.colon)
      && address.allSatisfy { $0.isHexDigit || $0 == Byte.colon || $0 == UInt8(ascii: ".") }
    let isZone = zone.allSatisfy { $0.isAllowed(besides: "") }
    let hasZone = address.count < inside.count
    guard isAddress, isZone, hasZone != zone.isEmpty else { throw .brackets }
    let rest = authority[(end + 1)...]
    guard rest.isEmpty || rest.first == Byte.colon else { throw .brackets }
    let host = String(decoding: address, as: UTF8.self)
    guard hasZone else { return (host, try port(rest)) }
    return (host + "%" + String(decoding: zone, as: UTF8.self), try port(rest))
  }

  private static func name(_ bytes: ArraySlice<UInt8>) throws(URLError) -> String {
    guard !bytes.isEmpty else { throw .noHost }
    for byte in bytes {
      guard byte < 0x80 else { throw .hostNotASCII }
      guard byte.isAllowed(besides: "") else { throw .hostCharacter(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads `:PORT`, `:` or nothing.
  private static func port(_ bytes: ArraySlice<UInt8>) throws(URLError) -> UInt16 {
    let digits = bytes.dropFirst()
    guard !digits.isEmpty else { return 80 }
    guard digits.count <= 5, let number = HTTPNumber.decimal(digits),
      let port = UInt16(exactly: number), port > 0
    else { throw .port }
    return port
  }

  private static func check(_ bytes: ArraySlice<UInt8>) throws(URLError) {
    for byte in bytes where byte <= 0x20 || byte == 0x7F { throw .control(byte) }
  }

  private static func checkPercents(_ bytes: ArraySlice<UInt8>) throws(URLError) {
    for place in bytes.indices where bytes[place] == UInt8(ascii: "%") {
      let digits = bytes[(place + 1)...].prefix(2)
      guard digits.count == 2, digits.allSatisfy(\.isHexDigit) else { throw .percent }
    }
  }

  /// The word before the first colon, if it can be a scheme; a path, a query or a port comes behind others.
  private static func scheme(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let word = bytes.prefix { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }
    guard word.first?.isLetter == true, word.endIndex < bytes.endIndex,
      bytes[word.endIndex] == Byte.colon
    else { return nil }
    return word
  }

  private static func refusal(of scheme: ArraySlice<UInt8>) -> URLError? {
    let name = String(decoding: scheme.map { $0 | 0x20 }, as: UTF8.self)
    switch name {
    case "http": return nil
    case "https": return .tls
    default: return .scheme(String(decoding: scheme.prefix(30), as: UTF8.self))
    }
  }

  private static func split(
    _ target: ArraySlice<UInt8>
  ) -> (path: ArraySlice<UInt8>, query: ArraySlice<UInt8>) {
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    return (path, target[path.endIndex...])
  }

  /// A path without `.` and `..`, which step through it (RFC 3986, 5.2.4).
  private static func withoutDots(_ path: ArraySlice<UInt8>) -> [UInt8] {
    var kept: [ArraySlice<UInt8>] = []
    let slash = UInt8(ascii: "/")
    let segments = path.dropFirst().split(separator: slash, omittingEmptySubsequences: false)
    for (number, segment) in segments.enumerated() {
      let isLast = number == segments.count - 1
      let isParent = segment.elementsEqual("..".utf8)
      if isParent { _ = kept.popLast() }
      if isParent || segment.elementsEqual(".".utf8) {
        // What they lead to is a folder.
        if isLast { kept.append([]) }
      } else {
        kept.append(segment)
      }
    }
    return kept.reduce(into: []) { $0 += [slash] + $1 }
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      if byte.isAllowed(besides: ":@/?%[]") {
        text.append(byte)
      } else {
        let digits = Array("0123456789ABCDEF".utf8)
        text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension HTTPURL: CustomStringConvertible {
  package var description: String { "http://\(hostField)\(target)" }
}

extension UInt8 {
  var isDigit: Bool { (Byte.zero...Byte.nine).contains(self) }
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  var isHexDigit: Bool { hexValue != nil }

  var hexValue: UInt8? {
    switch self {
    case Byte.zero...Byte.nine: self - Byte.zero
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Whether it may stand in a URL for itself (unreserved and sub-delims), or is one of `others`.
  fileprivate func isAllowed(besides others: String) -> Bool {
    isLetter || isDigit || "-._~!$&'()*+,;=".utf8.contains(self) || others.utf8.contains(self)
  }
}
