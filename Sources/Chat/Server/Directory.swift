import Rooms
import Sockets
import Wire

/// What all loops of a server share: who has which nick, which rooms there are, who may come.
final class Directory: Sendable {
  /// A room as the loops know it.
  struct Place: Sendable {
    let id: UInt32
    let name: String
    /// The index of the loop that the room lives on.
    let home: Int
  }

  private struct Entry {
    var place: Place
    var skeleton: String
    var population = 0
  }

  private struct State: Sendable {
    var roster: Roster
    var rooms: [String: Entry] = [:]
    var keys: [UInt32: String] = [:]
    /// The key of the room that looks so.
    var skeletons: [String: String] = [:]
    var loops: [ClientID: Int] = [:]
    var lastRoom: UInt32 = 0
    var lastClient: UInt64 = 0
    var admission: Admission
    var bans = Bans()
    var limits: Limits
    var waiting = WaitingList()
    var book = AddressBook()
    /// Of what happens before a client is on a loop.
    var counts = ServerCounts()
  }

  // Held for a few look-ups at a time, and never while anything else is called.
  private let state: Locked<State>
  private let options: ServerOptions
  let queueTotal: QueueTotal

  init(_ options: ServerOptions) {
    self.options = options
    queueTotal = QueueTotal(loops: options.loops, limit: options.limits.maximumQueueTotal)
    state = Locked(
      State(
        // A quarter of a full server may be on its way back.
        roster: Roster(heldLimit: min(options.limits.maximumClients, 1_000_000) / 4 + 64),
        admission: Admission(filter: options.filter), limits: options.limits))
    setLimits(options.limits)
    // Nobody makes a room that looks like the lobby before the lobby is there.
    let lobby = options.defaultRoom
    state.withLock { $0.skeletons[RoomName.skeleton(of: lobby)] = RoomName.key(of: lobby) }
  }

  // MARK: - Clients

  /// Counts a connection in, or says why it may not come.
  func admit(_ peer: SocketAddress, at now: Nanoseconds) -> String? {
    state.withLock { state in
      if !state.bans.isEmpty, state.bans.holds(peer, at: .now) {
        state.counts.refuse("banned")
        return "its address is banned"
      }
      if let refusal = state.admission.admit(peer) {
        switch refusal {
        case .filtered: state.counts.refuse("filtered")
        case .full:
          state.counts.refuse("full")
          state.counts.hit(.maxClients)
        case .fullForAddress:
          state.counts.refuse("full-for-address")
          state.counts.hit(.maxPerAddress)
        }
        return refusal.rawValue
      }
      let isSpared = peer.isOfThisMachine && !state.limits.touchesLocal(.connectRate)
      guard !isSpared, !state.book.admit(peer, state.limits.connectRate, at: now) else {
        return nil
      }
      state.admission.release(peer)
      state.counts.refuse("too-often")
      state.counts.hit(.connectRate)
      return "too many connections from its address of late"
    }
  }

  /// The rate that all clients of an address share.
  func rate(of peer: SocketAddress, at now: Nanoseconds) -> AddressRate {
    state.withLock { $0.book.rate(of: peer, $0.limits.floodPerAddress, at: now) }
  }

  /// Counts a client among those who have not said who they are; tells who has to go for it.
  func addWaiting(
    _ client: ClientID, on loop: Int, _ peer: SocketAddress
  ) -> WaitingList.Victim? {
    state.withLock { state in
      let limits = state.limits
      let isSpared = peer.isOfThisMachine && !limits.touchesLocal(.maxWaitingPerAddress)
      return state.waiting.add(
        client, on: loop, of: peer.group, most: limits.maximumWaiting,
        mostOfGroup: isSpared ? .max : limits.maximumWaitingPerAddress)
    }
  }

  func removeWaiting(_ client: ClientID) { state.withLock { $0.waiting.remove(client) } }

  /// What was counted before clients were on a loop.
  var counts: ServerCounts { state.withLock(\.counts) }

  var limits: Limits { state.withLock(\.limits) }

  /// Replaces what everything is bounded by; those who are in already stay.
  func setLimits(_ limits: Limits) {
    queueTotal.setLimit(limits.maximumQueueTotal)
    state.withLock { state in
      state.limits = limits
      state.admission.total = limits.maximumClients
      state.admission.perAddress = limits.maximumPerAddress
      state.admission.countsLoopback = limits.touchesLocal(.maxPerAddress)
      state.book.setRate(limits.floodPerAddress)
    }
  }

  // MARK: - Bans

  /// Refuses all who come from a network from now on; false when there are too many bans.
  func ban(
    _ network: Network, until: ContinuousClock.Instant?, at now: ContinuousClock.Instant
  ) -> Bool {
    state.withLock { $0.bans.add(network, until: until, at: now) }
  }

  func unban(_ network: Network, at now: ContinuousClock.Instant) -> Bool {
    state.withLock { $0.bans.remove(network, at: now) }
  }

  func bans(at now: ContinuousClock.Instant) -> [(network: Network, left: Duration?)] {
    state.withLock { $0.bans.list(at: now) }
  }

