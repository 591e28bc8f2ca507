// Sends messages, and prints what happens until each has been answered, as a sequence of events.
//
//     MessageClient ADDRESS MESSAGE ...

import Messaging
import Sockets

let arguments = CommandLine.arguments.dropFirst()
let messages = arguments.dropFirst()

EventLoop.runProgram(defaultTimeout: .seconds(10)) { loop in
  try await Endpoint(arguments.first ?? "localhost:8080").dial(on: loop, framing: .u16) { peer in
    for message in messages { try await peer.send(message) }
    var answers = 0
    for await event in peer.events {
      switch event {
      case .message(let bytes):
        print("message \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        answers += 1
        if answers == messages.count { peer.close() }
      case .error(let error): print("error \(error)")
      case .close: print("close")
      }
    }
  }
}
