import Rooms

extension ServerLoop {
  /// Says that the end is near; what is said now is still taken.
  func warn(_ text: String) {
    phase = .warned
    tellAll(.words(text))
  }

  /// Takes nothing more from anybody.
  func beginToRefuse() { phase = .refusing }

  /// Says goodbye to everybody, each with a time of its own to come back; what is queued still goes out.
  func dismissAll() {
    phase = .dismissing
    for client in inOrder {
      let retry = UInt32.random(in: 1000...5000)
      dismiss(client, .closing, ServerPhase.goodbye, retryAfterMilliseconds: retry)
    }
  }

  /// Says goodbye to one client; what is queued for it still goes out.
  func dismiss(
    _ client: Client, _ reason: ByeReason, _ text: String, retryAfterMilliseconds retry: UInt32 = 0
  ) {
    client.tell(.bye(reason, text: text, retryAfterMilliseconds: retry))
    guard client.door.kind == nil else { return }
    // One that has not said who it is has no door to close; a person was greeted all the same.
    client.link?.flush()
    client.link?.drop()
  }

  /// Tells everybody on this loop.
  func tellAll(_ notice: Notice) {
    for client in inOrder where client.isWelcome { client.tell(notice) }
  }

  private var inOrder: [Client] {
    clients.values.sorted { $0.id.rawValue < $1.id.rawValue }
  }
}
