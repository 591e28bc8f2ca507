import Glibc
import Sockets

@main
struct Main {
  static func main() {
    // Before any other thread exists: all of them inherit this.
    Signals.block([SIGINT, SIGTERM])
    Signals.ignoreBrokenPipes()
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Runs the command: the one place where errors become words and exit codes.
  static func run(_ arguments: [String]) -> ExitCode {
    do throws(UsageError) {
      switch try Invocation(arguments) {
      case .show(let page):
        Output.standard.write(page)
        return .done
      case .serve(let options):
        return ServeCommand.run(options)
      case .join:
        return notYet("join")
      }
    } catch {
      Output.error.write(error.text)
      return .usage
    }
  }

  private static func notYet(_ verb: String) -> ExitCode {
    Output.error.write("parley \(verb): this command is not built yet\n")
    return .local
  }
}
