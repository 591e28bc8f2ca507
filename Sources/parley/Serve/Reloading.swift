import Chat
import Glibc
import Sockets

/// What a server reads again while it runs: the files of networks and of limits.
struct Reloading: Sendable {
  let options: ServeOptions
  /// What the limits are before the file and the options change them.
  let standard: Limits
  let apply: @Sendable (AddressFilter, Limits) -> Void

  /// Whether there is a file, and SIGHUP means more than that a terminal is gone.
  static func hasFiles(_ options: ServeOptions) -> Bool {
    options.rules.hasFiles || options.limitsFile != nil
  }

  /// Keeps SIGHUP for ``onHangup(_:_:)``; first thing in the verb, before it has other threads.
  static func prepare(_ options: ServeOptions) {
    if hasFiles(options) { Signals.block([SIGHUP]) }
  }

  /// Reads all again and tells what there is now; when something is wrong nothing changes.
  func reload() throws -> String {
    let filter = try options.rules.read()
    let limits = try options.readLimits(from: standard)
    apply(filter, limits)
    var words: [String] = []
    if options.rules.hasFiles {
      words.append(
        "\(filter.allowed.count) networks allowed, \(filter.denied.count) denied")
    }
    if options.limitsFile != nil { words.append("\(limits.said.count) limits set") }
    return words.isEmpty ? "no files to read again" : words.joined(separator: ", ")
  }

  /// Reads all again whenever SIGHUP comes; for ever, or not at all without files.
  ///
  /// `tell` gets what came of it, in words.
  func onHangup(_ loop: EventLoop, _ tell: (String) -> Void) async throws {
    guard Reloading.hasFiles(options) else { return }
    let signals = try await Signals([SIGHUP], on: loop)
    while true {
      _ = try await signals.next()
      do {
        tell("read again: \(try reload())")
      } catch {
        tell("\(error); everything stays as it was")
      }
    }
  }

  /// Runs `body` and meanwhile ``onHangup(_:_:)``.
  func run(
    on loop: EventLoop, telling tell: @escaping @Sendable (String) -> Void,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    guard Reloading.hasFiles(options) else { return try await body() }
    try await withThrowingTaskGroup { group in
      group.addTask { try await onHangup(loop, tell) }
      group.addTask { try await body() }
      try await group.next()
      group.cancelAll()
    }
  }
}
