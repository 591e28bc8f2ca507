import Glibc
import Sockets

/// A process just started, and our ends of its standard descriptors.
struct Spawned {
  let process: pid_t
  let input: CInt
  let output: CInt
  /// nil on a terminal.
  let errors: CInt?

  /// Only one process is started at a time: between making a pipe and marking it as close-on-exec
  /// another child would inherit its ends, and the pipe would never end.
  private static let turn = Locked(())

  init(
    path: String, arguments: [String], environment: [String: String],
    connection: ChildProcess.Connection
  ) throws {
    _ = Self.brokenPipesAreErrors
    self = try Self.turn.withLock { _ in
      switch connection {
      case .pipes: try Self.onPipes(path, arguments, environment)
      case .terminal(let columns, let rows):
        try Self.onTerminal(path, arguments, environment, columns: columns, rows: rows)
      }
    }
  }

  private init(process: pid_t, input: CInt, output: CInt, errors: CInt?) {
    (self.process, self.input, self.output, self.errors) = (process, input, output, errors)
  }

  /// Makes a write to a child that is gone fail, where it would end the tests.
  ///
  /// A handler, unlike "ignore", is not inherited by the children.
  private static let brokenPipesAreErrors: Void = { _ = Glibc.signal(SIGPIPE) { _ in } }()

  static func pipe() throws -> (read: CInt, write: CInt) {
    var ends: [CInt] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw ToolError("pipe", errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func onPipes(
    _ path: String, _ arguments: [String], _ environment: [String: String]
  ) throws -> Spawned {
    let input = try pipe()
    let output = try pipe()
    let errors = try pipe()
    defer { for end in [input.read, output.write, errors.write] { close(end) } }
    do {
      let process = try spawn(path, arguments, environment, flags: 0) { actions in
        posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
      }
      return Spawned(
        process: process, input: input.write, output: output.read, errors: errors.read)
    } catch {
      for end in [input.write, output.read, errors.read] { close(end) }
      throw error
    }
  }

  private static func onTerminal(
    _ program: String, _ arguments: [String], _ environment: [String: String], columns: UInt16,
    rows: UInt16
  ) throws -> Spawned {
    let (terminal, path) = try PseudoTerminal.open(columns: columns, rows: rows)
    // A session of its own, and the first terminal it opens becomes its controlling terminal.
    let newSession: Int16 = 0x80
    do {
      let process = try spawn(program, arguments, environment, flags: newSession) { actions in
        posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
      }
      let reading = fcntl(terminal, F_DUPFD_CLOEXEC, 0)
      return Spawned(process: process, input: terminal, output: reading, errors: nil)
    } catch {
      close(terminal)
      throw error
    }
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String: String], flags: Int16,
    _ wire: (inout posix_spawn_file_actions_t) -> Void
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    wire(&actions)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Whatever the tests did to signals is no business of the child.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, flags | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    var variables: [UnsafeMutablePointer<CChar>?] =
      merged(environment).map { strdup("\($0.key)=\($0.value)") }
    defer { for word in words + variables { free(word) } }
    words.append(nil)
    variables.append(nil)
    var process: pid_t = 0
    let code = posix_spawn(&process, path, &actions, &attributes, words, variables)
    guard code == 0 else { throw ToolError("posix_spawn \(path)", code) }
    return process
  }

  private static func merged(_ environment: [String: String]) -> [String: String] {
    // A terminal without colours and plain messages, whatever the developer's own are like.
    var result = ["LC_ALL": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"]
    for name in ["PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR"] {
      if let value = getenv(name) { result[name] = String(cString: value) }
    }
    return result.merging(environment) { _, ours in ours }
  }
}
