package import Wire

/// Who is called what, over the whole server.
///
/// One nick (by its ``Nick/key(of:)``) belongs to one client at a time, and no two look alike (by their
/// ``Nick/skeleton(of:)``). A client that reconnects shows the token of its lost connection and takes its
/// nick back: from the ghost, whose connection may take minutes to be noticed as dead, or for ``holdTime``
/// after that from nobody.
package struct Roster: Sendable {
  /// How a wish was granted.
  package struct Grant: Sendable, Equatable {
    package var nick: String
    /// Why it is not the wished nick; nil when it is, or when none was wished.
    package var refusal: NameRefusal?

    package init(nick: String, refusal: NameRefusal? = nil) {
      self.nick = nick
      self.refusal = refusal
    }
  }

  /// What a shown token gives back.
  package struct Resumption: Sendable, Equatable {
    package var nick: String
    /// The connection that still had it, to be cut.
    package var ghost: ClientID?

    package init(nick: String, ghost: ClientID?) {
      self.nick = nick
      self.ghost = ghost
    }
  }

  private struct Entry: Sendable {
    var nick: String
    var key: String
    var skeleton: String
    var token: [UInt8]?
  }

  private var entries: [ClientID: Entry] = [:]
  private var owners: [String: ClientID] = [:]
  private var skeletons: [String: ClientID] = [:]
  private var tokens: [[UInt8]: ClientID] = [:]
  private var lastGuest: UInt64 = 0
  private var held: HeldNicks

  /// How long a nick waits for a client whose connection was lost.
  package static let holdTime = Duration.seconds(120)

  /// - Parameter heldLimit: So many nicks wait at most; with more the oldest are free.
  package init(heldLimit: Int = 1000) { held = HeldNicks(limit: heldLimit) }

  package var count: Int { entries.count }

  package func nick(of client: ClientID) -> String? { entries[client]?.nick }

  /// Who has this nick, in whatever case it is written.
  package func client(called nick: String) -> ClientID? { owners[Nick.key(of: nick)] }

  /// Gives `client` the wished nick or the nearest free one: NAME-2, NAME-3 …, at last guest-N.
  ///
  /// Never fails. A client that has a nick gives it up for the new one. Costs at most a hundred
  /// look-ups.
  @discardableResult
  package mutating func claim(_ wish: String?, for client: ClientID) -> Grant {
    guard let wish else { return Grant(nick: settle(client, as: nextGuest())) }
    if let refusal = refusal(of: wish, for: client) {
      return Grant(nick: settle(client, as: nearest(to: wish, for: client)), refusal: refusal)
    }
    return Grant(nick: settle(client, as: wish))
  }

  /// Gives `client` exactly this nick, or nothing changes.
  ///
  /// - Returns: The nick that it had, if any; ``nick(of:)`` says how the new one is written.
  @discardableResult
  package mutating func rename(
    _ client: ClientID, to nick: String
  ) throws(NameRefusal) -> String? {
    if let refusal = refusal(of: nick, for: client) { throw refusal }
    let old = entries[client]?.nick
    settle(client, as: nick)
    return old
  }

  /// Forgets a client that is gone: its nick is free and its token worth nothing.
  package mutating func release(_ client: ClientID) {
    guard let entry = entries.removeValue(forKey: client) else { return }
    owners[entry.key] = nil
    skeletons[entry.skeleton] = nil
    if let token = entry.token { tokens[token] = nil }
  }

  /// Forgets a client whose connection is gone, and keeps its nick for its token.
  package mutating func hold(_ client: ClientID, at now: Instant) {
    guard let entry = entries[client] else { return }
    release(client)
    guard let token = entry.token else { return }
    held.hold(entry.nick, like: entry.skeleton, token: token, until: now + Roster.holdTime)
  }

  /// Frees the nicks for which nobody came back in time.
  package mutating func expire(at now: Instant) { held.expire(at: now) }

  /// Makes `token` (16 random bytes) the one that gives back this client's nick.
  package mutating func setToken(_ token: [UInt8], for client: ClientID) {
    guard let old = entries[client] else { return }
    if let token = old.token { tokens[token] = nil }
    entries[client]?.token = token
    tokens[token] = client
  }

  /// Moves the nick of the ghost to which `token` was given, or that waits for it, to `client`, and the
  /// token with it: whether the answer arrives, nobody knows, and the client must be able to ask again.
  ///
  /// Gives nil for any other token: then ``claim(_:for:)`` as for anybody.
  package mutating func resume(_ token: [UInt8], by client: ClientID) -> Resumption? {
    if let nick = held.take(token) {
      let nick = settle(client, as: nick)
      setToken(token, for: client)
      return Resumption(nick: nick, ghost: nil)
    }
    guard let ghost = tokens[token], ghost != client, let entry = entries[ghost] else { return nil }
    release(ghost)
    settle(client, as: entry.nick)
    setToken(token, for: client)
    return Resumption(nick: entry.nick, ghost: ghost)
  }

  // MARK: - Finding and keeping a nick

  private func refusal(of nick: String, for client: ClientID) -> NameRefusal? {
    do { try Nick.check(nick) } catch { return error }
    return refusal(key: Nick.key(of: nick), skeleton: Nick.skeleton(of: nick), for: client)
  }

  private func refusal(key: String, skeleton: String, for client: ClientID) -> NameRefusal? {
    if let owner = owners[key], owner != client { return .taken }
    if let nick = held.nick(like: skeleton) {
      return Nick.key(of: nick) == key ? .taken : .alike(nick)
    }
    if let owner = skeletons[skeleton], owner != client {
      return .alike(entries[owner]?.nick ?? "")
    }
    return nil
  }

  private mutating func nearest(to wish: String, for client: ClientID) -> String {
    guard let base = Nick.nearest(to: wish) else { return nextGuest() }
    if refusal(of: base, for: client) == nil { return base }
    for numbers in [2...9, 10...99] {
      if let nick = numbered(base, by: numbers, for: client) { return nick }
    }
    return nextGuest()
  }

  /// The first free one of NAME-2, NAME-3 …, for numbers of one length.
  private func numbered(
    _ base: String, by numbers: ClosedRange<Int>, for client: ClientID
  ) -> String? {
    let stem = Nick.truncated(
      base.unicodeScalars, leaving: "-\(numbers.lowerBound)".utf8.count)
    // What holds for one number holds for all, and of keys and skeletons the end can be had alone.
    guard (try? Nick.check("\(stem)-\(numbers.lowerBound)")) != nil else { return nil }
    let (key, skeleton) = (Nick.key(of: stem), Nick.skeleton(of: stem))
    for number in numbers {
      let suffix = "-\(number)"
      let end = Nick.skeleton(of: suffix)
      if refusal(key: key + suffix, skeleton: skeleton + end, for: client) == nil {
        return stem + suffix
      }
    }
    return nil
  }

  private mutating func nextGuest() -> String {
    // Nobody else can have one: names that begin so are reserved.
    lastGuest &+= 1
    return "guest-\(lastGuest)"
  }

  @discardableResult
  private mutating func settle(_ client: ClientID, as nick: String) -> String {
    let nick = Name.string(NormalForm.composed(nick.unicodeScalars))
    let (key, skeleton) = (Nick.key(of: nick), Nick.skeleton(of: nick))
    if let old = entries[client] {
      owners[old.key] = nil
      skeletons[old.skeleton] = nil
    }
    owners[key] = client
    skeletons[skeleton] = client
    entries[client] = Entry(nick: nick, key: key, skeleton: skeleton, token: entries[client]?.token)
    return nick
  }
}
