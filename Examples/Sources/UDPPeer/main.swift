// Greets every peer that it knows or hears of, and prints what they say. No one is the server.
//
//     UDPPeer ADDRESS [PEER ...]   as in: UDPPeer 8080    and then: UDPPeer 8081 localhost:8080

import Sockets

let arguments = CommandLine.arguments.dropFirst()

EventLoop.runProgram { loop in
  let socket = try await Datagrams.bind(Address(arguments.first ?? "8080"), on: loop)
  print("Bound to: \(socket.localAddress)")
  // One peer that cannot be reached does not keep the others from being greeted.
  @Sendable func greet(_ peer: SocketAddress) async {
    do { try await socket.send("Hello, world!", to: peer) } catch { print(error) }
  }
  var peers: Set<SocketAddress> = []
  for name in arguments.dropFirst() {
    peers.insert(try await Resolver.shared.resolve(Address(name))[0])
  }
  for peer in peers { await greet(peer) }
  while true {
    let datagram = try await socket.receive()
    // Quoted and escaped: a stranger's text must not command the terminal.
    print("Received: \(datagram.text.debugDescription) from \(datagram.sender)")
    // Anybody can write, and can say to be anybody: so not without end.
    if peers.count < 100, peers.insert(datagram.sender).inserted { await greet(datagram.sender) }
  }
}
