/// Answers to requests that were done.
package enum Reply: Sendable, Equatable {
  /// The client's name is now `nick`; `refusal` says why it is not the one it wished.
  case renamed(nick: String, refusal: NameRefusal?)
  case joined(RoomSeat)
  case left(room: String)
  case who(room: String, members: [String])
  case rooms([RoomListing])
  case whispered(to: String)
  case history(room: UInt32, [ChatEvent], missed: UInt64)
}

/// One line of the list of rooms.
package struct RoomListing: Sendable, Equatable {
  package var name: String
  package var members: Int

  package init(name: String, members: Int) {
    self.name = name
    self.members = members
  }
}
