// An access to `core` from another target is checked for exclusivity at run time, twice a system call, whatever the
// property says; these are not.
extension Source {
  /// Reads once, as ``StreamCore/read(into:)`` does; nil when the socket is closed.
  package func read(into buffer: UnsafeMutableRawBufferPointer) -> StreamCore.ReadOutcome? {
    core?.read(into: buffer)
  }

  /// Writes once, as the core's own does; nil when the socket is closed.
  package func write(_ bytes: UnsafeRawBufferPointer) -> StreamCore.WriteOutcome? {
    core?.write(bytes)
  }

  /// Whether there may be something to read.
  package var canRead: Bool { core?.canRead == true }

  /// Has the pump called again in the next turn, as it stopped before it had read everything.
  package func retryNextTurn() { core?.registered.retryNextTurn() }
}
