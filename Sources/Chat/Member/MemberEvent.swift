package import Wire

/// Something to show to whoever takes part in a chat.
///
/// Texts are what others sent, unless they say otherwise: make them safe before they are shown.
package enum MemberEvent: Sendable, Equatable {
  case entered(NativeWelcome)
  /// There is no connection, for this reason; the next attempt is after the pause. Told again only for
  /// another reason.
  case away(why: String, pause: Duration)
  /// In again; unless the room's history `goesOn`, nobody knows what was said meanwhile.
  case back(NativeWelcome, after: Duration, goesOn: Bool)
  /// Our own words, which are said once there is a connection.
  case waits(String)
  /// Our own words, of which nobody knows whether they were said.
  case doubtful(String)
  /// So many messages before the next one are not to be had.
  case missing(UInt64, room: String?)
  /// What is typed goes to this room now, or to none.
  case talking(in: String?)
  case message(MemberMessage)
  case presence(NativePresence, room: String?)
  case whisper(NativeWhisper)
  /// Our own whisper, told.
  case whispered(to: String, text: String)
  /// Our own words, which are in no room, and why.
  case unsaid(String, why: String)
  /// A command of ours was not done.
  case refused(String)
  /// What was typed is not understood; the words are ours.
  case hint(String)
  /// A command of ours was done.
  case reply(NativeReply)
  /// So many messages of before follow.
  case history(NativeHistory)
  /// Words of the server or of our own to this user alone.
  case words(String)
  /// The commands, and what the keys do.
  case help
  /// What the keys do.
  case keys
  /// What a server without a protocol of its own sent: one line or frame.
  case frame([UInt8])
  case chatText(ChatText)
  /// Something happened among people without a server.
  case peer(PeerEvent)
  /// Our own question, which the next line typed answers.
  case question(String)
  /// What we are called from now on, where no server says it.
  case named(String)
  /// Our own remark, for people only.
  case remark(String)
}

/// Something said in a room, by others or, once it is stored, by ourselves.
package struct MemberMessage: Sendable, Equatable {
  /// Milliseconds of Unix time.
  package var wall: Int64
  package var nick: String
  package var form: NativeForm
  package var body: [UInt8]
  /// The room, when it is not the one that we are in.
  package var room: String?
  /// Whether we have just said it ourselves.
  package var isOwn: Bool
  /// Whether it was said before we came, or is shown again.
  package var isHistory: Bool

  package init(
    wall: Int64, nick: String, form: NativeForm = .text, body: [UInt8], room: String? = nil,
    isOwn: Bool = false, isHistory: Bool = false
  ) {
    self.wall = wall
    self.nick = nick
    self.form = form
    self.body = body
    self.room = room
    self.isOwn = isOwn
    self.isHistory = isHistory
  }
}
