/// Somebody came, went or is called something else: shown, not numbered and not kept.
package struct NativePresence: Equatable, Sendable {
  package enum Change: Equatable, Sendable {
    case join
    /// The number of a reason, and parting words, mostly none.
    case leave(reason: UInt8, words: String)
    case rename(to: String)
  }

  package var room: UInt32
  /// Milliseconds of Unix time.
  package var wall: Int64
  package var change: Change
  package var nick: String

  package init(room: UInt32, wall: Int64, change: Change, nick: String) {
    self.room = room
    self.wall = wall
    self.change = change
    self.nick = nick
  }

  init(from reader: inout ByteReader) throws(WireError) {
    room = try reader.integer()
    wall = try reader.integer()
    let kind = try reader.uint8()
    nick = try reader.string()
    switch kind {
    case Kind.join: change = .join
    case Kind.leave: change = .leave(reason: try reader.uint8(), words: try reader.string())
    case Kind.rename: change = .rename(to: try reader.string())
    default: throw .invalidValue("the kind of a presence")
    }
  }
}

extension NativePresence {
  fileprivate enum Kind {
    static let join: UInt8 = 1
    static let leave: UInt8 = 2
    static let rename: UInt8 = 3
  }
}

extension NativePresence.Change {
  var kind: UInt8 {
    switch self {
    case .join: NativePresence.Kind.join
    case .leave: NativePresence.Kind.leave
    case .rename: NativePresence.Kind.rename
    }
  }
}
