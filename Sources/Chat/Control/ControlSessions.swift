import Sockets

/// The sessions of a server's operators, in the order in which they were heard.
///
/// Lives on the loop of their socket.
final class ControlSessions: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// How many there are at a time.
  static let limit = 16
  private var sessions: [(number: Int, connection: Connection)] = []
  private var last = 0

  /// A session begins; tells its number, and which one has to go for it.
  func begin(_ connection: Connection) -> (number: Int, silent: Connection?) {
    last += 1
    sessions.append((last, connection))
    let isFull = sessions.count > ControlSessions.limit
    return (last, isFull ? sessions.removeFirst().connection : nil)
  }

  /// A session has said something.
  func hear(_ number: Int) {
    guard let place = sessions.firstIndex(where: { $0.number == number }) else { return }
    sessions.append(sessions.remove(at: place))
  }

  func end(_ number: Int) { sessions.removeAll { $0.number == number } }
}
