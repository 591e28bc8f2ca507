import Messaging
import Sockets

EventLoop.runProgram { loop in
  try await Endpoint("localhost:0").listen(on: loop, framing: .u32) { peer in
    for try await message in peer { try await peer.send(message) }
  } while: { addresses in
    try await Endpoint(addresses[0]).dial(on: loop, framing: .u32) { server in
      try await server.send("Hello, socket!")
      if let reply = try await server.receive() {
        print(String(decoding: reply, as: UTF8.self))
      }
    }
  }
}
