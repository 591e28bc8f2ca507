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
      var batch = DatagramBatch()
      while true {
        try await datagrams.receive(into: &batch)
        try await datagrams.send(&batch)
      }
    }
  }
}
