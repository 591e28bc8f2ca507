import Glibc
import Sockets

/// Dials: 16 connections under way, each one a byte there and back, then a reset.
///
/// `Dialler PORT SECONDS` prints how many a second, and the processor time of each.
@main
struct Dialler {
  static func main() throws {
    Signals.ignoreBrokenPipes()
    let arguments = CommandLine.arguments.dropFirst()
    guard let port = arguments.first, let length = arguments.last.flatMap({ Double($0) }) else {
      print("usage: Dialler PORT SECONDS")
      exit(2)
    }
    let address = try Address("127.0.0.1:\(port)")
    let start = seconds(CLOCK_MONOTONIC)
    let before = seconds(CLOCK_PROCESS_CPUTIME_ID)
    let done = try EventLoop.runBlocking { loop in
      let resolver = Resolver()
      return try await withThrowingTaskGroup(of: Int.self) { lanes in
        for _ in 0..<16 {
          lanes.addTask(executorPreference: loop) {
            var done = 0
            while seconds(CLOCK_MONOTONIC) < start + length {
              try await Connect.to(address, on: loop, resolver: resolver) { connection in
                try await connection.write([120])
                _ = try await connection.read(atMost: 1)
                connection.abort()
              }
              done += 1
            }
            return done
          }
        }
        return try await lanes.reduce(0, +)
      }
    }
    let took = seconds(CLOCK_MONOTONIC) - start
    let busy = seconds(CLOCK_PROCESS_CPUTIME_ID) - before
    let (rate, each) = (Double(done) / took, busy * 1e9 / Double(done))
    print("{\"rate\": \(rate), \"cpu\": \(each), \"busy\": \(busy / took)}")
  }
}

private func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
