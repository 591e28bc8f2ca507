import Chat
import Rooms
import Sockets

/// What the operator reads when the server is up: where it listens, who may come, and how to join.
enum Welcome {
  static func chat(_ listening: [ServerOptions.Listening], isOpen: Bool) -> String {
    var text = addresses(listening) { $0.map { "\($0) clients" } ?? "every kind of client" }
    let detecting = listening.first { $0.door == nil && $0.address.port != nil }
    if let detecting, let port = detecting.address.port {
      let host = name(detecting.address)
      text += """

        Join from another terminal:
          ./run join \(host):\(port) --nick YOU
          nc \(host) \(port)
          telnet \(host) \(port)

        """
    }
    let framed = listening.first { $0.door == .u16 && $0.address.port != nil }
    if let framed, let port = framed.address.port {
      // Not indented, with a blank line behind the function: so it can be pasted into python3 too.
      text += """
        Or from Python, with frames of a 2-byte length (docs/wire.md has the others):

        import socket, threading
        s = socket.create_connection(("\(name(framed.address))", \(port)))
        def show():
            while n := s.recv(2): print(s.recv(int.from_bytes(n, "big")).decode())

        threading.Thread(target=show, daemon=True).start()
        while text := input():
            m = f"[2026-01-01T00:00:00] YOU:\\n\\t{text}".encode()
            s.sendall(len(m).to_bytes(2, "big") + m)


        """
    }
    if isOpen, listening.contains(where: { !$0.address.isLocal && $0.address.family != .unix }) {
      text += "Open to other machines: all of it is plain text on the network.\n"
    }
    return text + "Ctrl+C ends it.\n"
  }

  static func relay(
    _ listening: [ServerOptions.Listening], _ framing: ServeOptions.RelayFraming
  ) -> String {
    addresses(listening) { _ in "\(framing.rawValue), what one sends all others get" }
      + "Ctrl+C ends it.\n"
  }

  private static func addresses(
    _ listening: [ServerOptions.Listening], _ words: (DoorKind?) -> String
  ) -> String {
    listening.map { "parley serves \($0.address): \(words($0.door))\n" }.joined()
  }

  /// How a person names the host: an address that takes all is reached here as localhost.
  private static func name(_ address: SocketAddress) -> String {
    switch address {
    case .ipv4(let host, _): host == .any ? "localhost" : "\(host)"
    case .ipv6(let host, _, _): host == .any || host == .loopback ? "localhost" : "[\(host)]"
    case .unix: address.description
    }
  }
}
