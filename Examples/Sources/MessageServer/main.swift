// Answers every message with the same in capitals, by callbacks, until somebody says "stop".
//
//     MessageServer [ADDRESS]

import Messaging
import Sockets

EventLoop.runProgram { loop in
  let address = try Address(CommandLine.arguments.dropFirst().first ?? "8080")
  let server = try await MessageListener.bind(address, on: loop, framing: .u16)
  try server.onEvent { event in
    switch event {
    case .listen(let address): print("listening on \(address)")
    case .connect(let peer):
      print("connect \(peer.remoteAddress)")
      try? peer.onEvent { event in
        switch event {
        case .message(let bytes):
          let text = String(decoding: bytes, as: UTF8.self)
          // The next message waits until this one is answered.
          try? await peer.send(text.uppercased())
          if text == "stop" { server.close() }
        case .error(let error): print("error \(error)")
        case .close: print("close \(peer.remoteAddress)")
        }
      }
    case .error(let error): print("error \(error)")
    case .stop: print("stop")
    }
  }
  // Until it is closed and the last connection is.
  await server.run()
}
