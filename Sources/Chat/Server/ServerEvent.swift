package import Rooms
package import Sockets

/// What a server tells its operator.
///
/// Names and addresses in it come from outside: escape them.
package enum ServerEvent: Sendable {
  /// `doors` is what a client finds there; nil in `door` means that the first bytes tell.
  case listening(SocketAddress, door: DoorKind?)
  case connected(ClientID, SocketAddress)
  case refused(SocketAddress, why: String)
  case entered(ClientID, nick: String, room: String, door: DoorKind)
  case renamed(ClientID, from: String, to: String)
  case joined(ClientID, nick: String, room: String)
  case left(ClientID, nick: String, room: String, LeaveReason)
  case closed(ClientID, SocketAddress, why: String)
  /// No descriptor or memory was left; accepting goes on after a pause.
  case exhausted(SocketError)
  case skipped(SocketError)
  case stopping
  case stopped
}
