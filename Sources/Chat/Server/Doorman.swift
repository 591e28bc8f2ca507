import Rooms
import Sockets

/// Stands at one listening socket: accepts until nobody waits, and hands each client to a loop.
final class Doorman: @unchecked Sendable {
  // @unchecked: confined to its loop's thread.

  let address: SocketAddress
  private let kind: DoorKind?
  private let server: ServerLoop
  private let pass: (consuming Descriptor, SocketAddress, DoorKind?) -> Void
  private var registered: Registered?

  /// The most clients accepted before others have their turn.
  private static let budget = 64

  /// Begins to accept on the calling loop.
  init(
    _ descriptor: consuming Descriptor, kind: DoorKind?, server: ServerLoop,
    pass: @escaping (consuming Descriptor, SocketAddress, DoorKind?) -> Void
  ) throws(SocketError) {
    address = try SocketAddress.local(of: descriptor)
    self.kind = kind
    self.server = server
    self.pass = pass
    registered = try Registered(descriptor, on: server.loop, target: self)
  }

  /// Stops listening.
  func stop() { registered = nil }

  private func accept() {
    for _ in 0..<Doorman.budget {
      guard let number = registered?.descriptor.rawValue else { return }
      switch AcceptCore.accept(number) {
      case .accepted(let descriptor, let peer):
        if let refusal = server.directory.admit(peer) {
          server.report(.refused(peer, why: refusal.rawValue))
        } else {
          pass(descriptor, peer, kind)
        }
      case .wouldBlock: return
      case .exhausted(let error):
        // The edge is gone with the error: only time brings us back.
        server.report(.exhausted(error))
        _ = server.loop.schedule(
          self, at: server.loop.deadline(.after(AcceptCore.pause)))
        return
      case .failed(let error):
        server.report(.exhausted(error))
        return stop()
      }
    }
    registered?.retryNextTurn()
  }
}

extension Doorman: ReadinessTarget, TimerTarget {
  func ready(_ readiness: Readiness) { accept() }
  func expired() { accept() }
}
