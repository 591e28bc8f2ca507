/// Who is told when a timer has expired, always on the loop's thread.
package protocol TimerTarget: AnyObject {
  /// The timer that was scheduled for this target has expired.
  func expired()
}

/// Who has something to do at the end of a turn of the loop, such as flushing what the turn produced.
package protocol TurnTarget: AnyObject {
  /// All events and jobs of this turn have been handled.
  func endOfTurn()
}

/// What a socket does with what arrives while its reader waits, without waking the reader.
package protocol Pump: AnyObject {
  /// Takes what can be read; false when the reader has to go on itself.
  func pump() -> Bool

  /// How long the reader waits for the next bytes.
  var timeout: Timeout { get }
}
