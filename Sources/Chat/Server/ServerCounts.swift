package import Rooms

/// What a server has counted since it began, and what it has now.
///
/// Each loop keeps its own, which ``ChatServer/counts()`` adds up.
package struct ServerCounts: Sendable, Equatable {
  /// Connections that are open.
  package var clients = 0
  /// Those of them that have not said who they are.
  package var waiting = 0
  /// Those that have, by their doors.
  package var doors: [DoorKind: Int] = [:]
  package var rooms = 0
  /// Connections that were taken in, and since then perhaps closed.
  package var connections: UInt64 = 0
  /// Messages that clients have said.
  package var messages: UInt64 = 0
  /// What was given to clients: one for each that gets it.
  ///
  /// What one client says in one turn of a room is one piece, however many messages it is.
  package var deliveries: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0
  /// Bytes that wait for clients.
  package var queued = 0
  /// The most of them that wait for one client.
  package var largestQueue = 0
  /// How often each limit has come into force.
  package var hits: [LimitName: UInt64] = [:]
  /// Why connections were closed.
  package var closes: [String: UInt64] = [:]
  /// Why connections and requests were refused.
  package var refusals: [String: UInt64] = [:]

  package init() {}

  mutating func hit(_ limit: LimitName) { hits[limit, default: 0] += 1 }
  mutating func close(_ why: String) { closes[why, default: 0] += 1 }
  mutating func refuse(_ why: String) { refusals[why, default: 0] += 1 }

  package static func += (sum: inout ServerCounts, other: ServerCounts) {
    sum.clients += other.clients
    sum.waiting += other.waiting
    sum.doors.merge(other.doors, uniquingKeysWith: +)
    sum.rooms += other.rooms
    sum.connections += other.connections
    sum.messages += other.messages
    sum.deliveries += other.deliveries
    sum.bytesIn += other.bytesIn
    sum.bytesOut += other.bytesOut
    sum.queued += other.queued
    sum.largestQueue = max(sum.largestQueue, other.largestQueue)
    sum.hits.merge(other.hits, uniquingKeysWith: +)
    sum.closes.merge(other.closes, uniquingKeysWith: +)
    sum.refusals.merge(other.refusals, uniquingKeysWith: +)
  }
}
