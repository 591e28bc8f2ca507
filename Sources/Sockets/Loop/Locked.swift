internal import Glibc

/// A value that several threads share, one at a time.
///
/// `Synchronization.Mutex` does the same, but the thread sanitizer does not see its locking and takes
/// every value behind it for a race (Swift 6.3 on Linux); it does see that of a POSIX mutex.
package struct Locked<Value: Sendable>: ~Copyable, @unchecked Sendable {
  // @unchecked: the pointers never change, and what they point at is touched under the mutex alone.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let value: UnsafeMutablePointer<Value>

  package init(_ value: Value) {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    self.value = .allocate(capacity: 1)
    self.value.initialize(to: value)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  /// Calls `body` with the value while no other thread can: keep it short, and call nobody's code.
  ///
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw.
  package borrowing func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }
}
