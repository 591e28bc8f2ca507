extension PeerName {
  /// The most bytes that a name of our own may have.
  package static let limit = 64

  /// What somebody wants to be called, without the blanks around it.
  ///
  /// - Returns: nil unless it is 1 to ``limit`` bytes of UTF-8 without control characters.
  package static func checked(_ line: [UInt8]) -> String? {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let first = line.firstIndex(where: { !isBlank($0) }),
      let last = line.lastIndex(where: { !isBlank($0) }), last - first < limit,
      let name = String(validating: line[first...last], as: UTF8.self)
    else { return nil }
    let hasControls = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return hasControls ? nil : name
  }
}
