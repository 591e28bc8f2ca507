/// What a client asks of the server, whatever door it came through.
///
/// `id` is the client's own number for the request on the native door, and 0 on the plain doors. On
/// the plain doors a missing room means the one room that the client is in.
package enum Request: Sendable, Equatable {
  /// Comes exactly once and first (``quit`` may come without it).
  ///
  /// A refused or taken nick never keeps anybody out: ``Roster/claim(_:for:)`` gives the nearest.
  case enter(nick: String?, room: String?, resume: Resume?)
  /// `form` is 0 for text and 1 for a signed message.
  case say(id: UInt64, room: UInt32?, form: UInt8, action: Bool, body: [UInt8])
  /// `nearest`: a refused or taken name becomes the nearest free one (``Roster/claim(_:for:)``)
  /// instead of a refusal (``Roster/rename(_:to:)``); so it is for clients that cannot ask again.
  case nick(id: UInt64, String, nearest: Bool)
  case join(id: UInt64, String)
  case leave(id: UInt64, String?)
  case who(id: UInt64, String?)
  case rooms(id: UInt64)
  /// The body has passed ``Body/check(_:isText:)`` already; that of `say` is for the room to check.
  case whisper(id: UInt64, to: String, [UInt8])
  case history(id: UInt64, room: String?, last: Int)
  /// A name is a toggle: the server finds who that is and calls ``Door/toggleIgnore(of:called:)``.
  /// None asks who is ignored: the server calls ``Door/tellIgnored()``, which must come in order.
  case ignore(String?)
  /// Parting words, mostly none. ``Door/Action/close(_:)`` follows.
  case quit(String?)
}

/// What a client that lost its connection remembers.
package struct Resume: Sendable, Equatable {
  package var historyID: [UInt8]
  /// The last event that it has seen in the room it asks for.
  package var lastNumber: UInt64
  /// From the welcome of the lost connection.
  package var token: [UInt8]

  package init(historyID: [UInt8], lastNumber: UInt64, token: [UInt8]) {
    self.historyID = historyID
    self.lastNumber = lastNumber
    self.token = token
  }
}
