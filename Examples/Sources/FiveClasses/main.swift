// The lessons' five classes, member by member: docs/lessons.md sets these lines beside the lessons'.

import Messaging
import Sockets

/// `Peer` and `AsyncPeer`.
@Sendable func peers(_ loop: EventLoop) async throws {
  let place = try Address("127.0.0.1:0")
  let other = try await DatagramGroup.bind(place, on: loop)
  let addresses = [Address(other.localAddress)]
  let peer = try await DatagramGroup.bind(place, peers: addresses, on: loop)
  print("I am bound to a port:", peer.localAddress.port != 0)
  print("I know one peer:", peer.peers == [other.localAddress])
  try await peer.sendAll("Hello!")
  let message = try await other.receive()
  print(message.text, message.sender == peer.localAddress)

  try peer.onEvent { event in
    guard case .message(let message) = event else { return print("peer: close") }
    print("peer:", message.text)
    peer.close()
  }
  try await other.sendAll("Hello to you!")
  await peer.run()
  other.close()
}

/// `Server`, and the connections that it accepts.
@Sendable func server(_ loop: EventLoop) async throws {
  let place = try Address("127.0.0.1:0")
  let server = try await MessageListener.bind(place, on: loop, framing: .u16)
  try server.onEvent { event in
    switch event {
    case .listen(let address): print("server: listen", address == server.localAddress)
    case .connect(let peer):
      print("server: connect")
      try? peer.onEvent { event in
        if case .message(let bytes) = event { try? await peer.send(bytes) }
      }
    case .error(let error): print("server:", error)
    case .stop: print("server: stop")
    }
  }
  try await server.run {
    try await client(loop, server.localAddress)
    server.close()
  }
}

/// `Client`, and `Connection`, which both ends have.
@Sendable func client(_ loop: EventLoop, _ address: SocketAddress) async throws {
  try await Endpoint(address).dial(on: loop, framing: .u16) { connection in
    print("I am connected:", connection.remoteAddress == address, connection.isClosed)
    print("I have a port, too:", connection.localAddress.port != address.port)
    try await connection.send("one")
    if let bytes = try await connection.receive() {
      print(String(decoding: bytes, as: UTF8.self))
    }
    try await connection.send("two")
    for await event in connection.events {
      switch event {
      case .message(let bytes):
        print("client:", String(decoding: bytes, as: UTF8.self))
        connection.close()
      case .error(let error): print("client:", error)
      case .close: print("client: close", connection.isClosed)
      }
    }
    try connection.onEvent { _ in }
    do { try connection.onEvent { _ in } } catch { print(error) }
  }
}

EventLoop.runProgram { loop in
  try await peers(loop)
  try await server(loop)
}
