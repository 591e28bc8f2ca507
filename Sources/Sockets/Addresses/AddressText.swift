// The grammar of `Address`, on bytes: `Character` would see "h\r\n" or a digit with an accent as one.

extension Address.Target {
  init(parsing text: Substring.UTF8View, port explicit: Int) throws(AddressError.Reason) {
    guard !text.isEmpty else { throw .empty }
    guard (0...65535).contains(explicit) else { throw .portOutOfRange }
    if text.starts(with: "unix:".utf8) {
      guard explicit == 0 else { throw .portOfUnixAddress }
      self = .unix(try UnixAddress(parsing: text.dropFirst(5)))
      return
    }
    let (host, port) = try Self.split(text)
    self = .host(host, port: explicit == 0 ? port : UInt16(explicit))
  }

  private static func split(
    _ text: Substring.UTF8View
  ) throws(AddressError.Reason) -> (Address.Host, UInt16) {
    if text.first == UInt8(ascii: "[") { return try splitBrackets(text) }
    if text.allSatisfy(isDigit) { return (.any, try port(text)) }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
      return (try Address.Host(parsing: text), 0)
    }
    let after = text[text.index(after: colon)...]
    guard !after.contains(UInt8(ascii: ":")) else {
      return (try Address.Host(parsingIPv6: text, otherwise: .notIPv6), 0)
    }
    return (try Address.Host(parsing: text[..<colon]), try port(after))
  }

  private static func splitBrackets(
    _ text: Substring.UTF8View
  ) throws(AddressError.Reason) -> (Address.Host, UInt16) {
    guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { throw .brackets }
    let inside = text[text.startIndex..<end].dropFirst()
    let host = try Address.Host(parsingIPv6: inside, otherwise: .brackets)
    let rest = text[end...].dropFirst()
    guard let colon = rest.first else { return (host, 0) }
    guard colon == UInt8(ascii: ":") else { throw .brackets }
    return (host, try port(rest.dropFirst()))
  }

  private static func port(_ text: Substring.UTF8View) throws(AddressError.Reason) -> UInt16 {
    let text = trimmed(Substring(text))
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = isNegative ? text.dropFirst() : text
    guard !digits.isEmpty, digits.allSatisfy(isDigit) else { throw .portNotANumber }
    guard !isNegative, let port = decimal(digits, maximum: 65535) else { throw .portOutOfRange }
    return UInt16(port)
  }
}

extension Address.Host {
  fileprivate init(parsing text: Substring.UTF8View) throws(AddressError.Reason) {
    guard !text.isEmpty else {
      self = .any
      return
    }
    if let address = IPv4Address(ascii: text) {
      self = .ipv4(address)
      return
    }
    guard text.count <= 255 else { throw .hostTooLong }
    // A zero byte would end the name early in C; the others have no place in a name or an error.
    guard !text.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { throw .controlCharacter }
    guard !Self.endsInNumber(text) else { throw .notIPv4 }
    self = .name(String(Substring(text)))
  }

  fileprivate init(
    parsingIPv6 text: Substring.UTF8View, otherwise reason: AddressError.Reason
  ) throws(AddressError.Reason) {
    let word = text.prefix { $0 != UInt8(ascii: "%") }
    guard let address = IPv6Address(ascii: word) else { throw reason }
    guard word.count < text.count else {
      self = .ipv6(address, scope: nil)
      return
    }
    guard let scope = interfaceWord(text.dropFirst(word.count + 1)) else { throw .scope }
    self = .ipv6(address, scope: scope)
  }

  /// Whether the last label is a number, decimal or hexadecimal: C libraries take `127.1`, `0x7f.1` and
  /// `256` for IPv4 addresses, each in its own way; no domain has such a name.
  private static func endsInNumber(_ text: Substring.UTF8View) -> Bool {
    let labels = text.split(separator: UInt8(ascii: "."))
    guard let last = labels.last else { return false }
    if last.allSatisfy(isDigit) { return true }
    return last.starts(with: "0x".utf8) || last.starts(with: "0X".utf8)
  }
}

extension UnixAddress {
  fileprivate init(parsing text: Substring.UTF8View) throws(AddressError.Reason) {
    let isAbstract = text.first == UInt8(ascii: "@")
    let name = isAbstract ? text.dropFirst() : text
    guard !name.contains(0), let address = isAbstract ? Self(abstract: name) : Self(path: name)
    else { throw .unixPath }
    self = address
  }
}

/// The text without ASCII blanks, tabs and line ends around it.
func trimmed(_ text: some StringProtocol) -> Substring.UTF8View {
  let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
  var bytes = Substring(text).utf8
  while let first = bytes.first, isBlank(first) { bytes = bytes.dropFirst() }
  while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
  return bytes
}

/// The number that the ASCII digits write, or `nil` for anything else and over the maximum.
func decimal(_ digits: Substring.UTF8View, maximum: Int) -> Int? {
  guard !digits.isEmpty else { return nil }
  var value = 0
  for digit in digits {
    guard isDigit(digit) else { return nil }
    value = value * 10 + Int(digit - UInt8(ascii: "0"))
    guard value <= maximum else { return nil }
  }
  return value
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
