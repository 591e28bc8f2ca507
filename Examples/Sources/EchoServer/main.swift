// Sends every byte back, to any number of clients, until it is stopped.
//
//     EchoServer [ADDRESS]

import Sockets

EventLoop.runProgram { loop in
  var options = Listener.Options()
  options.maximumConnections = 1000
  try await Listen.at(
    Address(CommandLine.arguments.dropFirst().first ?? "12345"), on: loop, options: options,
    ready: { addresses in for address in addresses { print("listening on \(address)") } },
    report: { incident in print(incident) }
  ) { connection in
    // A client that does not read is not read either: nothing piles up.
    try await connection.forEach { bytes, replies in replies.write(bytes) }
  }
}
