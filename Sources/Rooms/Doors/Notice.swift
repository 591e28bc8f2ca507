/// What the server tells one client alone.
package enum Notice: Sendable, Equatable {
  /// Answers ``Request/enter(nick:room:resume:)``, once.
  case welcome(Welcome)
  /// What request `id` said is committed as `number`. The plain doors show nothing.
  case accepted(id: UInt64, number: UInt64)
  case refused(id: UInt64, code: RefusalCode, text: String)
  case reply(id: UInt64, Reply)
  case whisper(from: String, trust: Trust, body: [UInt8])
  /// What was said before.
  case history(room: UInt32, [ChatEvent], missed: UInt64)
  /// For one who resumes, of whose gap `missed` events are gone from the journal. A native door tells only
  /// how many there are: whoever drives it sends the events behind that, because they may be many.
  case catchUp(room: UInt32, Pages, missed: UInt64)
  /// Words of the server or its operator.
  case words(String)
  /// The last thing a client hears; ``Door/Action/close(_:)`` follows.
  case bye(ByeReason, text: String, retryAfterMilliseconds: UInt32)
}
