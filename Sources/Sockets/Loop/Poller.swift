internal import CLinux
import Glibc

/// The kernel's readiness queue: the only file that says epoll.
///
/// Descriptors are registered once, edge-triggered; streams for everything, and never modified.
///
/// The corresponding C functions are `epoll_create1`, `epoll_ctl` and `epoll_wait`.
struct Poller: ~Copyable {
  private let descriptor: Descriptor
  private let events: UnsafeMutablePointer<epoll_event>
  private static let capacity = 512

  init() throws(SocketError) {
    descriptor = Descriptor(owning: try call("epoll_create1") { parley_epoll_create() })
    events = .allocate(capacity: Poller.capacity)
  }

  deinit { events.deallocate() }

  /// Registers a descriptor; `token` comes back with each of its events.
  func add(
    _ number: CInt, token: UInt64, interest: Readiness = .everything
  ) throws(SocketError) {
    let events = Poller.events(interest)
    try call("epoll_ctl") { parley_epoll_add(descriptor.rawValue, number, events, token) }
  }

  /// Changes what is told about a descriptor; what it is ready for already is told again.
  func modify(_ number: CInt, token: UInt64, interest: Readiness) {
    // It fails only for a descriptor that is not registered, and nobody waits for that one.
    _ = parley_epoll_modify(descriptor.rawValue, number, Poller.events(interest), token)
  }

  private static func events(_ interest: Readiness) -> UInt32 {
    var events = EPOLLRDHUP.rawValue | EPOLLET.rawValue
    if interest.contains(.readable) { events |= EPOLLIN.rawValue }
    if interest.contains(.writable) { events |= EPOLLOUT.rawValue }
    if interest.contains(.urgent) { events |= EPOLLPRI.rawValue }
    return events
  }

  /// Registers a descriptor that is reported for as long as it can be read.
  func addLevelTriggered(_ number: CInt, token: UInt64) throws(SocketError) {
    try call("epoll_ctl") {
      parley_epoll_add(descriptor.rawValue, number, EPOLLIN.rawValue, token)
    }
  }

  func remove(_ number: CInt) {
    // It fails only for a descriptor that is not registered, and then there is nothing to undo.
    _ = parley_epoll_delete(descriptor.rawValue, number)
  }

  /// Waits for events, at most `milliseconds` (-1: for ever), and hands out those that came.
  func wait(milliseconds: CInt, _ body: (_ token: UInt64, Readiness) -> Void) {
    let count = parley_epoll_wait(
      descriptor.rawValue, events, CInt(Poller.capacity), milliseconds)
    guard count > 0 else { return }  // Nothing, or EINTR: the loop comes round again.
    for index in 0..<Int(count) {
      let event = events[index]
      var readiness: Readiness = []
      if event.events & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
      if event.events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
      if event.events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { readiness.insert(.hangup) }
      if event.events & EPOLLERR.rawValue != 0 { readiness.insert(.failed) }
      if event.events & EPOLLPRI.rawValue != 0 { readiness.insert(.urgent) }
      body(event.data.u64, readiness)
    }
  }
}
