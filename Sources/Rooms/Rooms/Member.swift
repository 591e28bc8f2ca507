/// Somebody in a room.
package struct Member: Sendable, Equatable {
  package var client: ClientID
  package var nick: String
  package var trust: Trust

  package init(client: ClientID, nick: String, trust: Trust) {
    self.client = client
    self.nick = nick
    self.trust = trust
  }
}
