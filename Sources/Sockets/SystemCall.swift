import Glibc

/// Runs a system call: the one place that knows `EINTR` and what a failure looks like.
///
/// `body` returns the call's result, or the negated `errno` as the wrappers of `CLinux` do. It is run
/// again after a signal interrupted it; so `close` and `connect`, which go on by themselves, must not
/// come through here.
@inline(__always)
@discardableResult
package func call<Result: SignedInteger>(
  _ name: StaticString, _ body: () -> Result
) throws(SocketError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let code = CInt(truncatingIfNeeded: -result)
    if code != EINTR { throw SocketError(operation: "\(name)", code: code) }
  }
}
