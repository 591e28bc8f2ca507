import Rooms
import Sockets

/// `parley time ADDRESS`: asks a server for the time.
enum TimeClient {
  /// More than any server says who knows what time it is.
  private static let limit = 256
  private static let standardTimeout = Duration.seconds(10)

  static func run(_ text: String, _ timeout: TimeLimit) -> ExitCode {
    Program.run("time") { loop in
      let time = try await ask(
        Address(server: text), within: timeout.orStandard(standardTimeout), on: loop)
      return Output.finish(time + "\n")
    }
  }

  /// Reads to the end what a server sends.
  ///
  /// - Returns: The time, without the line end that some servers send behind it.
  /// - Throws: ``Complaint`` when it is none; what connecting and reading throw.
  static func ask(
    _ address: Address, within timeout: Timeout, on loop: EventLoop
  ) async throws -> String {
    var options = Connect.Options()
    options.timeout = timeout
    return try await Connect.to(address, on: loop, resolver: Resolver(), options: options) {
      try time(in: await $0.readToEnd(atMost: limit, timeout: timeout), from: address)
    }
  }

  private static func time(in answer: [UInt8], from address: Address) throws(Complaint) -> String {
    var time = answer
    for end in ["\n", "\r"] where time.last == end.utf8.first { time.removeLast() }
    guard !answer.isEmpty else { throw Complaint("\(address) closed without a word") }
    guard CTime.matches(time) else {
      let said = String(decoding: SafeText.safe(answer), as: UTF8.self)
      throw Complaint("\(address) did not send a time but '\(said)'")
    }
    return String(decoding: time, as: UTF8.self)
  }
}
