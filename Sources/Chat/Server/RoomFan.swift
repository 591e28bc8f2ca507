import Rooms

/// The members of a room on one loop: encodes a turn's events once per kind of door, for all of them.
final class RoomFan {
  let place: Directory.Place
  private var members: [[Client]] = Array(repeating: [], count: DoorKind.allCases.count)
  /// Where among those behind its door each member stands.
  private var places: [ClientID: Int] = [:]

  init(_ place: Directory.Place) { self.place = place }

  var isEmpty: Bool { places.isEmpty }

  func add(_ client: Client, _ kind: DoorKind) {
    guard places[client.id] == nil else { return }
    places[client.id] = members[Int(kind.rawValue)].count
    members[Int(kind.rawValue)].append(client)
  }

  func remove(_ client: Client, _ kind: DoorKind) {
    guard let place = places.removeValue(forKey: client.id) else { return }
    let last = members[Int(kind.rawValue)].removeLast()
    guard last !== client else { return }
    members[Int(kind.rawValue)][place] = last
    places[last.id] = place
  }

  /// Gives everybody the events that are for them: all but their own and those of whom they ignore.
  func deliver(
    _ events: Events, offset: Int, using buffer: inout FanBuffer, from pool: BlockPool
  ) {
    guard !events.isEmpty else { return }
    for kind in DoorKind.allCases where !members[Int(kind.rawValue)].isEmpty {
      buffer.removeAll()
      buffer.fill(with: events, for: kind, room: place.id, offset: offset)
      guard !buffer.bytes.isEmpty else { continue }
      let block = buffer.bytes.withUnsafeBytes { Block($0, from: pool) }
      for client in members[Int(kind.rawValue)] {
        if client.ignoresNobody, !buffer.concerns(client.id) {
          client.link?.send(block, 0..<block.count)
        } else {
          buffer.forEachRun {
            $0 == client.id || client.door.isIgnoring($0)
          } _: {
            client.link?.send(block, $0)
          }
        }
      }
    }
  }
}
