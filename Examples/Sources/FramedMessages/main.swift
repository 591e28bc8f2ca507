// A stream has no messages in it, only bytes: each goes behind its length, here in four bytes.

import Messaging
import Sockets

let keys = [
  "The user pressed UP and RIGHT", "The user released RIGHT, and pressed LEFT",
  "The user released LEFT",
]

EventLoop.runProgram { loop in
  try await Endpoint("localhost:0").listen(on: loop, framing: .u32) { player in
    for key in keys { try await player.send(key) }
    // The end of this scope closes the connection, after the last message and not inside one.
  } while: { addresses in
    try await Endpoint(addresses[0]).dial(on: loop, framing: .u32) { game in
      for try await message in game {
        print("Use received message \(String(decoding: message, as: UTF8.self)) to do something")
      }
    }
  }
}
