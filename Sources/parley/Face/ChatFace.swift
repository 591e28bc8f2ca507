import Chat
import Sockets

/// How somebody takes part: at a terminal, or as a program with pipes.
///
/// Lives on the loop of its participant.
protocol ChatFace: AnyObject, Sendable {
  /// Shows and types until the chat ends; everything is written and put back by then.
  ///
  /// - Returns: How it ended, and how much was not said.
  func run(_ member: any Participant) async -> (ending: MemberEnding, unsaid: Int)
  /// Shows words of ours among the rest.
  func remark(_ words: String)
  /// What was wrong with standard input or output, if it was not just that nobody reads any more.
  var failure: SocketError? { get }
  /// Writing may go on for this long, then what is left is lost.
  func hurry(on loop: EventLoop, within limit: Duration)
}

/// Closes outputs after a while: nobody shall wait for a terminal that has been stopped.
final class Closer: TimerTarget {
  private let outputs: [BlockingOutput]
  init(_ outputs: [BlockingOutput]) { self.outputs = outputs }
  func expired() { for output in outputs { output.close() } }
}
