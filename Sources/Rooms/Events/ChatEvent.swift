/// Something that happened in a room.
///
/// What was said has a `number` and stays in the journal; presence (join, leave, rename) has number
/// 0 and is not kept. `nick` is the author's at that moment.
package struct ChatEvent: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case text
    /// `/me`: said about the author in the third person.
    case action
    /// A signed message; `body` is its canonical bytes.
    case signed
    case join
    /// `body` holds parting words, mostly none.
    case leave(reason: LeaveReason)
    case rename(to: String)

    /// Whether it is something said, which the journal numbers and keeps.
    package var isSaid: Bool {
      switch self {
      case .text, .action, .signed: true
      case .join, .leave, .rename: false
      }
    }
  }

  package var kind: Kind
  package var number: UInt64
  /// Milliseconds since 1970.
  package var wall: Int64
  package var author: ClientID
  package var nick: String
  package var trust: Trust
  /// Valid UTF-8 unless signed, at most ``Body/limit`` bytes; shared by everybody who gets the event.
  package var body: [UInt8]

  package init(
    kind: Kind, number: UInt64 = 0, wall: Int64, author: ClientID, nick: String,
    trust: Trust = .unverified, body: [UInt8] = []
  ) {
    self.kind = kind
    self.number = number
    self.wall = wall
    self.author = author
    self.nick = nick
    self.trust = trust
    self.body = body
  }
}
