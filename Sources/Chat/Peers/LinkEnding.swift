package import Sockets

/// How a ``FrameLink`` ended.
package enum LinkEnding: Sendable, Equatable {
  /// The peer ended it in order.
  case closed
  /// We did.
  case left
  /// So much waited for the peer that it would never have caught up.
  case tooSlow
  /// The peer began a frame and did not finish it.
  case unfinished
  /// What came was no chat in this framing.
  case misbehaved(String)
  /// The connection broke.
  case failed(SocketError)
}

extension LinkEnding: CustomStringConvertible {
  /// Words of our own, which are safe to show.
  package var description: String {
    switch self {
    case .closed: "closed by the other side"
    case .left: "closed"
    case .tooSlow: "cut: the other side takes too little of what is sent to it"
    case .unfinished: "cut: the other side did not finish what it had begun to send"
    case .misbehaved(let how): "cut: the other side does not speak this framing: \(how)"
    case .failed(let error): "lost: \(error)"
    }
  }
}
