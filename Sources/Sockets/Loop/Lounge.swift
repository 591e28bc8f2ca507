/// Where the tasks of connections stay until their socket is ready.
///
/// A task that calls ``stay(_:_:)`` hops to this actor, whose executor does not run it but leaves it with the
/// socket that it waits for; the loop runs it when the socket has something to say. That is a suspension without a
/// continuation, at two thirds of the price, and the price of suspending is most of what an echo costs.
actor Lounge: SerialExecutor {
  nonisolated var unownedExecutor: UnownedSerialExecutor { asUnownedSerialExecutor() }

  // Loop thread only: set right before the hop, which calls `enqueue` before anything else can run.
  nonisolated(unsafe) private var guest: (source: Unmanaged<Source>, side: Source.Side)?

  /// Says whose task comes next.
  nonisolated func expect(_ source: Source, _ side: Source.Side) {
    guest = (.passUnretained(source), side)
  }

  nonisolated func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard let (source, side) = guest else { preconditionFailure("nobody was expected") }
    guest = nil
    source._withUnsafeGuaranteedRef { $0.settle(job, side) }
  }

  /// Stays until the socket wakes the task, and says why it did.
  func stay(_ source: Source, _ side: Source.Side) -> Outcome { source.outcome(side) }
}
