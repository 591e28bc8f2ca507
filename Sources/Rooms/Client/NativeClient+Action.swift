package import Wire

extension NativeClient {
  /// What a client wants to be done or shown.
  package enum Action: Sendable, Equatable {
    case transmit([UInt8])
    case entered(NativeWelcome)
    /// Something said in a room; `isHistory`: before we came, or again on our request.
    case event(NativeEvent, isHistory: Bool)
    /// So many messages before the next one never came, and will not.
    case gap(room: UInt32, count: UInt64)
    /// All is there that was said since ``goesOn``'s number, or, unless it is whole, what could be had.
    case caughtUp(room: UInt32, isWhole: Bool)
    case presence(NativePresence)
    /// The message that ``say(_:action:)`` gave this id is stored.
    case accepted(id: UInt64, number: UInt64)
    /// What had this id was not done; the id 0 is for nothing in particular.
    case refused(id: UInt64, code: UInt8, text: String)
    case reply(id: UInt64, NativeReply)
    case whisper(NativeWhisper)
    case notice(String)
    /// History follows as events, after so many lost ones.
    case history(NativeHistory)
    case ended(NativeEnding)
  }
}
