// Sends each TEXT as a message and prints what comes back.
//
//     EchoClient ADDRESS TEXT ...

import Glibc
import Messaging
import Sockets

let arguments = CommandLine.arguments.dropFirst()
let texts = Array(arguments.dropFirst())

do {
  let endpoint = try Endpoint(arguments.first ?? "localhost:7777")
  try await EventLoop.run(defaultTimeout: .seconds(10)) { loop in
    try await endpoint.dial(on: loop, framing: .u32) { server in
      // One task sends while another receives, so that many texts need not wait for each other.
      async let sent: Void = server.send(contentsOf: texts.map { Array($0.utf8) })
      for _ in texts {
        guard let reply = try await server.receive() else { break }
        print(String(decoding: reply, as: UTF8.self))
      }
      try await sent
    }
  }
} catch {
  print(error)
  exit(1)
}
