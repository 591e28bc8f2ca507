/// What the server tells one client alone.
package enum Notice: Sendable, Equatable {
  /// Answers ``Request/enter(nick:room:resume:)``, once.
  case welcome(Welcome)
  /// What request `id` said is committed as `number`. The plain doors show nothing.
  case accepted(id: UInt64, number: UInt64)
  case refused(id: UInt64, code: RefusalCode, text: String)
  case reply(id: UInt64, Reply)
  case whisper(from: String, trust: Trust, body: [UInt8])
  /// What was said before: for a late joiner (`missed` 0) or for one who resumes, of whose gap
  /// `missed` events are gone from the journal.
  case history(room: UInt32, [ChatEvent], missed: UInt64)
  /// Words of the server or its operator.
  case words(String)
  /// The last thing a client hears; ``Door/Action/close(_:)`` follows.
  case bye(ByeReason, text: String, retryAfterMilliseconds: UInt32)
}

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

/// Why the server says goodbye; the number is the one on the wire.
package enum ByeReason: UInt8, CaseIterable, Sendable {
  case quit = 0
  case closing = 1
  case timedOut = 2
  case misbehaved = 3
  case slow = 4
  case removed = 5
  /// The same client came back over another connection.
  case replaced = 6
  case full = 7
  case flood = 8
}
