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

  func start(_ descriptor: consuming Descriptor, _ flusher: Flusher) throws(SocketError) {
    link = try Link(descriptor, peer: peer, flusher: flusher, owner: self)
  }

  /// Gives the client what is queued, and ends.
  func finish() { link?.finish(within: relay.options.patience) }
}

extension RelayClient: LinkOwner {
  func received(_ bytes: Span<UInt8>) {
    guard decoder != nil else {
      return relay.pass(id) { $0.append(copying: bytes) }
    }
    decoder?.receive(bytes)
    do {
      while let frame = try decoder?.nextWhole() {
        relay.pass(id) { buffer in
          if let decoder { buffer.append(contentsOf: decoder.buffer[frame]) }
        }
      }
    } catch {
      why = "\(error)"
      finish()
    }
  }

  func ended() {
    if decoder?.isInsideFrame == true { why = "end of stream inside a message" }
    finish()
  }

  func lost(_ code: CInt) {
    if code != 0 { why = SocketError(operation: "connection", code: code).description }
    relay.gone(self, why)
  }

  func overflowed() {
    why = "reads too slowly"
    link?.drop()
  }
}
