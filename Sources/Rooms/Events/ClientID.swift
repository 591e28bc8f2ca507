/// Names one connection for the life of the server.
///
/// The server counts them up and never uses one twice, so that an event can name its author long
/// after the connection is gone.
package struct ClientID: Hashable, Sendable {
  package let rawValue: UInt64

  package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
