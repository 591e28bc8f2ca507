/// What a room may be called.
package enum RoomName {
  package static let byteLimit = 64

  /// Lets a name pass that any room may have, and gives it in its normal form.
  @discardableResult
  package static func check(_ name: String) throws(NameRefusal) -> String {
    let name = try Name.check(name, byteLimit: byteLimit, scalarLimit: byteLimit)
    let (key, skeleton) = (key(of: name), skeleton(of: name))
    guard !Name.isReserved(key: key, skeleton: skeleton) else { throw .reserved }
    return name
  }

  /// What two names share when they are the same room; see ``Name/key(of:)``.
  package static func key(of name: String) -> String { Name.key(of: name) }

  /// What two names share when they look alike; see ``Name/skeleton(of:)``.
  package static func skeleton(of name: String) -> String { Name.skeleton(of: name) }
}
