/// What a person may be called.
package enum Nick {
  package static let byteLimit = 32
  package static let scalarLimit = 16

  /// Lets a nick pass that anybody may ask for, and gives it in its normal form.
  ///
  /// Whether somebody has it already is for ``Roster`` to say.
  @discardableResult
  package static func check(_ nick: String) throws(NameRefusal) -> String {
    let nick = try Name.check(nick, byteLimit: byteLimit, scalarLimit: scalarLimit)
    guard !isReserved(nick) else { throw .reserved }
    return nick
  }

  /// Lets a name pass where no server keeps names apart: it may be several words, because the lessons'
  /// programs take such, and none is reserved.
  package static func checkWords(
    of name: String, byteLimit: Int
  ) throws(NameRefusal) -> String {
    var words: [String] = []
    for word in name.utf8.split(separator: UInt8(ascii: " ")) {
      words.append(
        try Name.check(String(Substring(word)), byteLimit: byteLimit, scalarLimit: byteLimit))
    }
    let name = words.joined(separator: " ")
    guard !name.isEmpty else { throw .empty }
    guard name.utf8.count <= byteLimit else { throw .tooLong(bytes: byteLimit) }
    return name
  }

  /// What two nicks share when they are the same to us; see ``Name/key(of:)``.
  package static func key(of nick: String) -> String { Name.key(of: nick) }

  /// What two nicks share when they look alike; see ``Name/skeleton(of:)``.
  package static func skeleton(of nick: String) -> String { Name.skeleton(of: nick) }

  /// Cuts `nick` to the length limits less `room` bytes, at a scalar's border.
  static func truncated(_ nick: some Sequence<Unicode.Scalar>, leaving room: Int) -> String {
    var result = String.UnicodeScalarView()
    var bytes = room
    var scalars = room
    for scalar in nick {
      bytes += UTF8.width(scalar)
      scalars += 1
      guard bytes <= byteLimit, scalars <= scalarLimit else { break }
      result.append(scalar)
    }
    return String(result)
  }

  /// The allowed name that is most like what was wished, reserved ones included, or nil.
  ///
  /// Blanks inside become `-` (people do type "Ann Lee"), what is not allowed is left out.
  static func nearest(to wish: String) -> String? {
    // Nobody's wish is worth more work than this; the rest would be cut off anyway.
    let scalars = wish.unicodeScalars.prefix(4 * scalarLimit)
    let words = scalars.split { $0.properties.isWhitespace }
    var kept = String.UnicodeScalarView()
    for word in words {
      let allowed = word.filter { Name.refusal(of: $0) == nil }
      guard !allowed.isEmpty else { continue }
      if !kept.isEmpty { kept.append("-") }
      kept.append(contentsOf: allowed)
    }
    let composed = NormalForm.composed(kept.drop { Name.isBadStart($0) })
    let name = truncated(composed, leaving: 0)
    return name.isEmpty ? nil : name
  }

  /// Names that are devices on other systems, should a client ever make a file of one.
  private static let devices: Set<String> = ["con", "prn", "aux", "nul"]

  private static func isReserved(_ nick: String) -> Bool {
    let (key, skeleton) = (key(of: nick), skeleton(of: nick))
    return Name.isReserved(key: key, skeleton: skeleton) || devices.contains(key)
      || skeleton.utf8.starts(with: "guest-".utf8)
  }
}
