import Sockets

/// Notices that a keyboard has been silent for a moment.
///
/// Lives on its loop.
final class Silence: TimerTarget {
  private let length: Duration
  private let loop: EventLoop
  private var timer: Timers<any TimerTarget>.ID?
  private var action: () -> Void = {}

  init(of length: Duration, on loop: EventLoop) {
    (self.length, self.loop) = (length, loop)
  }

  /// Calls `action` after the silence, which begins now; an earlier one counts no more.
  func begin(_ action: @escaping () -> Void) {
    end()
    self.action = action
    timer = loop.schedule(self, at: loop.deadline(.after(length)))
  }

  /// A key was pressed: it was no silence.
  func end() {
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  func expired() {
    timer = nil
    action()
  }
}
