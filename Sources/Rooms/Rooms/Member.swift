import Wire

/// Somebody in a room.
package struct Member: Sendable, Equatable {
  package var client: ClientID
  package var nick: String { didSet { hasPlainNick = nick.utf8.span.isPlain } }
  package var trust: Trust
  /// Whether the nick is printable ASCII, which need not be looked at for every text.
  private(set) var hasPlainNick: Bool

  package init(client: ClientID, nick: String, trust: Trust) {
    self.client = client
    self.nick = nick
    self.trust = trust
    hasPlainNick = nick.utf8.span.isPlain
  }
}
