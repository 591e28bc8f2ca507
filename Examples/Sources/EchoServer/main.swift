// Sends every message back until it is stopped.
//
//     EchoServer [ADDRESS]

import Glibc
import Messaging
import Sockets

/// Connections come and go; what ends one does not end the others.
@Sendable func report(_ incident: Listener.Incident) {
  switch incident {
  case .failed(let peer, let error): print("\(peer): \(error)")
  case .refused(let peer, let reason): print("\(peer): refused, \(reason)")
  default: print(incident)
  }
}

var endpoint = try Endpoint(CommandLine.arguments.dropFirst().first ?? "localhost:7777")
endpoint.limit = 1 << 20
endpoint.listening.maximumConnections = 1000

try await EventLoop.run { [endpoint] loop in
  try await endpoint.listen(
    on: loop, framing: .u32,
    ready: { addresses in
      for address in addresses { print("listening on \(address)") }
      fflush(nil)  // Also when the output is a file.
    }, report: report
  ) { peer in
    try await peer.forEach { message, replies in try replies.send(message) }
  }
}
