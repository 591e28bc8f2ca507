// Asks all peers that it knows who is there, answers those who ask, and prints what everybody says.
//
//     UDPPeer ADDRESS [PEER ...]   as in: UDPPeer 8080    and then: UDPPeer 8081 localhost:8080

import Messaging
import Sockets

let arguments = CommandLine.arguments.dropFirst()

EventLoop.runProgram { loop in
  let group = try await DatagramGroup.bind(Address(arguments.first ?? "8080"), on: loop)
  print("Bound to: \(group.localAddress)")
  for peer in arguments.dropFirst() {
    do { try await group.add(Address(peer)) } catch { print(error) }
  }
  try group.onEvent { event in
    guard case .message(let datagram) = event else { return }
    // Quoted and escaped: a stranger's text must not command the terminal.
    print("Received: \(datagram.text.debugDescription) from \(datagram.sender)")
    // Whoever has asked is one of the group by now.
    if datagram.text == "Who is there?" { _ = try? await group.sendAll("Hello, world!") }
  }
  try await group.sendAll("Who is there?")
  await group.run()
}
