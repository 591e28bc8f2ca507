/// What a client learns on entering.
package struct Welcome: Sendable, Equatable {
  package var nick: String
  /// Why `nick` is not the wished one; nil when it is, or when none was wished.
  package var refusal: NameRefusal?
  package var seat: RoomSeat
  /// Gives the nick back to whoever shows it again; 16 bytes.
  package var token: [UInt8]
  /// Whether the nick was taken back from a ghost.
  package var resumed: Bool

  package init(
    nick: String, refusal: NameRefusal? = nil, seat: RoomSeat, token: [UInt8] = [],
    resumed: Bool = false
  ) {
    self.nick = nick
    self.refusal = refusal
    self.seat = seat
    self.token = token
    self.resumed = resumed
  }
}

/// A room as somebody finds it on sitting down.
package struct RoomSeat: Sendable, Equatable {
  package var id: UInt32
  package var name: String
  /// Everybody in it, oneself included, in the order of joining.
  package var members: [String]
  /// 16 bytes.
  package var historyID: [UInt8]
  /// The number of the last committed event.
  package var head: UInt64

  package init(id: UInt32, name: String, members: [String], historyID: [UInt8], head: UInt64) {
    self.id = id
    self.name = name
    self.members = members
    self.historyID = historyID
    self.head = head
  }
}
