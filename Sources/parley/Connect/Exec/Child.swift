import CLinux
import Glibc
import Sockets

/// A program that was started with its input and output at our ends of two pipes.
///
/// It has a process group of its own, standard error like ours, and nothing else of ours: neither other
/// descriptors nor blocked or ignored signals. For the loop's thread.
final class Child: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// How it ended.
  enum Ending: Equatable, Sendable, CustomStringConvertible {
    case exited(CInt)
    case killed(CInt)

    var description: String {
      switch self {
      case .exited(let status): "ended with \(status)"
      case .killed(let signal): "was ended by signal \(signal)"
      }
    }
  }

  /// What it reads; closing it is the end of its input.
  let input: Connection
  /// What it prints.
  let output: Connection
  private let process: pid_t
  /// Ready when the process has ended.
  private let end: Source
  private var ending: Ending?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: Its name, which is looked for in PATH unless it has a slash, and its arguments.
  ///   - environment: Variables that it gets beside ours.
  ///   - loop: Where the pipes live.
  /// - Throws: ``SocketError`` of the operation `run`, with its name, when it cannot be started.
  init(_ words: [String], environment: [String: String], on loop: EventLoop) throws {
    let near = try Pipe()
    let far = try Pipe()
    process = try Self.spawn(words, environment, near.reading, far.writing)
    let number = parley_pidfd_open(process)
    do {
      input = try Self.connection(near.writing, [.writable], on: loop)
      output = try Self.connection(far.reading, [.readable], on: loop)
      guard number >= 0 else { throw SocketError(operation: "pidfd_open", code: -number) }
      end = try Source(Descriptor(owning: number), on: loop, for: [.readable])
    } catch {
      kill(-process, SIGKILL)
      waitpid(process, nil, 0)
      throw error
    }
  }

  deinit {
    input.close()
    output.close()
    end.close()
  }

  /// Waits until it has ended.
  func wait(timeout: Timeout = nil) async throws -> Ending {
    if let ending { return ending }
    let limit = end.limit("wait", timeout)
    try await end.begin(.reading, limit)
    defer { end.end(.reading) }
    while true {
      var status: CInt = 0
      if waitpid(process, &status, WNOHANG) == process {
        let signal = status & 0x7f
        let known = signal == 0 ? Ending.exited(status >> 8 & 0xff) : .killed(signal)
        ending = known
        return known
      }
      end.core?.noteNothingToRead()
      try await end.wait(.reading, limit)
    }
  }

  /// Ends it and all that it has started in its group, if it still runs, and waits until it is gone.
  func stop() async {
    guard ending == nil else { return }
    // Not cancelled with the caller's task: nobody else would wait for the process.
    await Task(executorPreference: end.loop) {
      kill(-self.process, SIGTERM)
      if (try? await self.wait(timeout: .seconds(1))) == nil {
        kill(-self.process, SIGKILL)
        _ = try? await self.wait()
      }
    }.value
  }

  // MARK: - Starting

  private struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(SocketError) {
      var ends: [CInt] = [-1, -1]
      try call("pipe") { Glibc.pipe(&ends) == 0 ? 0 : -errno }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      reading = Descriptor(owning: ends[0])
      writing = Descriptor(owning: ends[1])
    }
  }

  private static func connection(
    _ descriptor: consuming Descriptor, _ interest: Readiness, on loop: EventLoop
  ) throws(SocketError) -> Connection {
    _ = fcntl(descriptor.rawValue, F_SETFL, O_NONBLOCK)
    let source = try Source(descriptor, on: loop, for: interest, kind: .stream)
    return Connection(source, peer: .unix(.unnamed))
  }

  private static func spawn(
    _ words: [String], _ environment: [String: String], _ input: borrowing Descriptor,
    _ output: borrowing Descriptor
  ) throws(SocketError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
    posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
    _ = parley_spawn_closing(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    var variables = environment.map { strdup("\($0.key)=\($0.value)") }
    // Ours come behind: of two with one name, programs take the first.
    let copies = arguments + variables
    defer { for word in copies { free(word) } }
    arguments.append(nil)
    var ours = parley_environment()
    while let variable = ours?.pointee {
      variables.append(variable)
      ours = ours?.advanced(by: 1)
    }
    variables.append(nil)
    var process: pid_t = 0
    let code = posix_spawnp(&process, words[0], &actions, &attributes, arguments, variables)
    guard code == 0 else { throw SocketError(operation: "run", address: words[0], code: code) }
    return process
  }
}
