/// The result of the one task that a blocking run waits for.
final class Finished<Value: Sendable>: Sendable {
  // Set by the task and read after it, mostly on one thread; the lock makes it certain.
  private let result = Locked<Result<Value, any Error>?>(nil)

  func set(_ outcome: Result<Value, any Error>) { result.withLock { $0 = outcome } }

  func get() throws -> Value {
    guard let outcome = result.withLock(\.self) else {
      preconditionFailure("the loop turns until the task has ended")
    }
    return try outcome.get()
  }
}
