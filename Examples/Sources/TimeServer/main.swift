// Tells the time to everybody who connects, and closes. Try it with: nc localhost 12345
//
//     TimeServer [ADDRESS]

import Messaging
import Sockets

EventLoop.runProgram { loop in
  try await Listen.at(
    Address(CommandLine.arguments.dropFirst().first ?? "12345"), on: loop,
    ready: { addresses in for address in addresses { print("listening on \(address)") } },
    report: { incident in print(incident) }
  ) { connection in
    print("Connection from \(connection.peerAddress)")
    try await connection.write(LocalTime.now.ctime)
  }
}
