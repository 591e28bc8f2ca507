package import Rooms
package import Sockets

/// One client as its operator sees it.
///
/// Nick and rooms come from outside: escape them.
package struct ClientStatus: Sendable {
  package let id: ClientID
  /// Empty while it has none.
  package let nick: String
  package let address: SocketAddress
  /// Nil while the first bytes have not told it.
  package let door: DoorKind?
  package let rooms: [String]
  /// Bytes that wait for it.
  package let queued: Int
  /// Milliseconds since 1970.
  package let since: Int64
}
