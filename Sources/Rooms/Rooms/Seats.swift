/// The people in a room, in the order in which they came.
///
/// Joining, leaving and looking somebody up take constant time, averaged over many calls.
struct Seats: Sendable {
  /// Nobody sits where somebody left; the gaps go when they are half of all.
  private var row: [Member?] = []
  private var places: [ClientID: Int] = [:]

  var count: Int { places.count }

  var members: [Member] { row.compactMap(\.self) }

  subscript(client: ClientID) -> Member? {
    guard let place = places[client] else { return nil }
    return row[place]
  }

  /// The caller has checked that the client does not sit here yet.
  mutating func append(_ member: Member) {
    places[member.client] = row.count
    row.append(member)
  }

  mutating func remove(_ client: ClientID) -> Member? {
    guard let place = places.removeValue(forKey: client) else { return nil }
    let member = row[place]
    row[place] = nil
    if row.count > 16, row.count > 2 * places.count { closeGaps() }
    return member
  }

  /// Changes the member on a seat, who stays in place even as another client.
  mutating func update(_ client: ClientID, _ change: (inout Member) -> Void) {
    guard let place = places[client], var member = row[place] else { return }
    change(&member)
    row[place] = member
    guard member.client != client else { return }
    places[client] = nil
    places[member.client] = place
  }

  private mutating func closeGaps() {
    row = row.filter { $0 != nil }
    for (place, member) in row.enumerated() {
      if let member { places[member.client] = place }
    }
  }
}
