import Glibc
import Sockets

/// Echoes bytes: `EchoServer [PORT] [--each] [--spin]` prints `port N` when it listens.
///
/// It reads and writes; with `--each` it is lent what arrives. With `--spin` the loop looks for 200 µs before it sleeps.
@main
struct EchoServer {
  static func main() throws {
    Signals.ignoreBrokenPipes()
    let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
    let isLent = CommandLine.arguments.contains("--each")
    let spin: Duration = CommandLine.arguments.contains("--spin") ? .microseconds(200) : .zero
    try EventLoop.runBlocking(spin: spin) { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: port), on: loop)
      print("port", listener.localAddress.port ?? 0)
      fflush(nil)
      try await listener.run { connection in
        if isLent {
          return try await connection.forEach { bytes, replies in replies.write(bytes) }
        }
        var buffer: [UInt8] = []
        while try await connection.read(into: &buffer) > 0 {
          try await connection.write(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
      }
    }
  }
}
