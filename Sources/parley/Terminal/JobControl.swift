internal import CLinux
import Glibc

/// Stopping for the shell, as Ctrl-Z asks for.
enum JobControl {
  /// Stops until the shell lets us go on, when it has started us in the background.
  ///
  /// A terminal cannot be taken there. Only once, as nobody may be there who could let us go on.
  static func awaitForeground() {
    let owner = tcgetpgrp(0)
    if owner >= 0, owner != getpgrp() { _ = kill(0, SIGTTIN) }
  }

  /// Stops, and returns when the shell lets us go on; at once when there is none that could.
  ///
  /// SIGTSTP must be blocked on all threads.
  ///
  /// - Parameter all: The programs that run with us stop as well, as when the terminal makes the signal.
  static func stop(all: Bool) {
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, SIGTSTP)
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    // Delivered before it returns: this is the only thread that takes it.
    _ = kill(all ? 0 : getpid(), SIGTSTP)
    pthread_sigmask(SIG_BLOCK, &mask, nil)
  }
}
