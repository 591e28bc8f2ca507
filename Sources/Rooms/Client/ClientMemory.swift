package import Wire

/// What a client takes with it from one connection to the next: who it is, where, and what it saw.
package struct ClientMemory: Sendable {
  /// The name that the server gave us.
  package internal(set) var nick = ""
  /// What gives it back; empty when the server keeps no ghosts.
  private var token: [UInt8] = []
  /// In the order of joining, the one that we talk in last.
  private var rooms: [SeenRoom] = []

  package init() {}

  /// The room that we talk in; nil before the welcome and after leaving all.
  package var seat: NativeSeat? { rooms.last?.seat }

  /// The other rooms, in the order of joining.
  package var otherRooms: [String] { rooms.dropLast().map(\.seat.name) }

  package func name(of room: UInt32) -> String? { index(of: room).map { rooms[$0].seat.name } }

  /// What to show after a lost connection; nil without a token, because only that gives the nick back.
  package var resume: NativeResume? {
    guard !token.isEmpty else { return nil }
    let room = rooms.last
    return NativeResume(
      historyID: room?.seat.historyID ?? Array(repeating: 0, count: 16),
      lastNumber: room?.whole ?? 0, token: token)
  }

  /// Another connection begins: nobody has let us in.
  mutating func lose() { for index in rooms.indices { rooms[index].lose() } }

  /// - Returns: Whether the room's numbers go on from where we were.
  mutating func enter(_ welcome: NativeWelcome) -> Bool {
    nick = welcome.nick
    token = welcome.token ?? []
    // The server may have led us to another room than we asked for.
    if let name = seat?.name, index(called: name) != index(called: welcome.seat.name) {
      rooms.removeLast()
    }
    return enter(welcome.seat)
  }

  /// A room that we know stays where it stands, another one is the one that we talk in.
  ///
  /// - Returns: As of ``enter(_:)``.
  mutating func enter(_ seat: NativeSeat) -> Bool {
    if let index = index(called: seat.name) { return rooms[index].enter(seat) }
    rooms.append(SeenRoom(seat))
    return false
  }

  mutating func leave(_ name: String) {
    if let index = index(called: name) { rooms.remove(at: index) }
  }

  /// Makes a room that we are in the one that we talk in; false when we are not.
  mutating func turn(to name: String) -> Bool {
    guard let index = index(called: name), rooms[index].isIn else { return false }
    rooms.append(rooms.remove(at: index))
    return true
  }

  mutating func saw(_ number: UInt64, in room: UInt32) -> (isNew: Bool, isBehindGap: Bool) {
    guard let index = index(of: room) else { return (true, false) }
    return rooms[index].saw(number)
  }

  mutating func wrote(_ number: UInt64, in room: UInt32) {
    if let index = index(of: room) { rooms[index].wrote(number) }
  }

  mutating func skip(_ missed: UInt64, in room: UInt32) {
    if let index = index(of: room) { rooms[index].skip(missed) }
  }

  func hasSeen(_ number: UInt64, in room: UInt32) -> Bool {
    index(of: room).map { rooms[$0].last >= number } ?? false
  }

  /// The rooms in which numbers are missing, and how many; each is told once.
  mutating func takeHoles() -> [(room: UInt32, count: UInt64)] {
    var holes: [(room: UInt32, count: UInt64)] = []
    for index in rooms.indices {
      let count = rooms[index].takeHoles()
      if count > 0 { holes.append((rooms[index].seat.room, count)) }
    }
    return holes
  }

  /// After a lost connection numbers of rooms may mean others.
  private func index(of room: UInt32) -> Int? {
    rooms.lastIndex { $0.isIn && $0.seat.room == room }
  }

  private func index(called name: String) -> Int? {
    let key = RoomName.key(of: name)
    return rooms.firstIndex { RoomName.key(of: $0.seat.name) == key }
  }
}
