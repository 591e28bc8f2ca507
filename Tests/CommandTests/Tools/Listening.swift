/// A verb of this build that listens, and where.
final class Listening: Sendable {
  let process: ChildProcess
  let place: Place

  /// Starts it; the arguments say to listen on a free port, see ``Loopback/anyPort``.
  init(_ arguments: [String], environment: [String: String] = [:]) async throws {
    process = try ChildProcess(try Tree.parley(), arguments, environment: environment)
    try await process.expect(": listening on ", from: .errors)
    place = try Place(try await process.expect("\n", from: .errors).dropLast())
  }

  /// A service, started with `--listen`.
  convenience init(_ verb: String, _ options: [String] = [], on loopback: Loopback) async throws {
    try await self.init([verb, "--listen", loopback.anyPort] + options)
  }

  /// Ends it in order.
  func end() async throws -> ChildProcess.Ending {
    process.signal(15)
    return try await process.ending()
  }
}

/// How a program ended, with all it printed.
struct Finished: Sendable, CustomStringConvertible {
  var ending: ChildProcess.Ending
  var output: [UInt8]
  var errors: String

  var text: String { String(decoding: output, as: UTF8.self) }

  var description: String {
    let start = String(decoding: output.prefix(2000), as: UTF8.self)
    return "\(ending), output: \(start.debugDescription), errors: \(errors.debugDescription)"
  }

  /// In what the output is not these bytes, which is shorter to read than both; nil when it is.
  func difference(from wanted: [UInt8]) -> String? {
    guard output != wanted else { return nil }
    let same = zip(output, wanted).prefix { $0 == $1 }.count
    return "\(output.count) bytes instead of \(wanted.count), the first \(same) are right"
  }
}

extension ChildProcess {
  /// A verb of this build.
  static func parley(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), arguments)
  }

  /// Gives it all its input, from a thread, because it may take it slowly or not at all.
  func feed(_ bytes: [UInt8]) {
    startThread {
      try? self.write(bytes)
      self.closeInput()
    }
  }

  func feed(_ text: String) { feed(Array(text.utf8)) }

  /// Waits for its end.
  func finished(within limit: Duration = ChildProcess.patience) async throws -> Finished {
    let ending = try await ending(within: limit)
    return Finished(
      ending: ending, output: transcript(),
      errors: String(decoding: transcript(.errors), as: UTF8.self))
  }

  /// Gives it all its input and waits for its end.
  func finished(fed bytes: [UInt8], within limit: Duration = ChildProcess.patience) async throws
    -> Finished
  {
    feed(bytes)
    return try await finished(within: limit)
  }
}

/// Bytes that tell a lost, doubled or swapped piece: their period is a prime that no buffer has.
enum Pattern {
  static func bytes(_ count: Int) -> [UInt8] {
    let period = [UInt8](0..<251)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + period.count)
    while bytes.count < count { bytes += period }
    return Array(bytes.prefix(count))
  }
}
