package import Rooms
package import Sockets
package import Wire

/// One person's side of a chat, without a socket or a clock: what is typed in, what is shown out.
///
/// Call an input, then drain ``next()``. ``MemberAction/ended(_:)`` is the last action.
package protocol MemberSession: Sendable {
  /// Whether the next line may be typed now; while it is false, read no further input.
  var isReady: Bool { get }
  /// The framing of a server that may read a frame in one go, and so must not be hurried; mostly nil.
  var paced: FrameFormat? { get }
  /// How much of what the user wanted to be said was not.
  var unsaidCount: Int { get }
  /// Takes a line without its end, as it was typed.
  mutating func type(_ line: [UInt8], at now: Moment)
  /// Takes the end of what is typed: everything is finished, then the session ends.
  mutating func endInput(at now: Moment)
  /// Ends the session in order: what is under way is finished, nothing new begins.
  mutating func leave(at now: Moment)
  mutating func receive(_ bytes: Span<UInt8>, at now: Moment)
  /// The connection that was asked for by ``MemberAction/dial`` is there.
  mutating func connected(at now: Moment)
  /// Takes the end of what the server says, in order or by a failure; or that there is no connection.
  mutating func finish(_ failure: SocketError?, at now: Moment)
  /// Everything has been written and the writing side is shut down.
  mutating func writingEnded(at now: Moment)
  var deadline: Instant? { get }
  mutating func expire(at now: Moment)
  mutating func next() -> MemberAction?
}

/// What a session wants to be done.
package enum MemberAction: Sendable, Equatable {
  /// One write of its own.
  case transmit([UInt8])
  /// Shut down the writing side when everything is written.
  case endWriting
  /// Give up the connection, and what was not written.
  case hangUp
  /// Open another one.
  case dial
  case show(MemberEvent)
  case ended(MemberEnding)
}

/// How it ended.
package enum MemberEnding: Sendable, Equatable {
  /// We left, or our program did.
  case left
  /// The server ended the stream in order, where a stream is all there is.
  case closed
  case native(NativeEnding)
  case misbehaved(String)
  case failed(SocketError)
}
