import Glibc
import Sockets

/// Echoes datagrams: `DatagramServer [PORT]` prints `port N` when it is bound.
@main
struct DatagramServer {
  static func main() throws {
    let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
    try EventLoop.runBlocking { loop in
      let datagrams = try await Datagrams.bind(.ipv4(.loopback, port: port), on: loop)
      print("port", datagrams.localAddress.port ?? 0)
      fflush(nil)
      while true {
        let datagram = try await datagrams.receive(atMost: 2048)
        try await datagrams.send(datagram.bytes, to: datagram.sender)
      }
    }
  }
}
