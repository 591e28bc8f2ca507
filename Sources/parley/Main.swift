import Glibc
import Sockets

@main
struct Main {
  static func main() {
    openMissing()
    // Before any other thread exists: all of them inherit this.
    Signals.block([SIGINT, SIGTERM])
    Signals.ignoreBrokenPipes()
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Puts nothing where a standard descriptor is missing: a socket of ours would take its number and
  /// get what is meant for people.
  ///
  /// Writing results into nothing is an error, as on a full disk, so that place is not for writing.
  private static func openMissing() {
    for number in CInt(0)...2 where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", number == 2 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Runs the command: the one place where errors become words and exit codes.
  static func run(_ arguments: [String]) -> ExitCode {
    do throws(UsageError) {
      switch try Invocation(arguments) {
      case .show(let page):
        return Output.finish(page)
      case .run(let options):
        return options.run()
      }
    } catch {
      Output.error.write(error.text)
      return .usage
    }
  }
}
