import Rooms
import Sockets
import Wire

/// One client of a relay: a link, and the cut of its bytes into messages.
final class RelayClient {
  let id: ClientID
  let peer: SocketAddress
  @exclusivity(unchecked) private(set) var link: Link?
  private unowned let relay: Relay
  @exclusivity(unchecked) private var decoder: FrameDecoder?
  private var why = "closed"

  init(_ id: ClientID, _ peer: SocketAddress, _ relay: Relay) {
    self.id = id
    self.peer = peer
    self.relay = relay
    decoder = relay.format.map { FrameDecoder($0, limit: relay.limit) }
  }

  func start(_ descriptor: consuming Descriptor, _ flusher: Flusher) throws(SocketError) -> Link {
    let link = try Link(descriptor, peer: peer, flusher: flusher, owner: self)
    self.link = link
    return link
  }

  /// Gives the client what is queued, and ends.
  func finish(farewell: Duration? = nil) {
    link?.finish(within: relay.options.patience, farewell: farewell)
  }
}

extension RelayClient: Hearer {
  func isIgnoring(_ author: ClientID) -> Bool { false }
}

extension RelayClient: LinkOwner {
  func received(_ bytes: Span<UInt8>) {
    guard decoder != nil else { return relay.pass(id, bytes) }
    decoder?.receive(bytes)
    // Whole frames lie side by side, and go on as they lie.
    var whole = 0..<0
    do {
      while let frame = try decoder?.nextWhole() {
        whole = (whole.isEmpty ? frame.lowerBound : whole.lowerBound)..<frame.upperBound
      }
    } catch {
      why = "\(error)"
      finish()
    }
    if let decoder, !whole.isEmpty { relay.pass(id, decoder.buffer.span.extracting(whole)) }
  }

  func ended() {
    if decoder?.isInsideFrame == true { why = "end of stream inside a message" }
    finish()
  }

  func lost(_ code: CInt) {
    if code != 0 { why = SocketError(operation: "connection", code: code).description }
    relay.gone(self, why)
  }

  func overflowed(_ limit: LimitName) {
    why = "reads too slowly"
    link?.drop()
  }
}
