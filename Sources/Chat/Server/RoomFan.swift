import Rooms

/// The members of a room on one loop: encodes a turn's events once per kind of door, for all of them.
final class RoomFan {
  let place: Directory.Place
  private var audiences = DoorKind.allCases.map { Audience<Client>($0) }

  init(_ place: Directory.Place) { self.place = place }

  var isEmpty: Bool { audiences.allSatisfy(\.isEmpty) }

  func add(_ client: Client, _ kind: DoorKind) {
    if let link = client.link { audiences[Int(kind.rawValue)].add(client, link) }
  }

  func remove(_ client: Client, _ kind: DoorKind) {
    audiences[Int(kind.rawValue)].remove(client)
  }

  /// Gives everybody the events that are for them: all but their own and those of whom they ignore.
  func deliver(
    _ events: Events, offset: Int, using buffer: inout FanBuffer, through flusher: Flusher
  ) {
    guard !events.isEmpty else { return }
    for kind in DoorKind.allCases where !audiences[Int(kind.rawValue)].isEmpty {
      buffer.removeAll()
      buffer.fill(with: events, for: kind, room: place.id, offset: offset)
      audiences[Int(kind.rawValue)].give(buffer, through: flusher)
    }
  }
}
