import Glibc
import Sockets

/// A program that a test runs and talks to, with pipes or on a terminal of its own.
///
/// Everything it prints is collected from the start, so it never waits for the test to read. A test
/// waits for a text with ``expect(_:from:within:)``, which goes on behind the last one it found, and so
/// checks order as well. The program is killed when the last reference to this object goes.
final class ChildProcess: Sendable {
  enum Connection {
    case pipes
    /// Input and output are one terminal; what it prints as errors comes as output, too.
    case terminal(columns: UInt16, rows: UInt16)
  }

  enum Ending: Equatable {
    case exited(CInt)
    case killed(CInt)
  }

  enum Source {
    case output
    case errors
  }

  /// How long a program may take over what a test waits for: some of hundreds of tests at once, on few processors.
  static let patience = Duration.seconds(60)

  private let conversation: Conversation
  private let input: Locked<CInt?>

  /// Starts the file at `path`, see ``Peer`` for finding one, with `environment` added to a plain one.
  init(
    _ path: String, _ arguments: [String] = [], environment: [String: String] = [:],
    on connection: Connection = .pipes
  ) throws {
    let spawned = try Spawned(
      path: path, arguments: arguments, environment: environment, connection: connection)
    conversation = try Conversation(spawned)
    input = Locked(spawned.input)
  }

  deinit {
    closeInput()
    conversation.abandon()
  }

  /// Sends text as if typed; the test says the line ends itself.
  func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  func write(_ bytes: [UInt8]) throws {
    try input.withLock { descriptor in
      guard let descriptor else { throw ToolError("the input is closed") }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        if count < 0, code != EINTR { throw ToolError("write", code) }
        rest = rest.dropFirst(max(count, 0))
      }
    }
  }

  /// Ends the program's input; on a terminal that takes a typed Ctrl-D instead.
  func closeInput() {
    input.withLock { descriptor in
      if let descriptor { close(descriptor) }
      descriptor = nil
    }
  }

  func signal(_ number: CInt) { conversation.signal(number) }

  /// Signals twice, the second time when the first has been taken: two that come at once are one.
  func signalTwice(_ number: CInt) throws {
    signal(number)
    let mask = UInt64(1) << UInt64(number - 1)
    let deadline = ContinuousClock.now + ChildProcess.patience
    while let pending = UInt64(try status("ShdPnd"), radix: 16), pending & mask != 0 {
      guard ContinuousClock.now < deadline else { throw ToolError("the signal was not taken") }
      sched_yield()
    }
    signal(number)
  }

  /// Waits until a text appears behind what was found before.
  ///
  /// - Returns: What was printed up to it, the text included.
  @discardableResult
  func expect(
    _ text: String, from source: Source = .output, within limit: Duration = ChildProcess.patience
  ) async throws -> String {
    let wanted = Array(text.utf8)
    let found = try await conversation.wait(for: text, within: limit) { state in
      let end = state[source].endOfFirst(wanted)
      return end.map { state[source].take(to: $0) }
    }
    return String(decoding: found, as: UTF8.self)
  }

  /// Waits until what was printed behind the last find, and not yet taken, satisfies a condition.
  ///
  /// Nothing is taken.
  @discardableResult
  func output(
    from source: Source = .output, within limit: Duration = ChildProcess.patience,
    until condition: @escaping @Sendable (String) -> Bool
  ) async throws -> String {
    try await conversation.wait(for: "a condition", within: limit) { state in
      let text = String(decoding: state[source].rest, as: UTF8.self)
      return condition(text) ? text : nil
    }
  }

  /// Waits until so many bytes have been printed and not been taken.
  func count(_ count: Int, within limit: Duration = ChildProcess.patience) async throws {
    try await conversation.wait(for: "\(count) bytes", within: limit) { state in
      state[.output].rest.count >= count ? () : nil
    }
  }

  /// Waits until it has closed its output, whether or not it goes on.
  func outputEnds(within limit: Duration = ChildProcess.patience) async throws {
    try await conversation.wait(for: "the end of the output", within: limit) { state in
      state[.output].descriptor == nil ? () : nil
    }
  }

  /// Waits for the end of the program and of all it printed.
  func ending(within limit: Duration = ChildProcess.patience) async throws -> Ending {
    try await conversation.wait(for: "the end", within: limit) { $0.isOver ? $0.ending : nil }
  }

  /// The most memory that the program has had resident so far, in kilobytes.
  func peakMemory() throws -> Int { try memory("VmHWM") }

  /// A size in /proc/PID/status, in kilobytes.
  func memory(_ field: String) throws -> Int {
    guard let size = Int(try status(field)) else { throw ToolError("\(field) is no number") }
    return size
  }

  /// The first word of a field in /proc/PID/status.
  private func status(_ field: String) throws -> String {
    guard let file = fopen("/proc/\(conversation.process)/status", "r") else {
      throw ToolError("fopen /proc/…/status", errno)
    }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, CInt(line.count), file) != nil {
      let words = line.split { [0x20, 0x09, 0x0a, 0].contains($0) }.map {
        String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
      if words.first == "\(field):", words.count > 1 { return words[1] }
    }
    throw ToolError("no \(field) in /proc/…/status")
  }

  /// All that was printed since the start.
  func transcript(_ source: Source = .output) -> [UInt8] { conversation.transcript(source) }
}

/// What went wrong in a test tool, not in what it tests.
struct ToolError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  init(_ call: String, _ code: CInt) { description = "\(call): \(String(cString: strerror(code)))" }
}