  /// Replaces who may come, for those who come from now on.
  func setFilter(_ filter: AddressFilter) {
    state.withLock { $0.admission.filter = filter }
  }

  /// Counts one in who is never refused.
  func add(_ peer: SocketAddress) { state.withLock { $0.admission.add(peer) } }

  func release(_ peer: SocketAddress) {
    state.withLock { $0.admission.release(peer) }
  }

  /// Counts a client in on a loop.
  func register(on loop: Int) -> ClientID {
    state.withLock { state in
      state.lastClient += 1
      let client = ClientID(state.lastClient)
      state.loops[client] = loop
      return client
    }
  }

  /// The client is gone; if it may return and has a token, its nick waits for it.
  func forget(_ client: ClientID, mayReturn: Bool) {
    state.withLock { state in
      state.loops[client] = nil
      if mayReturn {
        state.roster.hold(client, at: now)
      } else {
        state.roster.release(client)
      }
    }
  }

  /// The client called so, and its loop.
  func find(_ nick: String) -> (client: ClientID, nick: String, loop: Int)? {
    state.withLock { state in
      guard let client = state.roster.client(called: nick), let loop = state.loops[client],
        let nick = state.roster.nick(of: client)
      else { return nil }
      return (client, nick, loop)
    }
  }

  /// Whether no client is connected, but for those whose goodbye is on its way.
  var isEmpty: Bool { state.withLock { $0.loops.isEmpty } }

  /// How many are connected, but for those whose goodbye is on its way.
  var clientCount: Int { state.withLock { $0.loops.count } }

  func loop(of client: ClientID) -> Int? { state.withLock { $0.loops[client] } }

  // MARK: - Nicks

  func claim(_ wish: String?, for client: ClientID) -> Roster.Grant {
    withRoster { $0.claim(wish, for: client) }
  }

  func nick(of client: ClientID) -> String? { state.withLock { $0.roster.nick(of: client) } }

  func rename(_ client: ClientID, to nick: String) -> NameRefusal? {
    withRoster { roster -> NameRefusal? in
      do throws(NameRefusal) {
        try roster.rename(client, to: nick)
        return nil
      } catch { return error }
    }
  }

  func resume(_ token: [UInt8], by client: ClientID) -> Roster.Resumption? {
    withRoster { $0.resume(token, by: client) }
  }

  func setToken(_ token: [UInt8], for client: ClientID) {
    state.withLock { $0.roster.setToken(token, for: client) }
  }

  /// The roster as it is now: without the nicks that have waited long enough.
  private func withRoster<Result>(_ body: (inout Roster) -> Result) -> Result {
    state.withLock { state in
      state.roster.expire(at: now)
      return body(&state.roster)
    }
  }

  private var now: Instant { WallClock.monotonic() }

  // MARK: - Rooms

  /// The room called so, made if need be, with one more person counted in; nil when there are too many.
  ///
  /// Fails when another room looks like it.
  func enter(_ name: String) throws(NameRefusal) -> Place? {
    let key = RoomName.key(of: name)
    let skeleton = RoomName.skeleton(of: name)
    return try state.withLock { state throws(NameRefusal) in
      if state.rooms[key] == nil {
        if let other = state.skeletons[skeleton], other != key {
          throw .alike(state.rooms[other]?.place.name ?? options.defaultRoom)
        }
        guard state.rooms.count < state.limits.maximumRooms else {
          state.counts.hit(.maxRooms)
          return nil
        }
        state.lastRoom += 1
        let home = Int(Directory.hash(key) % UInt64(options.loops))
        let place = Place(id: state.lastRoom, name: name, home: home)
        state.rooms[key] = Entry(place: place, skeleton: skeleton)
        state.skeletons[skeleton] = key
        state.keys[place.id] = key
      }
      state.rooms[key]?.population += 1
      return state.rooms[key]?.place
    }
  }

  /// Counts a person out; true when the room is empty now and gone from the directory.
  func leave(_ room: UInt32) -> Bool {
    let lobby = RoomName.key(of: options.defaultRoom)
    return state.withLock { state in
      guard let key = state.keys[room], let entry = state.rooms[key] else { return false }
      state.rooms[key]?.population -= 1
      guard entry.population <= 1, key != lobby else { return false }
      state.rooms[key] = nil
      state.skeletons[entry.skeleton] = nil
      state.keys[room] = nil
      return true
    }
  }

  func place(called name: String) -> Place? {
    state.withLock { $0.rooms[RoomName.key(of: name)]?.place }
  }

  /// All rooms, in the order in which they were made.
  func listing() -> [RoomListing] {
    state.withLock { state in
      state.rooms.values.sorted { $0.place.id < $1.place.id }
        .map { RoomListing(name: $0.place.name, members: $0.population) }
    }
  }

  /// FNV-1a: the same in every process, as Swift's own hash is not.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension SocketAddress {
  /// Whether the limits that spare the clients of this machine spare this one.
  var isOfThisMachine: Bool { isLoopback || family == .unix }
}
