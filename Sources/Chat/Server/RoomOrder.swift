import Rooms

/// What a client's loop asks of a room's home loop.
struct RoomOrder: Sendable {
  enum Kind: Sendable {
    /// `ticket` comes back with the answer: one may leave and join again before that.
    case join(nick: String, purpose: JoinPurpose, ticket: UInt64)
    /// `reply` is the request that asked for it, if one did.
    case leave(LeaveReason, words: [UInt8], reply: UInt64?)
    case say(id: UInt64, SayForm, body: [UInt8])
    case rename(to: String)
    case who(id: UInt64)
    case history(id: UInt64, last: Int)
    /// Asks for a word when everything before is answered.
    case fence
  }

  let room: Directory.Place
  let client: ClientID
  /// The index of the client's loop, which gets the answers.
  let loop: Int
  let kind: Kind
}

/// Why somebody joins, which decides what they are told.
enum JoinPurpose: Sendable {
  /// The client enters the server, over a new connection if it `isBack`; with `ghost` it takes that
  /// one's seat.
  case enter(refusal: NameRefusal?, token: [UInt8], resume: Resume?, isBack: Bool, ghost: Ghost?)
  /// Request `id` asked for this room.
  case move(id: UInt64)
}

/// A connection whose client has come back over another one.
struct Ghost: Sendable {
  let client: ClientID
  let loop: Int
}

/// What a room's home loop tells another loop once a turn, in this order.
struct RoomBatch: Sendable {
  struct Attachment: Sendable {
    let client: ClientID
    let ticket: UInt64
    let notices: [Notice]
    let isEntry: Bool
  }

  struct Refused: Sendable {
    let client: ClientID
    let ticket: UInt64
    let purpose: JoinPurpose
    let refusal: RoomRefusal
  }

  /// A text that has got its number.
  struct Accepted: Sendable, Equatable {
    let client: ClientID
    let id: UInt64
    let number: UInt64
    /// How many of `notices` come before.
    let after: Int
  }

  let room: Directory.Place
  /// Who gets all of `events`, and everything from now on.
  var attached: [Attachment] = []
  var events = Events()
  /// Answers to single clients, which come after the events.
  var notices: [(client: ClientID, notice: Notice)] = []
  /// The many of these answers, in order among the others.
  var accepted: [Accepted] = []
  /// Whose ``RoomOrder/Kind/fence`` all of the above came before.
  var fenced: [ClientID] = []
  /// Joins that were refused.
  var refused: [Refused] = []

  /// Forgets everything but the room, and keeps the memory for the next turn.
  mutating func removeAll() {
    events = Events()
    if !notices.isEmpty { notices.removeAll(keepingCapacity: notices.capacity <= 64) }
    if !accepted.isEmpty { accepted.removeAll(keepingCapacity: accepted.capacity <= 256) }
    if !attached.isEmpty { attached = [] }
    if !fenced.isEmpty { fenced = [] }
    if !refused.isEmpty { refused = [] }
  }
}
