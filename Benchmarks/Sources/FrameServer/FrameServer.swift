import Glibc
import Messaging
import Sockets

/// Echoes `u32` frames: `FrameServer [PORT]` prints `port N` when it listens.
@main
struct FrameServer {
  static func main() throws {
    Signals.ignoreBrokenPipes()
    let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
    try EventLoop.runBlocking { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: port), on: loop)
      print("port", listener.localAddress.port ?? 0)
      fflush(nil)
      try await listener.run { connection in
        let peer = MessageConnection(connection, framing: .u32)
        try await peer.forEach { message, replies in try replies.send(message) }
      }
    }
  }
}
