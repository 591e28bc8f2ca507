import Glibc

extension EventLoop {
  /// Runs `body` on a new loop, and ends the loop when the body has returned.
  ///
  /// - Parameters:
  ///   - name: A name for diagnostics.
  ///   - defaultTimeout: What operations may take unless told otherwise; `nil` means no limit.
  ///   - spin: How long the loop goes on looking after something has happened, before it sleeps. Waking up
  ///     costs tens of microseconds; looking costs a whole core. Up to some hundred microseconds make sense.
  ///   - body: Runs on the loop's thread, and so do its child tasks.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw, or ``SocketError`` when the kernel gives no readiness queue.
  public static func run<Result: Sendable>(
    name: String = "loop", defaultTimeout: Timeout = .none, spin: Duration = .zero,
    _ body: @Sendable @concurrent (EventLoop) async throws -> Result
  ) async throws -> Result {
    let loop = try EventLoop(name: name, defaultTimeout: defaultTimeout, spin: spin)
    try loop.start()
    defer { loop.stop() }
    return try await loop.perform { try await body(loop) }
  }

  /// Runs `body` on a new loop that borrows the calling thread, and returns when the body has.
  ///
  /// For `main`: no other thread is needed. Must not be called from async code, whose threads never block.
  ///
  /// - Parameters:
  ///   - name: A name for diagnostics.
  ///   - defaultTimeout: What operations may take unless told otherwise; `nil` means no limit.
  ///   - spin: How long the loop goes on looking after something has happened, before it sleeps. Waking up
  ///     costs tens of microseconds; looking costs a whole core. Up to some hundred microseconds make sense.
  ///   - body: Runs on the calling thread, and so do its child tasks.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw, or ``SocketError`` when the kernel gives no readiness queue.
  public static func runBlocking<Result: Sendable>(
    name: String = "main", defaultTimeout: Timeout = .none, spin: Duration = .zero,
    _ body: @escaping @Sendable @concurrent (EventLoop) async throws -> Result
  ) throws -> Result {
    let loop = try EventLoop(name: name, defaultTimeout: defaultTimeout, spin: spin)
    // The task is owned by this call, which returns only after it has ended.
    let finished = Finished<Result>()
    Task(executorPreference: loop) {
      do {
        finished.set(.success(try await body(loop)))
      } catch {
        finished.set(.failure(error))
      }
      loop.askToStop()
    }
    loop.turn()
    return try finished.get()
  }

  /// Runs `body` as the whole program, on a loop that borrows the calling thread, and ends the program.
  ///
  /// The exit status is 0 when `body` has returned. When it has thrown it is 1, and standard error says
  /// why in one line that begins with the program's name. Must not be called from async code.
  ///
  /// - Parameters:
  ///   - defaultTimeout: What operations may take unless told otherwise; `nil` means no limit.
  ///   - body: Runs on the calling thread, and so do its child tasks.
  public static func runProgram(
    defaultTimeout: Timeout = .none,
    _ body: @escaping @Sendable @concurrent (EventLoop) async throws -> Void
  ) -> Never {
    do {
      try runBlocking(defaultTimeout: defaultTimeout, body)
      exit(0)
    } catch {
      // As the shell names it; without arguments, which only an unusual parent does, it has no name.
      let name = CommandLine.arguments.first?.split(separator: "/").last ?? "program"
      let line = Array("\(name): \(error)\n".utf8)
      // Nothing is left to be done if even this cannot be said.
      _ = write(STDERR_FILENO, line, line.count)
      exit(1)
    }
  }

  /// Runs `body` on the loop's thread and returns to where the caller was.
  ///
  /// Cancelling the caller's task cancels `body`.
  package func perform<Result: Sendable>(
    _ body: @Sendable @concurrent () async throws -> Result
  ) async throws -> Result {
    let outcome = await withTaskExecutorPreference(self) {
      () async -> Swift.Result<Result, any Error> in
      // The compiler spares itself the move when what it sees next is a call of an async closure, which
      // does not move either: its code would run on the caller's thread until its first suspension.
      if !isCurrent || isScratchLent { await Task.yield() }
      do { return .success(try await body()) } catch { return .failure(error) }
    }
    // Still on this loop's thread, but with the caller's preference again: go where that says.
    await Task.yield()
    return try outcome.get()
  }
}
