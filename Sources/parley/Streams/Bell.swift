import Glibc
import Sockets

/// Wakes a thread that waits in poll.
///
/// The corresponding C function is `pipe`.
struct Bell: ~Copyable {
  private let hearing: Descriptor
  private let rope: Descriptor

  init() throws(SocketError) {
    var ends: [CInt] = [-1, -1]
    try call("pipe") { Glibc.pipe(&ends) == 0 ? 0 : -errno }
    hearing = Descriptor(owning: ends[0])
    rope = Descriptor(owning: ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  borrowing func ring() {
    var byte: UInt8 = 0
    // A full pipe still rings.
    _ = Glibc.write(rope.rawValue, &byte, 1)
  }

  /// Waits until the bell rings or the descriptor is ready, and tells whether it is.
  ///
  /// A negative descriptor is never ready. Errors and hang-ups count as ready: trying tells more.
  borrowing func wait(for number: CInt, _ events: CInt) -> Bool {
    var entries = [
      pollfd(fd: hearing.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: number, events: Int16(events), revents: 0),
    ]
    guard poll(&entries, nfds_t(entries.count), -1) > 0 else { return false }
    if entries[0].revents != 0 {
      withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
        _ = Glibc.read(hearing.rawValue, bytes.baseAddress, bytes.count)
      }
    }
    return entries[1].revents != 0
  }
}

/// Runs `body` on a thread of its own, which nobody waits for: it may be blocked when the program ends.
///
/// The corresponding C function is `pthread_create`.
func startThread(_ body: @escaping @Sendable () -> Void) throws(SocketError) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let code = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  guard code == 0 else {
    box.release()
    throw SocketError(operation: "pthread_create", code: code)
  }
  pthread_detach(thread)
}
