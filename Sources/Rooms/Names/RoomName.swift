/// What a room may be called.
package enum RoomName {
  package static let byteLimit = 64

  package static func check(_ name: String) throws(NameRefusal) {
    try Name.check(name, byteLimit: byteLimit, scalarLimit: byteLimit)
  }

  /// What two names share when they are the same room; see ``Name/key(of:)``.
  package static func key(of name: String) -> String { Name.key(of: name) }
}
